/** A course of MOS as a thin line in a row, on the scale of the whole list (SVG). */

import { mos } from "@/lib/format";
import { t } from "@/lib/words";

const [WIDE, HIGH] = [120, 22];

export function Trend(props: { values: (number | null)[]; low: number; high: number }) {
  const { values, low, high } = props;
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return <span className="text-soft">–</span>;
  const x = (i: number) => 1 + (i / Math.max(values.length - 1, 1)) * (WIDE - 2);
  const y = (value: number) => HIGH - 2 - ((value - low) / Math.max(high - low, 1e-6)) * (HIGH - 4);
  let isOn = false;
  const path = values
    .map((value, i) => {
      if (value === null) {
        isOn = false;
        return "";
      }
      const step = `${isOn ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
      isOn = true;
      return step;
    })
    .join("");
  const label = t("services.trend", {
    first: mos(known[0]),
    last: mos(known[known.length - 1]),
    low: mos(Math.min(...known)),
  });
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${WIDE} ${HIGH}`} className="h-5.5 w-full max-w-30" preserveAspectRatio="none">
      <path d={path} fill="none" stroke="var(--accent)" strokeWidth={1.5} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
