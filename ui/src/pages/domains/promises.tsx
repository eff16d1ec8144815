import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "@/lib/api";
import { useCould } from "@/lib/rights";
import { moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { Empty } from "@/parts/states";
import type { Promise_ } from "./types";

const figure = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 5 });

/** What customers are promised, or could be; taking on and giving up. */
export function Promises(props: { promises: Promise_[] }) {
  const [chosen, setChosen] = useState<Promise_ | null>(null);
  const mayChange = useCould("admin");
  const { tz } = useView();
  if (!props.promises.length) return <Empty title={t("promises.none")} />;
  const cell = "px-3 py-1.5 align-top";
  return (
    <section className="rounded-lg border bg-panel">
      <div role="region" tabIndex={0} aria-label={t("promises.what")} className="overflow-x-auto">
        <table className="w-full min-w-[48rem]">
          <thead>
            <tr className="border-b">
              {(["name", "targets", "path", "since"] as const).map((name) => (
                <th key={name} scope="col" className="px-3 py-1.5 text-left font-normal text-soft">
                  {t(`promises.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.promises.map((each) => (
              <tr key={each.name} className="border-b last:border-b-0">
                <th scope="row" className={`${cell} text-left font-normal`}>
                  <span className="font-semibold">{each.title}</span>{" "}
                  <span className="text-soft">
                    {each.name} · {each.services.join(", ")}
                  </span>
                </th>
                <td className={cell}>
                  {Object.entries(each.targets).map(([name, value]) => (
                    <span key={name} className="block whitespace-nowrap">
                      {name.replaceAll("_", " ")} {figure.format(value)}
                    </span>
                  ))}
                </td>
                <td className={cell}>{each.path.join(" → ")}</td>
                <td className={cell}>
                  <span className="flex items-center justify-between gap-2">
                    {each.since ? moment(Date.parse(each.since), tz) : <span className="text-soft">{t("promises.not")}</span>}
                    <Button disabled={!mayChange} onClick={() => setChosen(each)}>
                      {t(each.since ? "promises.drop" : "promises.take")}
                      <span className="sr-only"> {each.title}</span>
                    </Button>
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {chosen ? <Confirm promise={chosen} onClose={() => setChosen(null)} /> : null}
    </section>
  );
}

function Confirm(props: { promise: Promise_; onClose: () => void }) {
  const { promise } = props;
  const [wrong, setWrong] = useState("");
  const client = useQueryClient();
  const does = promise.since ? "drop" : "take";
  const go = async () => {
    try {
      if (promise.since) await send("DELETE", `intents/${encodeURIComponent(promise.name)}`);
      else await send("POST", "intents", { name: promise.name });
      await client.invalidateQueries({ predicate: ({ meta }) => meta?.live === true });
      props.onClose();
    } catch (error) {
      setWrong((error as Error).message);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={props.onClose}
      title={t(`promises.${does}.title`, { title: promise.title })}
      lead={t(`promises.${does}.lead`)}
    >
      {wrong ? (
        <p role="alert" className="mb-3 text-alarm">
          {wrong}
        </p>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button onClick={props.onClose}>{t("cancel")}</Button>
        <Button look="main" onClick={() => void go()}>
          {t(`promises.${does}`)}
        </Button>
      </div>
    </Dialog>
  );
}
