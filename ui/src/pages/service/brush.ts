/** The time that is brushed on a chart; it stands in the URL as `brush=<since>/<until>`. */

import { useCallback, useMemo } from "react";
import type { Brush } from "@/charts/series";
import { iso, moment } from "@/lib/time";
import { useChange, useView } from "@/lib/view";

export function useBrush(): [Brush | null, (brush: Brush | null) => void] {
  const [view, change] = [useView(), useChange()];
  const brush = useMemo(() => read(view.brush), [view.brush]);
  const set = useCallback(
    (to: Brush | null) =>
      change({ brush: to ? `${iso(to.sinceMs)}/${iso(to.untilMs)}` : undefined }, true),
    [change],
  );
  return [brush, set];
}

function read(text: string | undefined): Brush | null {
  const [sinceMs, untilMs] = (text ?? "").split("/").map((each) => Date.parse(each));
  if (!sinceMs || !untilMs || untilMs <= sinceMs) return null;
  return { sinceMs, untilMs };
}

export function brushText(brush: Brush, tz: string): string {
  return `${moment(brush.sinceMs, tz)} – ${moment(brush.untilMs, tz)}`;
}
