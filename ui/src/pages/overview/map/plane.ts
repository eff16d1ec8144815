/** Where the map is looked at: its middle in metres and how many metres a pixel is. */

import { type Cells, extent } from "@/pages/overview/map/cells";

export interface Plane {
  x: number;
  y: number;
  scale: number; // metres a pixel
}

const MARGIN_PX = 32; // around all cells, for their marks
const NEAREST = 0.5; // metres a pixel
const FARTHEST = 20_000;

export function fitted(cells: Cells, width: number, height: number): Plane {
  const { west, east, south, north } = extent(cells);
  const across = Math.max(
    (east - west) / Math.max(width - 2 * MARGIN_PX, 50),
    (north - south) / Math.max(height - 2 * MARGIN_PX, 50),
  );
  return {
    x: (west + east) / 2,
    y: (south + north) / 2,
    scale: clamped(across > 0 ? across : 10),
  };
}

export function moved(plane: Plane, rightPx: number, downPx: number): Plane {
  return { ...plane, x: plane.x + rightPx * plane.scale, y: plane.y - downPx * plane.scale };
}

/** Zoom so that the point under a pixel, counted from the middle, stays where it is. */
export function zoomed(plane: Plane, by: number, rightPx = 0, downPx = 0): Plane {
  const scale = clamped(plane.scale * by);
  const change = plane.scale - scale;
  return { x: plane.x + rightPx * change, y: plane.y - downPx * change, scale };
}

export function written(plane: Plane): string {
  return [plane.x.toFixed(0), plane.y.toFixed(0), plane.scale.toPrecision(4)].join("_");
}

export function readPlane(text: string | undefined): Plane | null {
  const [x, y, scale] = (text ?? "").split("_").map(Number);
  if (x === undefined || y === undefined || !scale) return null;
  if (![x, y, scale].every(Number.isFinite)) return null;
  return { x, y, scale: clamped(scale) };
}

/** Give a round length in metres that is at most so many pixels wide. */
export function ruler(plane: Plane, mostPx: number): { metres: number; px: number } {
  const most = plane.scale * mostPx;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = (most >= 5 * power ? 5 : most >= 2 * power ? 2 : 1) * power;
  return { metres, px: metres / plane.scale };
}

function clamped(scale: number): number {
  return Math.min(Math.max(scale, NEAREST), FARTHEST);
}
