/** Draws the map in software: all marks into one buffer of pixels; few of them as paths with letters. */

import { token } from "@/frame/theme";
import { gradeOf } from "@/lib/format";
import { areaOf, type Cells, isDegraded, isShown, type Petal } from "@/pages/overview/map/cells";
import { type Plane, ruler } from "@/pages/overview/map/plane";

export const MOST_PATHS = 2_000; // marks drawn by paths; more go into the buffer
const LETTER_PX = 7; // radius from which a letter fits
const BIGGER = [0.7, 1.5, 1.3, 1.12, 1, 0.9]; // by grade: the worse, the bigger
const LETTERS = [1.2, 2.2, 3, 3.7, 4.5].map((mos) => gradeOf(mos)?.letter ?? "");

export interface Ink {
  page: string;
  line: string;
  ink: string;
  alarm: string;
  accent: string;
  soft: string;
  grades: string[]; // by grade, from 0: not used
  letters: string[]; // the colour that can be read on each
}

export function inkOf(): Ink {
  const grades = ["line", "grade-1", "grade-2", "grade-3", "grade-4", "grade-5"].map(token);
  const letters = grades.map((each) => (luminance(each) > 0.18 ? "#000000" : "#ffffff"));
  const [page, line, ink] = [token("page"), token("line"), token("ink")];
  const [alarm, accent, soft] = [token("alarm"), token("accent"), token("soft")];
  return { page, line, ink, alarm, accent, soft, grades, letters };
}

export interface Drawing {
  cells: Cells;
  plane: Plane;
  ink: Ink;
  only: boolean;
  selected: number;
  hovered: number;
  hasCross: boolean; // where Enter would choose
  sayLength: (metres: number) => string;
}

let buffer: ImageData | null = null;

/** Where marks were drawn by paths, in pixels of the device; null where the buffer was used. */
export type Spots = { each: number; x: number; y: number }[] | null;

/** Draw all; the size is that of the canvas in pixels of the device. */
export function draw(pen: CanvasRenderingContext2D, drawing: Drawing, ratio: number): Spots {
  const { width, height } = pen.canvas;
  const { cells, plane, ink } = drawing;
  const scale = ratio / plane.scale;
  const [left, top] = [width / 2 - plane.x * scale, height / 2 + plane.y * scale];
  const at = (each: number): [number, number] => [
    left + (cells.x[each] as number) * scale,
    top - (cells.y[each] as number) * scale,
  ];
  const radius = radiusOf(cells, plane) * ratio;
  const seen = inSight(drawing, at, width, height, radius * 2);
  const isByPaths = seen.length <= MOST_PATHS;
  const spot = isByPaths ? petalled(cells, left, top, scale, radius) : at;
  if (isByPaths) {
    pen.fillStyle = ink.page;
    pen.fillRect(0, 0, width, height);
    paths(pen, drawing, seen, spot, radius, ratio);
  } else {
    stamps(pen, drawing, seen, at, radius);
  }
  for (const [each, color] of [[drawing.hovered, ink.ink], [drawing.selected, ink.accent]] as const) {
    if (each < 0) continue;
    const [x, y] = spot(each);
    ring(pen, x, y, radius * (BIGGER[cells.grade[each] ?? 0] as number) + 3 * ratio, color, 2.5 * ratio);
  }
  if (drawing.hasCross) cross(pen, width / 2, height / 2, ink.ink, ratio);
  measure(pen, drawing, ratio);
  if (!isByPaths) return null;
  return seen.map((each) => {
    const [x, y] = spot(each);
    return { each, x, y };
  });
}

/** Give the place of a mark: cells of a site stand around it, far enough from each other. */
function petalled(
  cells: Cells,
  left: number,
  top: number,
  scale: number,
  radius: number,
): (each: number) => [number, number] {
  return (each) => {
    const site = cells.site[each] as Petal;
    const [x, y] = [cells.x[each] as number, cells.y[each] as number];
    const apart = site.count > 1 ? (radius * 1.25) / Math.sin(Math.PI / site.count) : 0;
    const isWide = Math.hypot(x - site.x, y - site.y) * scale >= apart;
    if (isWide) return [left + x * scale, top - y * scale];
    return [left + site.x * scale + site.east * apart, top - site.y * scale - site.north * apart];
  };
}

/** Draw a length to judge distances by. */
function measure(pen: CanvasRenderingContext2D, { plane, ink, sayLength }: Drawing, ratio: number): void {
  const { metres, px } = ruler(plane, 90);
  const [x, y] = [10 * ratio, pen.canvas.height - 9 * ratio];
  pen.fillStyle = ink.soft;
  pen.fillRect(x, y, px * ratio, 2 * ratio);
  pen.font = `${11 * ratio}px system-ui, sans-serif`;
  pen.textAlign = "left";
  pen.textBaseline = "bottom";
  pen.fillText(sayLength(metres), x, y - 2 * ratio);
}

