/** The canvas of the map: drawing, moving, zooming, choosing; by mouse and by keyboard. */

import { type KeyboardEvent, type RefObject, useCallback, useEffect, useMemo, useRef } from "react";
import { useTheme } from "@/frame/theme";
import { t } from "@/lib/words";
import { type Cells, Squares } from "@/pages/overview/map/cells";
import { draw, inkOf, radiusOf, type Spots } from "@/pages/overview/map/draw";
import { fitted, moved, type Plane, readPlane, written, zoomed } from "@/pages/overview/map/plane";

const STEP_PX = 60; // that an arrow key moves
const ZOOM = 1.4;
const CLICK_PX = 4; // a press that moves less is a click
const REACH_PX = 14; // around a pointer, in which a cell is meant
const SETTLED_MS = 250; // after which a movement is written to the URL

export interface Wanted {
  cells: Cells;
  only: boolean;
  selected: number;
  at: string | undefined; // the plane as the URL has it
  onAt: (at: string | undefined) => void;
  onChoose: (each: number) => void;
  onHover: (hovered: { each: number; x: number; y: number } | null) => void;
}

export function useCanvas(canvas: RefObject<HTMLCanvasElement | null>, wanted: Wanted) {
  const theme = useTheme();
  const latest = useRef(wanted);
  latest.current = wanted;
  const squares = useMemo(() => new Squares(wanted.cells), [wanted.cells]);
  // The theme is where the colours are read from.
  const ink = useMemo(() => inkOf(), [theme]);
  const state = useRef({ plane: null as Plane | null, hovered: -1, selected: -1, hasCross: false, spots: null as Spots });
  const frame = useRef(0);
  const lastAt = useRef(wanted.at); // as it was read from the URL or written to it
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const plane = useCallback((): Plane => {
    const box = canvas.current;
    const { cells, at } = latest.current;
    state.current.plane ??=
      readPlane(at) ?? fitted(cells, box?.clientWidth ?? 600, box?.clientHeight ?? 300);
    return state.current.plane;
  }, [canvas]);

  const redraw = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const box = canvas.current;
      const pen = box?.getContext("2d", { alpha: false });
      if (!box || !pen) return;
      const { cells, only } = latest.current;
      const { hovered, selected, hasCross } = state.current;
      const ratio = box.width / Math.max(box.clientWidth, 1);
      const now = plane();
      const shown = { cells, only, ink, plane: now, hovered, selected, hasCross, sayLength };
      state.current.spots = draw(pen, shown, ratio);
    });
  }, [canvas, ink, plane]);

  const go = useCallback(
    (to: Plane | null) => {
      state.current.plane = to;
      redraw();
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        lastAt.current = to ? written(to) : undefined;
        latest.current.onAt(lastAt.current);
      }, SETTLED_MS);
    },
    [redraw],
  );

  const nearest = useCallback(
    (rightPx: number, downPx: number, reachPx: number): number => {
      const now = plane();
      const { spots } = state.current;
      if (spots) return nearestSpot(canvas.current, spots, rightPx, downPx, reachPx);
      const point = moved(now, rightPx, downPx);
      const { cells, only } = latest.current;
      const reach = Math.max(reachPx, radiusOf(cells, now) * 1.6) * now.scale;
      return squares.nearest(point.x, point.y, reach, only);
    },
    [canvas, plane, squares],
  );

  useEffect(() => {
    state.current.selected = wanted.selected;
    redraw();
  }, [wanted.selected, wanted.cells, wanted.only, redraw]);

  useEffect(() => {
    if (wanted.at === lastAt.current) return;
    lastAt.current = wanted.at;
    state.current.plane = readPlane(wanted.at); // Back, Forward, or a link
    redraw();
  }, [wanted.at, redraw]);

  useSize(canvas, redraw);
  usePointer(canvas, { state, plane, go, nearest, redraw, latest });

  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-STEP_PX, 0],
      ArrowRight: [STEP_PX, 0],
      ArrowUp: [0, -STEP_PX],
      ArrowDown: [0, STEP_PX],
    };
    const step = steps[event.key];
    if (step) go(moved(plane(), ...step));
    else if (event.key === "+" || event.key === "=") go(zoomed(plane(), 1 / ZOOM));
    else if (event.key === "-") go(zoomed(plane(), ZOOM));
    else if (event.key === "Enter") wanted.onChoose(nearest(0, 0, 1e4));
    else if (event.key === "Escape") wanted.onChoose(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const cross = (hasCross: boolean) => {
    state.current.hasCross = hasCross;
    redraw();
  };
  return {
    onKeyDown,
    onFocus: () => cross(canvas.current?.matches(":focus-visible") ?? false),
    onBlur: () => cross(false),
    zoom: (isIn: boolean) => go(zoomed(plane(), isIn ? 1 / ZOOM : ZOOM)),
    fit: () => go(null),
  };
}

