/** What stands at the crosshair, beside it for the eye and told for the ear. */

import type uPlot from "uplot";
import type { SeriesProps } from "@/charts/series";
import { moment } from "@/lib/time";

const WIDE_PX = 230;

export function Tip(props: SeriesProps & { index: number | null; tz: string; plot: uPlot | null }) {
  const { index, at, lines, plot, tz } = props;
  const ms = index === null ? undefined : at[index];
  if (index === null || ms === undefined || !plot) return <p role="status" className="sr-only" />;
  const step = at.length > 1 ? (at[1] as number) - (at[0] as number) : 6e4;
  const stood = (props.ribbons ?? []).filter((r) => r.sinceMs < ms + step && r.untilMs > ms);
  const marked = (props.marks ?? []).filter((m) => Math.abs(m.atMs - ms) < Math.max(step, 3e5));
  const x = plot.valToPos(ms / 1e3, "x") + plot.over.offsetLeft;
  const isLeft = x > plot.width / 2;
  return (
    <div
      role="status"
      className="pointer-events-none absolute top-1 z-10 rounded border bg-panel px-2 py-1 shadow-lg"
      style={{ left: Math.max(isLeft ? x - WIDE_PX - 12 : x + 12, 0), width: WIDE_PX }}
    >
      <p className="text-soft">{moment(ms, tz)}</p>
      {lines.map((line) => (
        <p key={line.name} className="flex items-center gap-2">
          <Stroke colour={line.colour} isDashed={line.isDashed} />
          <span className="flex-1 truncate">{line.name}</span>
          <span>{line.shown(line.values[index] ?? null)}</span>
        </p>
      ))}
      {stood.slice(0, 3).map((r, n) => (
        <p key={n} className="truncate text-warn">▬ {r.name}</p>
      ))}
      {marked.slice(0, 3).map((m, n) => (
        <p key={n} className="truncate text-soft">▼ {m.kind}: {m.name}</p>
      ))}
    </div>
  );
}

/** A piece of a line as it is drawn, for legends. */
export function Stroke(props: { colour: string; isDashed?: boolean }) {
  return (
    <svg aria-hidden width={18} height={6} className="shrink-0">
      <line
        x1={0}
        x2={18}
        y1={3}
        y2={3}
        stroke={`var(--${props.colour})`}
        strokeWidth={2}
        strokeDasharray={props.isDashed ? "5 3" : undefined}
      />
    </svg>
  );
}

/** Say what each line is, in words. */
export function Legend(props: { lines: { name: string; colour: string; isDashed?: boolean }[]; children?: React.ReactNode }) {
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 px-2 text-soft">
      {props.lines.map((line) => (
        <span key={line.name} className="inline-flex items-center gap-1.5">
          <Stroke {...line} /> {line.name}
        </span>
      ))}
      {props.children}
    </p>
  );
}
