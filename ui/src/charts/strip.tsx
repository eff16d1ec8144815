import { forwardRef, useEffect, useRef, useState } from "react";
import { useTheme } from "@/frame/theme";
import { gradeOf } from "@/lib/format";

export interface StripCell {
  key: string;
  column: number;
  row: number;
  value: number | null; // MOS; null: no use
  said: string; // all of it in a line
}

const NARROW_PX = 18;

/** A score strip: cells in rows, each coloured by its grade and lettered, so that colour is not needed. */
export const Strip = forwardRef<
  SVGSVGElement,
  {
    label: string;
    cells: StripCell[];
    columns: string[]; // heads; empty ones are not written
    rows: string[];
    selected?: string;
    onPick?: (key: string) => void;
  }
>(function Strip(props, ref) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(720);
  const isDark = useTheme() === "dark";
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  const left = props.rows.length > 1 ? 56 : 0;
  const step = Math.max((width - left) / props.columns.length, 8);
  const [high, top] = [props.rows.length > 1 ? 18 : 30, 18];
  // the darkest grade of a dark page and of a light one carries a light letter
  const isOnDark = (at: number) => (isDark ? at === 5 : at === 1);
  return (
    <div ref={box} className="w-full">
      <svg
        ref={ref}
        role="img"
        aria-label={props.label}
        width={width}
        height={top + high * props.rows.length}
        className="block text-[11px]"
      >
        {props.columns.map((head, at) =>
          head ? (
            <text key={head + String(at)} x={left + at * step} y={12} style={{ fill: "var(--soft)" }}>
              {head}
            </text>
          ) : null,
        )}
        {left
          ? props.rows.map((head, at) => (
              <text key={head} x={0} y={top + at * high + high / 2 + 4} style={{ fill: "var(--soft)" }}>
                {head}
              </text>
            ))
          : null}
        {props.cells.map((cell) => {
          const grade = gradeOf(cell.value);
          const [x, y] = [left + cell.column * step, top + cell.row * high];
          const isPicked = props.selected === cell.key;
          return (
            <g
              key={cell.key}
              onClick={cell.value === null ? undefined : () => props.onPick?.(cell.key)}
              style={{ cursor: cell.value === null || !props.onPick ? "default" : "pointer" }}
            >
              <title>{cell.said}</title>
              <rect
                x={x + 0.5}
                y={y + 0.5}
                width={Math.max(step - 1.5, 4)}
                height={high - 2}
                rx={2}
                style={{
                  fill: grade ? `var(--grade-${grade.at})` : "transparent",
                  stroke: isPicked ? "var(--ink)" : grade ? "transparent" : "var(--line)",
                  strokeWidth: isPicked ? 2 : 1,
                }}
              />
              {grade && step >= NARROW_PX ? (
                <text
                  x={x + step / 2}
                  y={y + high / 2 + 4}
                  textAnchor="middle"
                  style={{ fill: isOnDark(grade.at) ? "#ffffff" : "#0b1220", pointerEvents: "none" }}
                >
                  {grade.letter}
                </text>
              ) : null}
            </g>
          );
        })}
      </svg>
    </div>
  );
});
