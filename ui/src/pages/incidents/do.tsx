/** One dialog for everything that is done about an incident: fields, why, and what goes wrong. */

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { ApiError } from "@/lib/api";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";

export interface Field {
  name: string;
  label: string;
  kind?: "text" | "long" | "choice";
  choices?: [string, string][]; // value, words
  value?: string;
  least?: number; // letters
}

export interface Deed {
  title: string;
  lead?: string;
  fields: Field[];
  run: (values: Record<string, string>) => Promise<unknown>;
  shown?: ReactNode;
  look?: "main" | "alarm";
  go?: string;
}

export const WHY = { name: "why", kind: "long" } as const; // each says its own label

const FIELD = "w-full rounded border bg-page px-2 py-1";

export function Do(props: { deed: Deed; onDone: () => void }) {
  const { deed, onDone } = props;
  const first = Object.fromEntries(
    deed.fields.map((each) => [each.name, each.value ?? each.choices?.[0]?.[0] ?? ""]),
  );
  const [values, setValues] = useState<Record<string, string>>(first);
  const [said, setSaid] = useState("");
  const [isBusy, setBusy] = useState(false);
  const client = useQueryClient();
  const isReady = deed.fields.every((each) => (values[each.name] ?? "").trim().length >= (each.least ?? 0));
  const run = async () => {
    setBusy(true);
    setSaid("");
    try {
      await deed.run(values);
      onDone();
      void client.invalidateQueries({ predicate: ({ meta }) => meta?.live === true });
    } catch (error) {
      const denied = error instanceof ApiError && error.status === 403;
      setSaid(denied ? t("do.denied") : (error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open onOpenChange={onDone} title={deed.title} lead={deed.lead}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !isBusy) void run();
        }}
      >
        {deed.shown}
        {deed.fields.map((each, at) => (
          <Input
            key={each.name}
            isFirst={!at}
            of={each}
            value={values[each.name] ?? ""}
            onChange={(value) => setValues({ ...values, [each.name]: value })}
          />
        ))}
        {said ? (
          <p role="alert" className="text-alarm">
            {said}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{t("cancel")}</Button>
          <Button type="submit" look={deed.look ?? "main"} disabled={!isReady || isBusy}>
            {isBusy ? t("do.wait") : (deed.go ?? deed.title)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Input(props: { of: Field; isFirst: boolean; value: string; onChange: (value: string) => void }) {
  const { of, value, onChange } = props;
  const id = useId();
  const shared = { id, value, className: FIELD, autoFocus: props.isFirst };
  return (
    <div className="grid gap-0.5">
      <label htmlFor={id} className="text-soft">
        {of.label}
      </label>
      {of.kind === "choice" ? (
        <select {...shared} onChange={(event) => onChange(event.target.value)}>
          {of.choices?.map(([each, words]) => (
            <option key={each} value={each}>
              {words}
            </option>
          ))}
        </select>
      ) : of.kind === "long" ? (
        <textarea {...shared} rows={3} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input {...shared} onChange={(event) => onChange(event.target.value)} />
      )}
    </div>
  );
}
