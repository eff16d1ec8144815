import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { send } from "@/lib/api";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import type { Found } from "@/pages/subjects/finder";
import { Button } from "@/parts/button";
import { Panel } from "@/parts/panel";

const KINDS = ["msisdn", "imsi", "imei", "account", "device_serial", "mac", "ip"];

/** An identifier as the customer says it: hashed on the server, with a reason, noted in the audit. */
export function Lookup() {
  const [identifier, setIdentifier] = useState("");
  const [kind, setKind] = useState("");
  const [purpose, setPurpose] = useState("");
  const [told, setTold] = useState("");
  const view = useView();
  const navigate = useNavigate();
  const look = async (event: FormEvent) => {
    event.preventDefault();
    setTold("");
    try {
      const body = { identifier, purpose, ...(kind ? { kind } : {}) };
      const found = await send<Found>("POST", "subjects/lookup", body);
      const [first] = found.items;
      if (first) void navigate({ to: `/subjects/${first.subject}`, search: context(view) } as never);
      else setTold(t("subjects.lookup.none"));
    } catch (error) {
      setTold((error as Error).message);
    }
  };
  const field = "rounded border bg-page px-2 py-1.5 w-full";
  return (
    <Panel title={t("subjects.lookup")}>
      <form className="grid gap-2 px-3 py-2" onSubmit={(event) => void look(event)}>
        <p className="text-soft">{t("subjects.lookup.lead")}</p>
        <div className="grid gap-2 sm:grid-cols-[1fr_9rem]">
          <label className="grid gap-0.5">
            <span className="text-soft">{t("subjects.lookup.value")}</span>
            <input
              required
              autoComplete="off"
              value={identifier}
              onChange={(event) => setIdentifier(event.target.value)}
              className={field}
            />
          </label>
          <label className="grid gap-0.5">
            <span className="text-soft">{t("subjects.lookup.kind")}</span>
            <select value={kind} onChange={(event) => setKind(event.target.value)} className={field}>
              <option value="">{t("subjects.lookup.any")}</option>
              {KINDS.map((each) => (
                <option key={each} value={each}>
                  {each.replaceAll("_", " ")}
                </option>
              ))}
            </select>
          </label>
        </div>
        <label className="grid gap-0.5">
          <span className="text-soft">{t("subjects.lookup.why")}</span>
          <input
            required
            minLength={3}
            maxLength={500}
            placeholder={t("subjects.lookup.why.hint")}
            value={purpose}
            onChange={(event) => setPurpose(event.target.value)}
            className={`${field} placeholder:text-soft`}
          />
        </label>
        <div className="flex items-center gap-3">
          <Button type="submit" look="main">
            {t("subjects.lookup.go")}
          </Button>
          <span role="status" className="text-warn">
            {told}
          </span>
        </div>
      </form>
    </Panel>
  );
}
