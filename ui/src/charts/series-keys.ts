/** Keys of a chart: arrows move the crosshair, with Shift they brush, Escape takes the brush off. */

import { pointAt, pointed } from "@/charts/cursor";
import type { SeriesProps } from "@/charts/series";

export function chartKeys(event: React.KeyboardEvent, props: SeriesProps): void {
  const { at, onBrush } = props;
  const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
  if (event.key === "Escape" && props.brush) {
    event.preventDefault();
    onBrush?.(null);
    return;
  }
  if ((!step && event.key !== "Home" && event.key !== "End") || !at.length) return;
  event.preventDefault();
  event.nativeEvent.stopPropagation();
  const was = pointed();
  const found = was === null ? -1 : at.findIndex((ms) => ms >= was);
  const from = found < 0 ? (step > 0 ? -1 : at.length) : found;
  const to =
    event.key === "Home" ? 0 : event.key === "End" ? at.length - 1 : clamp(from + step, at.length);
  const ms = at[to];
  if (ms === undefined) return;
  if (event.shiftKey && onBrush) onBrush(grown(props, was ?? ms, ms));
  pointAt(ms);
}

function clamp(index: number, length: number): number {
  return Math.min(Math.max(index, 0), length - 1);
}

/** Move the end of the brush that the crosshair stands at, or begin one. */
function grown({ brush, at }: SeriesProps, was: number, now: number) {
  const wide = at.length > 1 ? (at[1] as number) - (at[0] as number) : 6e4;
  if (!brush) return { sinceMs: Math.min(was, now), untilMs: Math.max(was, now) + wide };
  const isAtStart = Math.abs(was - brush.sinceMs) < Math.abs(was - (brush.untilMs - wide));
  const [a, b] = isAtStart ? [now, brush.untilMs - wide] : [brush.sinceMs, now];
  return { sinceMs: Math.min(a, b), untilMs: Math.max(a, b) + wide };
}
