/** A change with its sign and a word, never by colour alone. */

import { NONE } from "@/lib/format";

const two = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: "exceptZero",
});
const points = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: "exceptZero",
});

export const mosDelta = (value: number): string => two.format(value);
/** Shares change by percentage points. */
export const shareDelta = (value: number): string => `${points.format(value * 100)} pp`;

export function Delta(props: {
  now: number | null | undefined;
  before: number | null | undefined;
  of: "mos" | "good" | "poor";
}) {
  const { now, before, of } = props;
  if (now === null || now === undefined || before === null || before === undefined) {
    return <span className="text-soft">{NONE}</span>;
  }
  const by = now - before;
  const isLittle = Math.abs(by) < (of === "mos" ? 0.005 : 0.0005);
  const isBetter = of === "poor" ? by < 0 : by > 0;
  const look = isLittle ? "text-soft" : isBetter ? "text-fine" : "text-alarm";
  return (
    <span className={`whitespace-nowrap ${look}`}>
      <span aria-hidden>{isLittle ? "" : by > 0 ? "▲ " : "▼ "}</span>
      {of === "mos" ? mosDelta(by) : shareDelta(by)}
    </span>
  );
}
