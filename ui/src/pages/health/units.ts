import { count, NONE, percent } from "@/lib/format";
import { lasting, moment } from "@/lib/time";
import type { Figure } from "./types";

const STEPS = ["B", "kB", "MB", "GB", "TB"];
const digits = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });

/** Bytes as people read them, in steps of a thousand (SI). */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  const at = Math.min(Math.floor(Math.log10(Math.max(Math.abs(value), 1)) / 3), STEPS.length - 1);
  return `${digits.format(value / 1000 ** at)} ${STEPS[at]}`;
}

export function shown(figure: Figure, tz: string): string {
  const { value, unit } = figure;
  if (value === null || typeof value === "string") return value ?? NONE;
  if (unit === "bytes") return bytes(value);
  if (unit === "s") return lasting(value * 1e3);
  if (unit === "share") return percent(value);
  if (unit === "moment_ns") return moment(value / 1e6, tz);
  return count(value);
}
