import { NONE } from "@/lib/format";

export interface Band {
  from: number; // 0 to 1 of the width
  to: number;
}

/** A small course of values with gaps, and bands under it where something was wrong. */
export function Spark(props: {
  values: (number | null)[];
  label: string;
  bands?: Band[];
  low?: number; // of the scale, unless the values reach further
  high?: number;
  height?: number;
}) {
  const { values, bands = [], height = 32 } = props;
  const known = values.filter((each): each is number => each !== null);
  const low = Math.min(props.low ?? Number.POSITIVE_INFINITY, ...known);
  const high = Math.max(props.high ?? Number.NEGATIVE_INFINITY, ...known);
  const [width, top, ribbon] = [100, 2, 4];
  const room = height - top - ribbon - 3;
  const x = (at: number) => (values.length > 1 ? (at / (values.length - 1)) * width : width / 2);
  const y = (value: number) => top + (high > low ? ((high - value) / (high - low)) * room : room / 2);
  return (
    <svg
      role="img"
      aria-label={props.label || NONE}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className="block w-full"
      style={{ height }}
    >
      <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--line)" />
      {bands.map((band) => (
        <rect
          key={`${band.from}-${band.to}`}
          x={band.from * width}
          width={Math.max((band.to - band.from) * width, 1)}
          y={height - ribbon - 1}
          height={ribbon}
          fill="var(--alarm)"
        />
      ))}
      <path
        d={courseOf(values, x, y)}
        fill="none"
        stroke="var(--accent)"
        strokeWidth={1.5}
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** Give the line through the values; it is broken where there is none, a lone value is a dash. */
export function courseOf(
  values: (number | null)[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  values.forEach((value, at) => {
    if (value === null) return;
    const isNew = at === 0 || values[at - 1] === null || values[at - 1] === undefined;
    const isLone = isNew && (values[at + 1] === null || values[at + 1] === undefined);
    path += `${isNew ? "M" : "L"}${x(at).toFixed(2)} ${y(value).toFixed(2)}`;
    if (isLone) path += "h0.8";
  });
  return path;
}

/** Turn spans of time into bands of a drawing that reaches from since to until. */
export function bandsOf(
  spans: { began_s: number; ended_s: number | null }[],
  since_s: number,
  until_s: number,
): Band[] {
  const width = Math.max(until_s - since_s, 1);
  const share = (moment: number) => Math.min(Math.max((moment - since_s) / width, 0), 1);
  const found = spans
    .map(({ began_s, ended_s }) => ({ from: share(began_s), to: share(ended_s ?? until_s) }))
    .filter((band) => band.to > band.from)
    .sort((one, other) => one.from - other.from);
  const joined: Band[] = [];
  for (const band of found) {
    const last = joined.at(-1);
    if (last && band.from <= last.to) last.to = Math.max(last.to, band.to);
    else joined.push({ ...band });
  }
  return joined;
}