/** Give the usual radius of a mark: what the distance of cells leaves room for. */
export function radiusOf(cells: Cells, plane: Plane): number {
  return Math.min(Math.max((spacing(cells) / plane.scale) * 0.34, 2), 13);
}

const apart = new WeakMap<Cells, number>(); // metres between cells, worked out once

function spacing(cells: Cells): number {
  let found = apart.get(cells);
  if (found === undefined) {
    found = Math.sqrt(areaOf(cells.x, cells.y) / Math.max(cells.count, 1));
    apart.set(cells, found);
  }
  return found;
}

function inSight(
  { cells, only }: Drawing,
  at: (each: number) => [number, number],
  width: number,
  height: number,
  margin: number,
): number[] {
  const seen: number[] = [];
  for (const each of cells.order) {
    const [x, y] = at(each);
    const isIn = x > -margin && y > -margin && x < width + margin && y < height + margin;
    if (isIn && isShown(cells, each, only)) seen.push(each);
  }
  return seen;
}

function paths(
  pen: CanvasRenderingContext2D,
  { cells, ink }: Drawing,
  seen: number[],
  at: (each: number) => [number, number],
  radius: number,
  ratio: number,
): void {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const each of seen) {
    const [x, y] = at(each);
    const grade = cells.grade[each] ?? 0;
    const size = radius * (BIGGER[grade] as number);
    pen.beginPath();
    pen.arc(x, y, size, 0, 2 * Math.PI);
    if (grade) {
      pen.fillStyle = ink.grades[grade] as string;
      pen.fill();
    }
    pen.lineWidth = ratio;
    pen.strokeStyle = grade ? ink.page : ink.soft;
    pen.stroke();
    if (isDegraded(cells, each)) ring(pen, x, y, size + 1.5 * ratio, ink.alarm, 2 * ratio);
    if (grade && size >= LETTER_PX * ratio) {
      pen.font = `600 ${Math.round(size * 1.15)}px system-ui, sans-serif`;
      pen.fillStyle = ink.letters[grade] as string;
      pen.fillText(LETTERS[grade - 1] as string, x, y + 0.5 * ratio);
    }
  }
}

/** Put discs of pixels into one buffer, and the buffer on the canvas. */
function stamps(
  pen: CanvasRenderingContext2D,
  { cells, ink }: Drawing,
  seen: number[],
  at: (each: number) => [number, number],
  radius: number,
): void {
  const { width, height } = pen.canvas;
  if (buffer?.width !== width || buffer.height !== height) buffer = pen.createImageData(width, height);
  const pixels = new Uint32Array(buffer.data.buffer);
  pixels.fill(word(ink.page));
  const colors = ink.grades.map(word);
  const discs = BIGGER.map((by) => disc(radius * by));
  const alarm = word(ink.alarm);
  const halos = BIGGER.map((by) => disc(radius * by + 1.5));
  for (const each of seen) {
    const [x, y] = at(each);
    const grade = cells.grade[each] ?? 0;
    if (isDegraded(cells, each)) stamp(pixels, width, height, x, y, halos[grade] as number[], alarm);
    stamp(pixels, width, height, x, y, discs[grade] as number[], colors[grade] as number);
  }
  pen.putImageData(buffer, 0, 0);
}

/** Give the half width of each row of a disc, from its top to its bottom. */
function disc(radius: number): number[] {
  const rows = Math.max(Math.round(radius), 1);
  const halves: number[] = [];
  for (let row = -rows; row <= rows; row++) {
    halves.push(Math.round(Math.sqrt(Math.max(radius * radius - row * row, 0.3))));
  }
  return halves;
}

function stamp(
  pixels: Uint32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  halves: number[],
  color: number,
): void {
  const [middle, top] = [Math.round(x), Math.round(y) - (halves.length - 1) / 2];
  for (let row = 0; row < halves.length; row++) {
    const line = top + row;
    if (line < 0 || line >= height) continue;
    const half = halves[row] as number;
    const from = Math.max(middle - half, 0);
    const to = Math.min(middle + half + 1, width);
    if (from < to) pixels.fill(color, line * width + from, line * width + to);
  }
}

function ring(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  color: string,
  wide: number,
): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.lineWidth = wide;
  pen.strokeStyle = color;
  pen.stroke();
}

function cross(pen: CanvasRenderingContext2D, x: number, y: number, color: string, ratio: number): void {
  pen.beginPath();
  pen.moveTo(x - 8 * ratio, y);
  pen.lineTo(x + 8 * ratio, y);
  pen.moveTo(x, y - 8 * ratio);
  pen.lineTo(x, y + 8 * ratio);
  pen.lineWidth = ratio;
  pen.strokeStyle = color;
  pen.stroke();
}

function rgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Give a colour as a pixel of the buffer: ABGR, as little-endian machines want it. */
function word(hex: string): number {
  const [red, green, blue] = rgb(hex);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Give the relative luminance of a colour (WCAG 2.2). */
function luminance(hex: string): number {
  const [red, green, blue] = rgb(hex).map((each) => {
    const part = each / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
