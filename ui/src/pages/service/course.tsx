/** Score and poor share over time, two charts with one crosshair; a brush asks what changed. */

import { useMemo } from "react";
import { Figure } from "@/charts/figure";
import { type Brush, type Line, type Mark, type Ribbon, Series } from "@/charts/series";
import { Legend } from "@/charts/series-tip";
import { count, mos, percent, scopeText } from "@/lib/format";
import { hour, lasting, moment } from "@/lib/time";
import { useSpan, useView } from "@/lib/view";
import { t } from "@/lib/words";
import { type Columns, pathOf, type ServiceCourse, useAsked } from "@/pages/service/ask";
import { brushText, useBrush } from "@/pages/service/brush";

const HIGH = 120;

export function Course(props: { service: string; of: ServiceCourse }) {
  const { of } = props;
  const { tz } = useView();
  const { untilMs } = useSpan();
  const params = useAsked();
  const [brush, setBrush] = useBrush();
  const kind = of.against ? t(`compare.kind.${of.against.kind}`) : "";
  const at = useMemo(() => of.now.at.map((s) => s * 1e3), [of]);
  const lines = useMemo(() => both(of, kind), [of, kind]);
  const [ribbons, marks] = useMemo(() => [ribbonsOf(of, untilMs), marksOf(of)], [of, untilMs]);
  const step = lasting(of.step_s * 1e3);
  const shared = { at, ribbons, marks, brush, onBrush: setBrush, height: HIGH };
  return (
    <Figure
      title={t("course.title")}
      height={250}
      aside={<span className="text-soft">{t("course.step", { step })}</span>}
      explain={() => ({
        title: t("course.title"),
        value: lowest(of, tz),
        formula: t("course.formula", { step }),
        rows: `${count(of.now.uses.reduce((sum, n) => sum + n, 0))} ${t("course.uses")}`,
        path: `services${pathOf(props.service, "/course")}`,
        params,
      })}
      twin={{
        columns: [
          t("course.col.at"),
          t("course.mos"),
          t("course.poor"),
          t("course.col.poor"),
          t("course.col.uses"),
          ...(of.before ? [t("course.mos.before", { kind }), t("course.poor.before", { kind })] : []),
        ],
        rows: at.map((ms, i) => [
          new Date(ms).toISOString(),
          of.now.mos[i],
          of.now.poor_share[i],
          of.now.poor[i],
          of.now.uses[i],
          ...(of.before ? [of.before.mos[i], of.before.poor_share[i]] : []),
        ]),
        shown: (cell, column) =>
          column === 0
            ? moment(Date.parse(String(cell)), tz)
            : typeof cell !== "number"
              ? "–"
              : column === 1 || column === 5
                ? mos(cell)
                : column === 2 || column === 6
                  ? percent(cell)
                  : count(cell),
      }}
    >
      <Legend lines={lines.mos}>
        <span className="text-warn">▬ {t("course.ribbon")}</span>
        <span>▼ {t("course.mark")}</span>
      </Legend>
      <Series {...shared} label={lowest(of, tz)} lines={lines.mos} />
      <Legend lines={lines.poor} />
      <Series {...shared} label={highest(of, tz)} lines={lines.poor} ranges={[shareRange(of)]} />
      <p className="px-2 text-soft">{brush ? brushText(brush, tz) : t("course.hint")}</p>
    </Figure>
  );
}

function both(of: ServiceCourse, kind: string): { mos: Line[]; poor: Line[] } {
  const lines = (name: "mos" | "poor_share", text: string, shown: Line["shown"]): Line[] => [
    { name: t(`course.${text}`), values: of.now[name], shown, colour: text === "mos" ? "accent" : "warn" },
    ...(of.before
      ? [{ name: t(`course.${text}.before`, { kind }), values: of.before[name], shown, colour: "soft", isDashed: true }]
      : []),
  ];
  return { mos: lines("mos", "mos", mos), poor: lines("poor_share", "poor", percent) };
}

function ribbonsOf(of: ServiceCourse, untilMs: number): Ribbon[] {
  return of.degradations.map((each) => ({
    sinceMs: Date.parse(each.began),
    untilMs: each.ended ? Date.parse(each.ended) : untilMs,
    name: t("course.decline", { scope: scopeText(each.scope) }),
  }));
}

function marksOf(of: ServiceCourse): Mark[] {
  return of.happenings.map((each) => ({
    atMs: Date.parse(each.at),
    kind: t(`kind.${each.kind}`),
    name: [each.element, each.title].filter(Boolean).join(" "),
  }));
}

/** Say the takeaway of a chart: its worst point and its last. */
function lowest(of: ServiceCourse, tz: string): string {
  const [i, low] = worst(of.now, "mos", -1);
  return t("course.mos.label", {
    low: mos(low),
    at: i < 0 ? "–" : hour((of.now.at[i] ?? 0) * 1e3, tz),
    now: mos(last(of.now.mos)),
    n: of.degradations.length,
  });
}

function highest(of: ServiceCourse, tz: string): string {
  const [i, high] = worst(of.now, "poor_share", 1);
  return t("course.poor.label", {
    high: percent(high),
    at: i < 0 ? "–" : hour((of.now.at[i] ?? 0) * 1e3, tz),
    now: percent(last(of.now.poor_share)),
  });
}

/** Shares begin at 0: a chart that begins elsewhere makes little look like much. */
function shareRange(of: ServiceCourse): [number, number] {
  const known = [...of.now.poor_share, ...(of.before?.poor_share ?? [])].map((each) => each ?? 0);
  const most = Math.max(...known, 0.02);
  return [-0.08 * most, most * 1.1]; // room for the ribbon under the line
}

function worst(of: Columns, name: "mos" | "poor_share", sign: 1 | -1): [number, number | null] {
  let [at, found]: [number, number | null] = [-1, null];
  of[name].forEach((value, i) => {
    if (value !== null && (found === null || sign * value > sign * found)) [at, found] = [i, value];
  });
  return [at, found];
}

function last(values: (number | null)[]): number | null {
  return [...values].reverse().find((value) => value !== null) ?? null;
}

export type { Brush };
