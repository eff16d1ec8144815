import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "@/lib/api";
import { t } from "@/lib/words";
import { ReasonDialog } from "@/parts/reason";
import { Level } from "./level";
import { AUTONOMY, type Autonomy } from "./types";

/** Say how far a domain may go by itself, and why. */
export function ChangeAutonomy(props: {
  name: string;
  title: string;
  now: Autonomy;
  most: Autonomy;
  onClose: () => void;
}) {
  const { name, title, now, most } = props;
  const [wish, setWish] = useState<Autonomy>(now);
  const client = useQueryClient();
  const run = async (why: string) => {
    await send("PUT", `domains/${encodeURIComponent(name)}/autonomy`, { autonomy: wish, why });
    await client.invalidateQueries({ predicate: ({ meta }) => meta?.live === true });
  };
  const isOver = AUTONOMY.indexOf(wish) > AUTONOMY.indexOf(most);
  return (
    <ReasonDialog
      open
      onOpenChange={props.onClose}
      title={t("domains.change.title", { name: title })}
      lead={t("domains.change.lead", { most })}
      does={t("domains.change.do")}
      run={run}
    >
      <fieldset className="grid gap-1">
        <legend className="sr-only">{t("domains.autonomy")}</legend>
        {AUTONOMY.map((each, at) => (
          <label key={each} className="flex min-h-8 items-center gap-3 rounded border px-3 py-1">
            <input
              type="radio"
              name="autonomy"
              className="size-4"
              checked={wish === each}
              onChange={() => setWish(each)}
            />
            <span className="flex-1">{t(`autonomy.${each}`)}</span>
            <Level level={at + 1} />
          </label>
        ))}
      </fieldset>
      {isOver ? <p className="text-warn">{t("domains.change.over", { most })}</p> : null}
    </ReasonDialog>
  );
}
