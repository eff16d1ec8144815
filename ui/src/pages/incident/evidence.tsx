/** What speaks for and against each hypothesis, rejected ones too; each line leads to its data. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "@/lib/api";
import { percent } from "@/lib/format";
import { moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { type Line, path, useEvidence } from "@/pages/incident/data";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { Exports } from "@/parts/exports";
import { Panel } from "@/parts/panel";
import { Answer, Empty } from "@/parts/states";

const CELL = "border-b px-3 py-1 text-left align-top";

export function Evidence(props: { id: string }) {
  const asked = useEvidence(props.id);
  const [line, setLine] = useState<Line | null>(null);
  const rows = (asked.data?.hypotheses ?? []).flatMap((one) =>
    [...one.for, ...one.against].map((each) => ({ one, each })),
  );
  return (
    <Panel
      title={t("ev.title")}
      aside={
        <Exports
          title={`${t("ev.title")} ${props.id}`}
          columns={["element", "kind", "domain", "probability", "rejected", "weight_nats", "observation", "source"]}
          rows={() =>
            rows.map(({ one, each }) => [
              ...[one.element, one.kind, one.domain, one.probability, String(one.is_rejected)],
              ...[each.weight, each.what, each.source],
            ])
          }
        />
      }
    >
      <Answer
        of={asked}
        what={t("ev.what")}
        empty={{ is: (data) => !data.hypotheses.length, shown: <Empty title={t("ev.none")} /> }}
      >
        {(data) => (
          <div className="max-h-96 overflow-auto" tabIndex={0} role="group" aria-label={t("ev.title")}>
            <table className="w-full min-w-[40rem]">
              <caption className="sr-only">{t("ev.title")}</caption>
              <thead className="text-soft">
                <tr>
                  {["hypothesis", "line", "weight", "data"].map((each) => (
                    <th key={each} scope="col" className={`${CELL} font-normal`}>
                      {t(`ev.${each}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              {data.hypotheses.map((one) => {
                const lines = [...one.for, ...one.against];
                return (
                  <tbody key={one.element + one.element_kind} className={one.is_rejected ? "text-soft" : ""}>
                    {(lines.length ? lines : [null]).map((each, at) => (
                      <tr key={each?.what ?? "none"}>
                        {at ? null : (
                          <th scope="rowgroup" rowSpan={Math.max(lines.length, 1)} className={CELL}>
                            {one.element_kind.replaceAll("_", " ")} {one.element}
                            <div className="font-normal">
                              {percent(one.probability)} {one.kind} {one.is_rejected ? t("ev.rejected") : ""}
                            </div>
                          </th>
                        )}
                        <td className={CELL}>{each?.what ?? t("ev.none")}</td>
                        <td className={`${CELL} whitespace-nowrap`}>
                          {each
                            ? `${each.weight > 0 ? "+" : ""}${each.weight.toFixed(2)} ${t(each.weight > 0 ? "ev.for" : "ev.against")}`
                            : null}
                        </td>
                        <td className={CELL}>
                          {each ? (
                            <Button
                              look="bare"
                              className="text-accent underline"
                              aria-label={t("ev.show", { what: each.what })}
                              onClick={() => setLine(each)}
                            >
                              {t("ev.open")}
                            </Button>
                          ) : null}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                );
              })}
            </table>
          </div>
        )}
      </Answer>
      {line ? <Proof id={props.id} line={line} onDone={() => setLine(null)} /> : null}
    </Panel>
  );
}

interface Rows {
  what: string;
  columns: string[];
  rows: (string | number | null)[][];
  is_cut: boolean;
}

function Proof(props: { id: string; line: Line; onDone: () => void }) {
  const { id, line } = props;
  const { tz } = useView();
  const params = { element: line.element, source: line.source };
  const asked = useQuery({
    queryKey: ["proof", id, params],
    queryFn: ({ signal }) => get<Rows>(path(id, "/proof"), params, signal),
  });
  const shown = (name: string, cell: string | number | null) =>
    name === "ts_ns" ? moment(Number(cell) / 1e6, tz) : String(cell ?? "–");
  return (
    <Dialog open onOpenChange={props.onDone} title={line.what} lead={asked.data?.what ?? line.source} side>
      <Answer
        of={asked}
        what={t("ev.proof")}
        empty={{ is: (data) => !data.rows.length, shown: <Empty title={t("ev.norows")} /> }}
      >
        {(data) => (
          <div className="grid gap-2">
            <div className="flex gap-1">
              <Exports
                title={`${line.what} ${id}`}
                columns={data.columns}
                rows={() => data.rows}
              />
            </div>
            {data.is_cut ? <p className="text-warn">{t("ev.cut", { n: data.rows.length })}</p> : null}
            <div className="overflow-auto" tabIndex={0} role="group" aria-label={line.what}>
              <table className="w-full">
                <caption className="sr-only">{data.what}</caption>
                <thead className="text-soft">
                  <tr>
                    {data.columns.map((each) => (
                      <th key={each} scope="col" className={`${CELL} font-normal`}>
                        {each.replace("_ns", "").replaceAll("_", " ")}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {data.rows.slice(0, 200).map((row, at) => (
                    <tr key={`${row.join()}${at}`}>
                      {row.map((cell, i) => (
                        <td key={data.columns[i]} className={`${CELL} whitespace-nowrap`}>
                          {shown(data.columns[i] ?? "", cell)}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </div>
        )}
      </Answer>
    </Dialog>
  );
}
