/** Who is hit: by segment, slice and service; single subjects only when asked for, masked. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { get } from "@/lib/api";
import { count, mos } from "@/lib/format";
import { context, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { worst } from "@/pages/incident/boxes";
import type { Whole } from "@/pages/incident/data";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { Exports } from "@/parts/exports";
import { Panel } from "@/parts/panel";
import { Answer } from "@/parts/states";

const CELL = "border-b px-3 py-1 text-left";

export function WhoIsHit(props: { of: Whole }) {
  const { impact, id } = props.of.problem;
  const [isOpen, setOpen] = useState(false);
  const groups: [string, Record<string, number>][] = [
    ["segment", impact?.by_segment ?? {}],
    ["slice", impact?.by_slice ?? {}],
    ["service", impact?.by_service ?? props.of.problem.affected_services],
  ];
  const rows = groups.flatMap(([group, members]) =>
    Object.entries(members)
      .sort((a, b) => b[1] - a[1])
      .map(([member, n]): [string, string, number] => [group, member, n]),
  );
  const most = Math.max(...rows.map(([, , n]) => n), 1);
  return (
    <Panel
      title={t("who.title")}
      aside={
        <>
          <Button onClick={() => setOpen(true)}>{t("who.list")}</Button>
          <Exports title={`${t("who.title")} ${id}`} columns={["group", "member", "subjects"]} rows={() => rows} />
        </>
      }
    >
      <div className="max-h-72 overflow-auto" tabIndex={0} role="group" aria-label={t("who.title")}>
        <table className="w-full">
          <caption className="sr-only">{t("who.title")}</caption>
          <thead className="text-soft">
            <tr>
              {["group", "member", "subjects"].map((each) => (
                <th key={each} scope="col" className={`${CELL} font-normal`}>
                  {t(`who.${each}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([group, member, n]) => (
              <tr key={group + member}>
                <td className={`${CELL} text-soft`}>{t(`who.${group}`)}</td>
                <td className={CELL}>{member}</td>
                <td className={CELL}>
                  <span className="inline-block w-14 text-right">{count(n)}</span>{" "}
                  <span
                    aria-hidden
                    className="inline-block h-2 rounded-sm bg-accent"
                    style={{ width: `${(6 * n) / most}rem` }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {isOpen ? <Subjects of={props.of} onDone={() => setOpen(false)} /> : null}
    </Panel>
  );
}

interface Touched {
  subject: string;
  uses: number;
  poor_uses: number;
  mos_mean: number;
}

function Subjects(props: { of: Whole; onDone: () => void }) {
  const view = useView();
  const name = worst(props.of).id;
  const asked = useQuery({
    queryKey: ["touched", name],
    queryFn: ({ signal }) =>
      get<{ items: Touched[] }>(`degradations/${name}/subjects`, { limit: 50 }, signal),
  });
  return (
    <Dialog open onOpenChange={props.onDone} title={t("who.list.title")} lead={t("who.list.note")} side>
      <Answer of={asked} what={t("who.what")}>
        {(data) => (
          <table className="w-full">
            <caption className="sr-only">{t("who.list.title")}</caption>
            <thead className="text-soft">
              <tr>
                {["subject", "uses", "poor", "mos"].map((each) => (
                  <th key={each} scope="col" className={`${CELL} font-normal`}>
                    {t(`who.${each}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.items.map((each) => (
                <tr key={each.subject}>
                  <td className={CELL}>
                    <Link
                      to={"/subjects/$subject" as never}
                      params={{ subject: each.subject } as never}
                      search={context(view) as never}
                      className="inline-block min-h-6 text-accent underline"
                    >
                      {each.subject.slice(0, 6)}…
                    </Link>
                  </td>
                  <td className={CELL}>{each.uses}</td>
                  <td className={CELL}>{each.poor_uses}</td>
                  <td className={CELL}>{mos(each.mos_mean)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Answer>
    </Dialog>
  );
}
