/** Lines over time (uPlot) with spans of trouble, marks, a crosshair all charts share, a brush. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "@/charts/series.css";
import { onPoint, pointAt, pointed } from "@/charts/cursor";
import { chartKeys } from "@/charts/series-keys";
import { paintBelow, paintMarks } from "@/charts/series-paint";
import { Tip } from "@/charts/series-tip";
import { token, useTheme } from "@/frame/theme";
import { hour, moment } from "@/lib/time";
import { useView } from "@/lib/view";

export interface Line {
  name: string;
  values: (number | null)[];
  shown: (value: number | null) => string;
  colour: string; // a token of the theme: "accent", "warn"
  isDashed?: boolean;
  isRight?: boolean; // read at the right axis
}

/** A time in which something stood: a degradation, works. */
export interface Ribbon {
  sinceMs: number;
  untilMs: number;
  name: string;
}

export interface Mark {
  atMs: number;
  name: string;
  kind: string;
}

export interface Brush {
  sinceMs: number;
  untilMs: number;
}

export interface SeriesProps {
  label: string; // the takeaway, for who cannot see it
  at: number[]; // ms
  lines: Line[];
  ranges?: [[number, number] | null, ([number, number] | null)?]; // of the left and right axis
  ribbons?: Ribbon[];
  marks?: Mark[];
  brush?: Brush | null;
  onBrush?: (brush: Brush | null) => void;
  height?: number;
}

export function Series(props: SeriesProps) {
  const { at, lines, height = 220 } = props;
  const [box, plot] = [useRef<HTMLDivElement>(null), useRef<uPlot | null>(null)];
  const [index, setIndex] = useState<number | null>(null);
  const { tz } = useView();
  const theme = useTheme();
  const isDragging = useRef(false); // uPlot tells of selections that nobody dragged as well
  const latest = useRef(props);
  latest.current = props;
  const data = useMemo(() => [at.map((ms) => ms / 1e3), ...lines.map((l) => l.values)], [at, lines]);

  // What changes the options makes the plot anew; new numbers only move it on.
  const shape = lines.map((l) => `${l.name}${l.colour}${l.isDashed}${l.isRight}`).join("|");
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new uPlot(options(latest, isDragging, element.clientWidth, height, tz, setIndex), data as uPlot.AlignedData, element);
    plot.current = made;
    showBrush(made, latest.current.brush);
    const watched = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    watched.observe(element);
    const stop = onPoint(() => follow(made));
    return () => {
      stop();
      watched.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, theme, tz, height]);
  useEffect(() => plot.current?.setData(data as uPlot.AlignedData), [data]);
  useEffect(() => plot.current?.redraw(false), [props.ribbons, props.marks]);
  useEffect(() => {
    if (plot.current) showBrush(plot.current, props.brush);
  }, [props.brush, data]);

  const onKeyDown = useCallback(
    (event: React.KeyboardEvent) => chartKeys(event, latest.current),
    [],
  );
  return (
    // A group, not a picture: the arrow keys move the crosshair in it.
    <div
      role="group"
      aria-label={props.label}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => pointAt(null)}
      onMouseLeave={() => pointAt(null)}
      className="relative rounded"
    >
      <div ref={box} aria-hidden style={{ height }} onMouseDown={() => watchDrag(isDragging)} />
      <Tip {...props} index={index} tz={tz} plot={plot.current} />
    </div>
  );
}

/** Put the crosshair where another chart of the page was pointed at. */
function follow(plot: uPlot): void {
  const ms = pointed();
  if (ms === null) {
    plot.setCursor({ left: -10, top: -10 }, true);
    return;
  }
  const left = plot.valToPos(ms / 1e3, "x");
  if (Math.abs(left - (plot.cursor.left ?? -10)) > 0.5) plot.setCursor({ left, top: 1 }, true);
}

function showBrush(plot: uPlot, brush: Brush | null | undefined): void {
  if (!brush) {
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    return;
  }
  const [left, right] = [plot.valToPos(brush.sinceMs / 1e3, "x"), plot.valToPos(brush.untilMs / 1e3, "x")];
  plot.setSelect({ left, top: 0, width: right - left, height: plot.over.clientHeight }, false);
}

