/** Contributions as bars from a zero line, and small bars of a share inside tables (SVG). */

import { useId } from "react";
import { useWidth } from "@/charts/width";

export interface Bar {
  name: string;
  value: number;
  note?: string; // beside the value
  isRest?: boolean; // what is not explained: hatched
  isTotal?: boolean;
}

const [ROW_PX, NAME_PX, VALUE_PX] = [26, 116, 64];

/** Horizontal bars: negative to the left (drawn as harm), positive to the right. */
export function Bars(props: { label: string; bars: Bar[]; shown: (value: number) => string }) {
  const { bars } = props;
  const [box, width] = useWidth();
  const rest = useId();
  const [low, high] = [Math.min(...bars.map((bar) => bar.value), 0), Math.max(...bars.map((bar) => bar.value), 0)];
  const room = Math.max(width - NAME_PX - 2 * VALUE_PX, 60);
  const px = room / Math.max(high - low, 1e-9);
  const zero = NAME_PX + VALUE_PX - low * px;
  const height = bars.length * ROW_PX + 4;
  return (
    <div ref={box}>
      <svg role="img" aria-label={props.label} width={width} height={height} className="block text-[12px]">
        <defs>
          <pattern id={rest} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width={6} height={6} fill="var(--raised)" />
            <line x1={0} y1={0} x2={0} y2={6} stroke="var(--soft)" strokeWidth={2} />
          </pattern>
        </defs>
        {bars.map((bar, i) => {
          const wide = Math.abs(bar.value) * px;
          const isBad = bar.value < 0;
          const fill = bar.isRest ? `url(#${rest})` : bar.isTotal ? "var(--soft)" : isBad ? "var(--warn)" : "var(--accent)";
          const y = i * ROW_PX + 4;
          return (
            <g key={bar.name}>
              <text x={0} y={y + 13} fill="var(--ink)" fontWeight={bar.isTotal ? 600 : 400}>
                {bar.name}
              </text>
              <rect x={isBad ? zero - wide : zero} y={y + 1} width={Math.max(wide, 0.5)} height={ROW_PX - 10} fill={fill} stroke="var(--line)" strokeWidth={0.5} />
              <text
                x={isBad ? zero - wide - 6 : zero + wide + 6}
                y={y + 13}
                textAnchor={isBad ? "end" : "start"}
                fill="var(--ink)"
                fontWeight={bar.isTotal ? 600 : 400}
              >
                {props.shown(bar.value)}
              </text>
            </g>
          );
        })}
        <line x1={zero} x2={zero} y1={0} y2={height} stroke="var(--soft)" />
      </svg>
    </div>
  );
}

/** A bar of a share in a cell of a table; the number stands beside it, so it is only for the eye. */
export function ShareBar(props: { share: number; colour?: string }) {
  const wide = Math.min(Math.max(props.share, 0), 1) * 100;
  return (
    <span aria-hidden className="inline-block h-2.5 w-full min-w-8 rounded-sm border bg-page align-middle">
      <span
        className="block h-full rounded-sm"
        style={{ width: `${wide}%`, background: `var(--${props.colour ?? "accent"})` }}
      />
    </span>
  );
}
