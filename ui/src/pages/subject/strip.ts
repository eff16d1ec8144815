/** The hours of a subject as cells of a strip: 24 hours, 7 days by hour, 30 days. */

import type { StripCell } from "@/charts/strip";
import { gradeOf, mos } from "@/lib/format";
import { hour, moment } from "@/lib/time";
import { t } from "@/lib/words";
import type { Tally } from "@/pages/subject/data";

export const LENGTHS = ["24h", "7d", "30d"] as const;
export type Length = (typeof LENGTHS)[number];

const [HOUR_MS, DAY_MS] = [36e5, 864e5];

export interface Cell extends StripCell {
  sinceMs: number;
  untilMs: number;
  uses: number;
  poor: number;
}

export interface Drawn {
  cells: Cell[];
  columns: string[];
  rows: string[];
}

/** Work out the cells; the last one holds the newest data. */
export function drawn(hours: Tally[], length: Length, untilMs: number, tz: string): Drawn {
  const step = length === "30d" ? DAY_MS : HOUR_MS;
  const rows = length === "7d" ? 7 : 1;
  const columns = length === "30d" ? 30 : 24;
  const count = rows * columns;
  // hours of the strip are those of the data, which are hours of UTC; days end with the newest hour
  const endMs = Math.floor(untilMs / HOUR_MS) * HOUR_MS + HOUR_MS;
  const beginMs = endMs - count * step;
  const sums = Array.from({ length: count }, () => ({ uses: 0, poor: 0, mos: 0 }));
  for (const each of hours) {
    const sum = sums[Math.floor((Date.parse(each.at) - beginMs) / step)];
    if (!sum) continue;
    sum.uses += each.uses;
    sum.poor += each.poor_uses;
    sum.mos += each.mos_mean * each.uses;
  }
  const cells = sums.map((sum, at) => {
    const sinceMs = beginMs + at * step;
    const value = sum.uses ? sum.mos / sum.uses : null;
    const place = { column: at % columns, row: Math.floor(at / columns) };
    const told = { time: moment(sinceMs, tz), uses: sum.uses, poor: sum.poor };
    const grade = gradeOf(value)?.word ?? "";
    const said = value === null ? `${told.time}: ${t("strip.empty")}` : t("strip.cell", { ...told, mos: mos(value), grade });
    return { key: String(sinceMs), ...place, value, said, sinceMs, untilMs: sinceMs + step, ...sum };
  });
  const heads = cells.slice(0, columns).map((each, at) => {
    if (at % (length === "30d" ? 5 : 3)) return "";
    return length === "30d" ? moment(each.sinceMs, tz).split(",")[0] ?? "" : hour(each.sinceMs, tz);
  });
  const names = Array.from({ length: rows }, (_, at) => {
    const first = cells[at * columns] as Cell;
    return rows > 1 ? (moment(first.sinceMs, tz).split(",")[0] ?? "") : "";
  });
  return { cells, columns: heads, rows: names };
}

/** The takeaway for those who do not see it. */
export function takeaway(found: Drawn, length: Length): string {
  const used = found.cells.filter((each) => each.value !== null);
  if (!used.length) return t("strip.none");
  const worst = used.reduce((a, b) => ((a.value ?? 5) <= (b.value ?? 5) ? a : b));
  const unit = t(length === "30d" ? "strip.unit.days" : "strip.unit.hours");
  return t("strip.label", {
    count: used.length,
    all: `${found.cells.length} ${unit}`,
    worst: `${mos(worst.value)} ${gradeOf(worst.value)?.word ?? ""}`,
    poor: used.reduce((sum, each) => sum + each.poor, 0),
    uses: used.reduce((sum, each) => sum + each.uses, 0),
  });
}
