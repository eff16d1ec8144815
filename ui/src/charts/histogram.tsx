/** A distribution in bins, coloured by grade, with another one drawn as a line over it (SVG). */

import { gradeOf, percent } from "@/lib/format";
import { useWidth } from "@/charts/width";

export interface HistogramProps {
  label: string; // the takeaway
  low: number; // lower edge of the first bin
  step: number;
  bins: number[]; // counts
  before?: number[] | null; // counts of the same bins at another time
  lines?: { at: number; name: string }[]; // thresholds
  height?: number;
}

const [LEFT, BOTTOM, TOP] = [44, 22, 16];

/** Show shares, so that two times of different size can be compared. */
export function Histogram(props: HistogramProps) {
  const { bins, low, step, height = 220 } = props;
  const [box, width] = useWidth();
  const [now, was] = [shares(bins), props.before ? shares(props.before) : null];
  const most = niceTop(Math.max(...now, ...(was ?? [0]), 0.001));
  const [wide, high] = [Math.max(width - LEFT - 8, 40), height - TOP - BOTTOM];
  const x = (value: number) => LEFT + ((value - low) / (step * bins.length)) * wide;
  const y = (share: number) => TOP + high - (share / most) * high;
  const outline = was
    ?.flatMap((share, i) => [`${x(low + i * step)},${y(share)}`, `${x(low + (i + 1) * step)},${y(share)}`])
    .join(" ");
  return (
    <div ref={box}>
      <svg role="img" aria-label={props.label} width={width} height={height} className="block text-[12px]">
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line x1={LEFT} x2={LEFT + wide} y1={y(part * most)} y2={y(part * most)} stroke="var(--line)" />
            <text x={LEFT - 6} y={y(part * most) + 4} textAnchor="end" fill="var(--soft)">
              {percent(part * most)}
            </text>
          </g>
        ))}
        {now.map((share, i) => {
          const grade = gradeOf(low + (i + 0.5) * step);
          return (
            <rect
              key={i}
              x={x(low + i * step) + 0.5}
              width={Math.max(x(low + (i + 1) * step) - x(low + i * step) - 1, 1)}
              y={y(share)}
              height={Math.max(y(0) - y(share), 0)}
              fill={`var(--grade-${grade?.at ?? 3})`}
              stroke="var(--line)"
              strokeWidth={0.5}
            />
          );
        })}
        {outline ? (
          <polyline points={outline} fill="none" stroke="var(--ink)" strokeWidth={1.5} strokeDasharray="5 3" />
        ) : null}
        {[...Array(Math.round(step * bins.length) + 1).keys()].map((i) => (
          <text key={i} x={x(low + i)} y={height - 6} textAnchor="middle" fill="var(--soft)">
            {low + i}
          </text>
        ))}
        {props.lines?.map((line) => (
          <g key={line.name}>
            <line x1={x(line.at)} x2={x(line.at)} y1={TOP - 4} y2={y(0)} stroke="var(--alarm)" strokeWidth={1.5} />
            <text x={x(line.at) - 4} y={TOP - 4} textAnchor="end" fill="var(--alarm)">
              {line.name}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function shares(bins: number[]): number[] {
  const whole = bins.reduce((sum, n) => sum + n, 0);
  return bins.map((n) => (whole ? n / whole : 0));
}

function niceTop(most: number): number {
  const steps = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1];
  return steps.find((step) => step >= most) ?? 1;
}