function options(
  latest: { current: SeriesProps },
  isDragging: { current: boolean },
  width: number,
  height: number,
  tz: string,
  setIndex: (index: number | null) => void,
): uPlot.Options {
  const { lines, ranges = [null] } = latest.current;
  const isWide = (plot: uPlot) => (plot.scales.x?.max ?? 0) - (plot.scales.x?.min ?? 0) > 36 * 3600;
  const axis = (scale: string, side: number): uPlot.Axis => {
    const line = lines.find((l) => (l.isRight ? "right" : "left") === scale);
    return {
      scale,
      side,
      stroke: token("soft"),
      grid: { show: scale === "left", stroke: token("line"), width: 1 },
      ticks: { stroke: token("line"), width: 1, size: 4 },
      size: 54,
      space: 22,
      font: "12px system-ui, sans-serif",
      values: (_plot, ticks) => ticks.map((tick) => line?.shown(tick) ?? String(tick)),
    };
  };
  return {
    width,
    height,
    ms: 1e-3,
    legend: { show: false },
    scales: {
      x: { time: true },
      left: { range: span(ranges[0]) },
      right: { range: span(ranges[1]) },
    },
    axes: [
      {
        stroke: token("soft"),
        grid: { show: false },
        ticks: { stroke: token("line"), width: 1, size: 4 },
        font: "12px system-ui, sans-serif",
        space: 90,
        size: 24,
        values: (plot, ticks) =>
          ticks.map((tick) => (isWide(plot) ? moment(tick * 1e3, tz) : hour(tick * 1e3, tz))),
      },
      axis("left", 3),
      ...(lines.some((l) => l.isRight) ? [axis("right", 1)] : []),
    ],
    series: [
      {},
      ...lines.map((line): uPlot.Series => ({
        label: line.name,
        scale: line.isRight ? "right" : "left",
        stroke: token(line.colour),
        width: 1.75,
        dash: line.isDashed ? [6, 4] : undefined,
        points: { show: false, filter: alone, size: 5, fill: token(line.colour) },
        spanGaps: false,
      })),
    ],
    cursor: {
      y: false,
      drag: { x: latest.current.onBrush !== undefined, y: false, setScale: false },
      points: { size: 7 },
    },
    hooks: {
      drawClear: [(plot) => paintBelow(plot, latest.current)],
      draw: [(plot) => paintMarks(plot, latest.current)],
      setCursor: [
        (plot) => {
          const found = plot.cursor.idx ?? null;
          const isIn = (plot.cursor.left ?? -1) >= 0 && found !== null;
          setIndex(isIn ? found : null);
          if (plot.over.matches(":hover")) pointAt(isIn ? (latest.current.at[found] ?? null) : null);
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select;
          const { onBrush } = latest.current;
          if (!onBrush || !isDragging.current) return;
          if (wide < 4) return onBrush(null);
          const [a, b] = [left, left + wide].map((px) => Math.round(plot.posToVal(px, "x") / 60) * 6e4);
          if (a !== undefined && b !== undefined) onBrush({ sinceMs: a, untilMs: Math.max(b, a + 6e4) });
        },
      ],
    },
  };
}

function watchDrag(isDragging: { current: boolean }): void {
  isDragging.current = true;
  const end = () => setTimeout(() => (isDragging.current = false));
  addEventListener("mouseup", end, { once: true });
}

/** Name the points with gaps on both sides: no line would show them. */
function alone(plot: uPlot, line: number): number[] {
  const values = plot.data[line] ?? [];
  const isKnown = (i: number) => values[i] !== null && values[i] !== undefined;
  return [...values.keys()].filter((i) => isKnown(i) && !isKnown(i - 1) && !isKnown(i + 1));
}

function span(asked: [number, number] | null | undefined): uPlot.Scale.Range {
  if (asked) return () => asked;
  return (_plot, low, high) => {
    if (low === null || high === null) return [0, 1];
    const room = Math.max((high - low) * 0.1, 1e-6);
    return [low - room, high + room];
  };
}
