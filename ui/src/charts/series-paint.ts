/** What is painted under and over the lines: ribbons of trouble, marks of what was done. */

import type uPlot from "uplot";
import type { SeriesProps } from "@/charts/series";
import { token } from "@/frame/theme";

const RIBBON_PX = 5;

/** Fill the times in which something stood: pale over the whole height, full along the bottom. */
export function paintBelow(plot: uPlot, props: SeriesProps): void {
  const { ctx: pen, bbox } = plot;
  const scale = devicePixelRatio;
  pen.save();
  for (const each of props.ribbons ?? []) {
    const [left, width] = placed(plot, each.sinceMs, each.untilMs);
    if (width <= 0) continue;
    pen.fillStyle = token("warn");
    pen.globalAlpha = 0.1;
    pen.fillRect(left, bbox.top, width, bbox.height);
    pen.globalAlpha = 0.9;
    pen.fillRect(left, bbox.top + bbox.height - RIBBON_PX * scale, width, RIBBON_PX * scale);
  }
  pen.restore();
}

/** Draw a line and a triangle where something was done or announced. */
export function paintMarks(plot: uPlot, props: SeriesProps): void {
  const { ctx: pen, bbox } = plot;
  const scale = devicePixelRatio;
  pen.save();
  pen.strokeStyle = token("soft");
  pen.fillStyle = token("soft");
  pen.lineWidth = scale;
  for (const each of props.marks ?? []) {
    const x = plot.valToPos(each.atMs / 1e3, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    pen.setLineDash([3 * scale, 3 * scale]);
    pen.beginPath();
    pen.moveTo(x, bbox.top);
    pen.lineTo(x, bbox.top + bbox.height);
    pen.stroke();
    pen.beginPath();
    pen.moveTo(x - 5 * scale, bbox.top);
    pen.lineTo(x + 5 * scale, bbox.top);
    pen.lineTo(x, bbox.top + 8 * scale);
    pen.fill();
  }
  pen.restore();
}

function placed(plot: uPlot, sinceMs: number, untilMs: number): [number, number] {
  const { bbox } = plot;
  const left = Math.max(plot.valToPos(sinceMs / 1e3, "x", true), bbox.left);
  const right = Math.min(plot.valToPos(untilMs / 1e3, "x", true), bbox.left + bbox.width);
  return [left, right - left];
}
