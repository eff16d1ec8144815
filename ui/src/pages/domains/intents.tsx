import { useMemo } from "react";
import { useChange, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Exports } from "@/parts/exports";
import { Empty } from "@/parts/states";
import type { Intent, Report, Target } from "./types";

const LAYERS = ["business", "service", "resource"] as const;
const STATES = ["degraded", "compliant", "received"] as const;
const MARK = { degraded: "▲", compliant: "✓", received: "○" } as const;
const LOOK = { degraded: "text-alarm", compliant: "text-fine", received: "text-soft" } as const;
const MOST_ROWS = 150;

interface Row {
  intent: Intent;
  report: Report | undefined;
}

/** Intents down the layers, each with its targets and why it is missed; degraded ones first. */
export function Intents(props: { intents: Intent[]; reports: Report[]; domains: string[] }) {
  const [view, change] = [useView(), useChange()];
  const rows = useMemo(() => joined(props.intents, props.reports), [props.intents, props.reports]);
  const shown = rows.filter(
    ({ intent, report }) =>
      (!view.layer || intent.layer === view.layer) &&
      (!view.domain || intent.domain === view.domain) &&
      (!view.istate || (report?.state ?? "received") === view.istate),
  );
  if (!rows.length) return <Empty title={t("intents.none")} hint={t("intents.none.hint")} />;
  const pick = (name: string, label: string, of: readonly string[]) => (
    <label className="flex items-center gap-1">
      <span className="text-soft">{label}</span>
      <select
        className="min-h-7 rounded border bg-page px-1"
        value={view[name] ?? ""}
        onChange={(event) => change({ [name]: event.target.value || undefined })}
      >
        <option value="">{t("intents.all")}</option>
        {of.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
  return (
    <section className="rounded-lg border bg-panel">
      <div className="flex flex-wrap items-center gap-3 border-b px-3 py-2">
        {pick("layer", t("intents.filter.layer"), LAYERS)}
        {pick("domain", t("intents.filter.domain"), props.domains)}
        {pick("istate", t("intents.filter.state"), STATES)}
        <span className="flex-1" />
        <Exports title={t("intents.what")} columns={COLUMNS} rows={() => shown.flatMap(cells)} />
      </div>
      {shown.length ? (
        <div role="region" tabIndex={0} aria-label={t("intents.what")} className="max-h-[32rem] overflow-auto">
          <table className="w-full min-w-[48rem]">
            <thead>
              <tr className="border-b">
                {(["name", "state", "targets", "why"] as const).map((name) => (
                  <th key={name} scope="col" className="px-3 py-1.5 text-left font-normal text-soft">
                    {t(`intents.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, MOST_ROWS).map((row) => (
                <One key={row.intent.id} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <Empty title={t("intents.none.match")} />
      )}
    </section>
  );
}

function One(props: { row: Row }) {
  const { intent, report } = props.row;
  const state = report?.state ?? "received";
  const indent = LAYERS.indexOf(intent.layer);
  const cell = "px-3 py-1.5 align-top";
  return (
    <tr className="border-b last:border-b-0">
      <th scope="row" className={`${cell} text-left font-normal`}>
        <span style={{ paddingLeft: `${indent * 0.9}rem` }} className="block">
          <span className="text-soft">{intent.layer}</span> {intent.name}
          {intent.domain ? <span className="text-soft"> · {intent.domain}</span> : null}
        </span>
      </th>
      <td className={`${cell} whitespace-nowrap ${LOOK[state]}`}>
        <span aria-hidden>{MARK[state]}</span> {t(`intents.state.${state}`)}
        {report?.is_at_risk ? <span className="block text-warn">⚠ {t("intents.risk")}</span> : null}
      </td>
      <td className={cell}>
        {(report?.targets.length ? report.targets : intent.expectations).map((each) => (
          <span key={each.name} className="block whitespace-nowrap">
            <span className="text-soft">{promised(each)}: </span>
            {"observed" in each ? fares(each as Target) : t("intents.unknown")}
          </span>
        ))}
      </td>
      <td className={`${cell} min-w-52`}>
        {report?.faults.length ? <span className="font-semibold">{report.faults.join(", ")}: </span> : null}
        {report?.reasons.join("; ") || "–"}
      </td>
    </tr>
  );
}

const figure = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });

function promised(each: { name: string; condition: string; value: number; unit: string }): string {
  const condition = each.condition === "at_most" ? "≤" : "≥";
  return `${each.name.replaceAll("_", " ")} ${condition} ${figure.format(each.value)}`;
}

function fares(each: Target): string {
  const one = (value: number | null, status: string | null) =>
    value === null ? "–" : `${figure.format(value)}${status === "NOT_FULFILLED" ? " ✗" : " ✓"}`;
  return `${one(each.observed, each.observed_status)}, ${one(each.predicted, each.predicted_status)}`;
}

/** Each intent with its report, parents before what serves them, the worst families first. */
function joined(intents: Intent[], reports: Report[]): Row[] {
  const told = new Map(reports.map((each) => [each.intent, each]));
  const rank = (id: string) => STATES.indexOf(told.get(id)?.state ?? "received");
  const under = new Map<string, Intent[]>();
  for (const each of intents) under.set(each.parent, [...(under.get(each.parent) ?? []), each]);
  const known = new Set(intents.map((each) => each.id));
  const roots = intents.filter((each) => !known.has(each.parent));
  const walk = (some: Intent[]): Row[] =>
    [...some]
      .sort((a, b) => rank(a.id) - rank(b.id) || a.id.localeCompare(b.id))
      .flatMap((each) => [{ intent: each, report: told.get(each.id) }, ...walk(under.get(each.id) ?? [])]);
  return walk(roots);
}

const COLUMNS = [
  ...["intent", "promise", "layer", "domain", "service", "state", "target", "unit", "condition", "value"],
  ...["observed", "observed_status", "predicted", "predicted_status", "reasons", "faults"],
];

function cells({ intent, report }: Row) {
  const head = [intent.id, intent.promise, intent.layer, intent.domain, intent.service, report?.state ?? "received"];
  const tail = [report?.reasons.join("; ") ?? "", report?.faults.join(", ") ?? ""];
  const told = report?.targets ?? [];
  if (!told.length) return [[...head, "", "", "", null, null, "", null, "", ...tail]];
  return told.map((each) => [
    ...[...head, each.name, each.unit, each.condition, each.value, each.observed],
    ...[each.observed_status, each.predicted, each.predicted_status, ...tail],
  ]);
}
