/** The columns of the list, as they are shown and as they are exported. */

import { Link } from "@tanstack/react-router";
import type { Cell } from "@/lib/export";
import { compact, NONE } from "@/lib/format";
import { day, hour, lasting, moment } from "@/lib/time";
import { context, type View } from "@/lib/view";
import { t } from "@/lib/words";
import type { Incident } from "@/pages/incidents/data";
import type { Column } from "@/parts/table";

const DAY_MS = 864e5;

const LOOK: Record<string, [string, string]> = {
  critical: ["⬤", "text-alarm"],
  major: ["◆", "text-alarm"],
  minor: ["▲", "text-warn"],
  warning: ["○", "text-soft"],
};

/** How deep experience fell: by shape, colour and word. */
export function Severity(props: { of: string; priority?: number }) {
  const [shape, look] = LOOK[props.of] ?? ["?", "text-soft"];
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <span aria-hidden className={look}>
        {shape}
      </span>
      {props.of}
      {props.priority ? <span className="text-soft">P{props.priority}</span> : null}
    </span>
  );
}

/** Who is hit: users, things, and how many of them are important to the business. */
export function hit(each: { users: number | null; things: number | null; important: number | null }) {
  if (each.users === null && each.things === null) return NONE;
  const parts = [t("inc.users", { n: compact(each.users) })];
  if (each.things) parts.push(t("inc.things", { n: compact(each.things) }));
  if (each.important) parts.push(t("inc.important", { n: compact(each.important) }));
  return parts.join(", ");
}

export function lastedMs(each: Incident, nowMs: number): number {
  return (each.resolved_s === null ? nowMs : each.resolved_s * 1e3) - each.began_s * 1e3;
}

const sign = (who: string) => (who ? "✓" : "–");

export function columns(view: View, nowMs: number): Column<Incident>[] {
  return [
    {
      name: "severity",
      head: t("inc.col.severity"),
      width: "7.4rem",
      shown: (each) => <Severity of={each.severity} priority={each.priority} />,
    },
    {
      name: "what",
      head: t("inc.col.what"),
      width: "minmax(12rem,1fr)",
      shown: (each) => (
        <Link
          to={"/incidents/$incident" as never}
          params={{ incident: each.id } as never}
          search={context(view) as never}
          title={each.title}
          className="hover:underline"
        >
          {each.title}
        </Link>
      ),
    },
    {
      name: "sure",
      head: t("inc.col.sure"),
      width: "3.4rem",
      right: true,
      shown: (each) => (each.probability === null ? NONE : `${Math.round(100 * each.probability)} %`),
    },
    { name: "users", head: t("inc.col.users"), width: "3.4rem", right: true, shown: (each) => compact(each.users) },
    { name: "things", head: t("inc.col.things"), width: "3.6rem", right: true, shown: (each) => compact(each.things) },
    {
      name: "important",
      head: t("inc.col.important"),
      width: "5rem",
      right: true,
      shown: (each) => compact(each.important),
    },
    {
      name: "state",
      head: t("inc.col.state"),
      width: "7.4rem",
      shown: (each) =>
        each.waits ? <span className="text-warn">⚑ {t("inc.waits")}</span> : each.status,
    },
    {
      name: "ack",
      head: t("inc.col.ack"),
      width: "4.2rem",
      shown: (each) => (
        <span title={`1: ${each.ack1 || NONE}, 2: ${each.ack2 || NONE}`}>
          1{sign(each.ack1)} 2{sign(each.ack2)}
        </span>
      ),
    },
    { name: "merged", head: t("inc.col.merged"), width: "4rem", right: true, shown: (each) => each.merged },
    {
      name: "opened",
      head: t("inc.col.opened"),
      width: "4.4rem",
      right: true,
      shown: (each) => (
        <time dateTime={new Date(each.opened_s * 1e3).toISOString()} title={`${moment(each.opened_s * 1e3, view.tz)}, ${new Date(each.opened_s * 1e3).toISOString()}`}>
          {nowMs - each.opened_s * 1e3 < DAY_MS ? hour(each.opened_s * 1e3, view.tz) : day(each.opened_s * 1e3, view.tz)}
        </time>
      ),
    },
    {
      name: "updated",
      head: t("inc.col.updated"),
      width: "4.4rem",
      right: true,
      shown: (each) => lasting(nowMs - each.updated_s * 1e3),
    },
    {
      name: "lasted",
      head: t("inc.col.lasted"),
      width: "4.6rem",
      right: true,
      shown: (each) => lasting(lastedMs(each, nowMs)),
    },
    { name: "owner", head: t("inc.col.owner"), width: "4.6rem", shown: (each) => each.owner || NONE },
  ];
}

export const CSV = [
  ...["id", "title", "severity", "lost_mos", "priority", "importance", "status", "kind", "element_kind"],
  ...["element", "domain", "probability", "services", "users", "things", "important", "began", "opened"],
  ...["updated", "resolved", "ack1", "ack2", "owner", "merged", "alarms", "poor_uses", "chance_per_day"],
];

export function csvRow(each: Incident): Cell[] {
  const at = (s: number | null) => (s === null ? null : new Date(s * 1e3).toISOString());
  return [
    ...[each.id, each.title, each.severity, each.lost_mos, each.priority, each.importance],
    ...[each.status, each.kind, each.element_kind, each.element, each.domain, each.probability],
    ...[each.services.join(" "), each.users, each.things, each.important, at(each.began_s)],
    ...[at(each.opened_s), at(each.updated_s), at(each.resolved_s), each.ack1, each.ack2],
    ...[each.owner, each.merged, each.alarms, each.poor, each.chance],
  ];
}
