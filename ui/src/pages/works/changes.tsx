import { Link } from "@tanstack/react-router";
import { count, mos, percent } from "@/lib/format";
import { moment } from "@/lib/time";
import { context, useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Button } from "@/parts/button";
import { Explain } from "@/parts/explain";
import { Answer, Empty } from "@/parts/states";
import { type Column, Table } from "@/parts/table";
import { useAround } from "./asked";
import { plural } from "./detail";
import type { Around, Changed, Fared } from "./types";

export const keyOfChange = (each: Changed) => `${each.id} ${each.at}`;

export function ChangeList(props: { changes: Changed[]; selected: string }) {
  const [view, change] = [useView(), useChange()];
  const columns: Column<Changed>[] = [
    { name: "at", head: t("changes.at"), width: "7.5rem", shown: (row) => moment(Date.parse(row.at), view.tz) },
    {
      name: "element",
      head: t("changes.element"),
      width: "minmax(9rem,1.5fr)",
      shown: (row) => (
        <Button
          look="bare"
          className="max-w-full !justify-start !px-0 hover:underline"
          aria-label={t("works.open", { name: `${row.title} ${row.element}` })}
          onClick={() => change({ change: keyOfChange(row) })}
        >
          <span className="truncate">
            {row.element} <span className="text-soft">{row.title}</span>
          </span>
        </Button>
      ),
    },
    {
      name: "incidents",
      head: t("changes.incidents"),
      width: "minmax(7rem,1fr)",
      shown: (row) =>
        row.incidents.length
          ? row.incidents.slice(0, 3).map((each) => (
              <Link
                key={each}
                to={`/incidents/${each}` as never}
                search={context(view) as never}
                className="mr-2 inline-flex min-h-6 items-center text-accent underline"
              >
                {each}
              </Link>
            ))
          : "–",
    },
  ];
  if (!props.changes.length) return <Empty title={t("changes.none")} />;
  return (
    <Table
      label={t("changes.what")}
      columns={columns}
      rows={props.changes}
      keyOf={keyOfChange}
      selected={props.selected}
      onOpen={(row) => change({ change: keyOfChange(row) })}
      height={450}
      least={420}
    />
  );
}

export function ChangeDetail(props: { change: Changed }) {
  const { change } = props;
  const { tz } = useView();
  const asked = useAround(change);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 p-3">
      <div>
        <h3 className="text-base font-semibold">
          {change.title || change.id} · {change.element}
        </h3>
        <p className="text-soft">
          {change.id} · {change.element_kind} · {moment(Date.parse(change.at), tz)}
          {change.state ? ` · ${change.state}` : ""}
        </p>
      </div>
      <Answer of={asked} what={t("changes.what.seen")} height={200}>
        {(data) => <Seen data={data} change={change} />}
      </Answer>
    </div>
  );
}

function Seen(props: { data: Around; change: Changed }) {
  const { data, change } = props;
  const told = said(data);
  return (
    <>
      <p className="flex items-center gap-1 text-base">
        {told}
        <Explain
          of={() => ({
            title: t("changes.seen"),
            value: told,
            formula: t("changes.explain"),
            rows: `${count(data.before.uses)} + ${count(data.after.uses)} uses, ${data.reach.members} ${plural(data.reach.dimension, data.reach.members)}`,
            path: `changes/${encodeURIComponent(change.id)}/seen`,
            params: { at: change.at },
          })}
        />
      </p>
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={t("changes.seen")}>
        <table className="w-full min-w-[26rem]">
          <thead className="text-soft">
            <tr>
              <th scope="col" className="py-1 text-left font-normal">
                {t("changes.service")}
              </th>
              {(["uses", "mos", "poor"] as const).map((name) => (
                <th key={name} scope="col" className="py-1 text-right font-normal">
                  {t(`changes.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Fares name={t("changes.before")} of={data.before} />
            <Fares name={t("changes.after")} of={data.after} isStrong />
            <Fares name={t("changes.yesterday")} of={data.day_before} />
            {data.services.map((each) => (
              <tr key={each.service} className="border-t">
                <th scope="row" className="py-1 text-left font-normal">
                  {each.service}
                </th>
                <td className="py-1 text-right">
                  {count(each.before.uses)} → {count(each.after.uses)}
                </td>
                <td className="py-1 text-right">
                  {mos(each.before.mos)} → {mos(each.after.mos)}
                </td>
                <td className="py-1 text-right">
                  {percent(each.before.poor_share)} → {percent(each.after.poor_share)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Fares(props: { name: string; of: Fared; isStrong?: boolean }) {
  const { of } = props;
  return (
    <tr className={`border-t ${props.isStrong ? "font-semibold" : ""}`}>
      <th scope="row" className="py-1 text-left font-normal">
        {props.name}
      </th>
      <td className="py-1 text-right">{count(of.uses)}</td>
      <td className="py-1 text-right">{mos(of.mos)}</td>
      <td className="py-1 text-right">{percent(of.poor_share)}</td>
    </tr>
  );
}

function said(data: Around): string {
  const { before, after, day_before: usual } = data;
  if (before.mos === null || after.mos === null) return t("changes.delta.none");
  const delta = after.mos - before.mos;
  const values = { sign: delta < 0 ? "−" : "+", delta: mos(Math.abs(delta)) };
  return usual.mos === null
    ? t("changes.delta.unknown", values)
    : t("changes.delta", { ...values, usual: mos(usual.mos) });
}