/** Give the cell whose mark is nearest to a point counted from the middle, -1 where none is near. */
function nearestSpot(
  box: HTMLCanvasElement | null,
  spots: NonNullable<Spots>,
  rightPx: number,
  downPx: number,
  reachPx: number,
): number {
  if (!box) return -1;
  const ratio = box.width / Math.max(box.clientWidth, 1);
  const [x, y] = [box.width / 2 + rightPx * ratio, box.height / 2 + downPx * ratio];
  let [found, least] = [-1, (reachPx * ratio) ** 2];
  for (const spot of spots) {
    const far = (spot.x - x) ** 2 + (spot.y - y) ** 2;
    if (far <= least) [found, least] = [spot.each, far];
  }
  return found;
}

function sayLength(metres: number): string {
  return metres < 1e3 ? t("ov.map.scale", { n: metres }) : t("ov.map.scale.km", { n: metres / 1e3 });
}

interface Held {
  state: RefObject<{ hovered: number; selected: number }>;
  plane: () => Plane;
  go: (to: Plane) => void;
  nearest: (rightPx: number, downPx: number, reachPx: number) => number;
  redraw: () => void;
  latest: RefObject<Wanted>;
}

function usePointer(canvas: RefObject<HTMLCanvasElement | null>, held: Held): void {
  const kept = useRef(held);
  kept.current = held;
  useEffect(() => {
    const box = canvas.current;
    if (!box) return;
    let press: { x: number; y: number; plane: Plane; far: boolean } | null = null;
    const fromMiddle = (event: MouseEvent): [number, number] => [
      event.offsetX - box.clientWidth / 2,
      event.offsetY - box.clientHeight / 2,
    ];
    const hover = (each: number, event: PointerEvent | null) => {
      const { state, redraw, latest } = kept.current;
      if (state.current.hovered === each) return;
      state.current.hovered = each;
      const place = event ? { each, x: event.offsetX, y: event.offsetY } : null;
      latest.current.onHover(each < 0 ? null : place);
      redraw();
    };
    const onDown = (event: PointerEvent) => {
      if (event.button !== 0) return;
      box.setPointerCapture(event.pointerId);
      press = { x: event.offsetX, y: event.offsetY, plane: kept.current.plane(), far: false };
    };
    const onMove = (event: PointerEvent) => {
      const { go, nearest } = kept.current;
      if (!press) return hover(nearest(...fromMiddle(event), REACH_PX), event);
      const [right, down] = [event.offsetX - press.x, event.offsetY - press.y];
      press.far ||= Math.hypot(right, down) > CLICK_PX;
      if (press.far) {
        hover(-1, null);
        go(moved(press.plane, -right, -down));
      }
    };
    const onUp = (event: PointerEvent) => {
      const { state, nearest, redraw, latest } = kept.current;
      const isClick = press && !press.far;
      press = null;
      if (!isClick) return;
      const each = nearest(...fromMiddle(event), REACH_PX);
      state.current.selected = each; // seen at once, before the page follows
      redraw();
      latest.current.onChoose(each);
    };
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { plane, go } = kept.current;
      go(zoomed(plane(), Math.exp(event.deltaY * 0.0015), ...fromMiddle(event)));
    };
    const onLeave = () => hover(-1, null);
    box.addEventListener("pointerdown", onDown);
    box.addEventListener("pointermove", onMove);
    box.addEventListener("pointerup", onUp);
    box.addEventListener("pointerleave", onLeave);
    box.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      box.removeEventListener("pointerdown", onDown);
      box.removeEventListener("pointermove", onMove);
      box.removeEventListener("pointerup", onUp);
      box.removeEventListener("pointerleave", onLeave);
      box.removeEventListener("wheel", onWheel);
    };
  }, [canvas]);
}

/** Keep the pixels of the canvas those of the screen. */
function useSize(canvas: RefObject<HTMLCanvasElement | null>, redraw: () => void): void {
  useEffect(() => {
    const box = canvas.current;
    if (!box) return;
    const fit = () => {
      const ratio = Math.min(devicePixelRatio, 2);
      const [width, height] = [box.clientWidth * ratio, box.clientHeight * ratio].map(Math.round);
      if (box.width !== width || box.height !== height) {
        box.width = width as number;
        box.height = height as number;
      }
      redraw();
    };
    const watch = new ResizeObserver(fit);
    watch.observe(box);
    return () => watch.disconnect();
  }, [canvas, redraw]);
}
