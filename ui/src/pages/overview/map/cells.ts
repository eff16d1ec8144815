/** The columns of the map as the server packs them, and what is worked out of them once. */

import { gradeOf } from "@/lib/format";

const MAGIC = 0x50414d53; // "SMAP", little-endian
const HEAD_BYTES = 40;
const DEGRADED = 1;
const GOOD_GRADE = 4; // B: cells below it are shown by "only degraded" as well

export interface Cells {
  count: number;
  layout: number;
  unplaced: number;
  x: Float32Array; // metres east of the middle
  y: Float32Array; // metres north of it
  mos: Float32Array; // NaN where there was no use
  uses: Uint32Array;
  flags: Uint8Array;
  grade: Uint8Array; // 0 where there was no use, else 1 to 5
  order: Uint32Array; // the worst last, so that they are drawn on top
  site: Petal[]; // of each cell
}

/** Where a cell stands among those of its site: they are drawn around it, beside each other. */
export interface Petal {
  x: number; // middle of the site, in metres
  y: number;
  east: number; // direction from it, of length 1; 0 where a cell stands alone
  north: number;
  count: number; // of cells at the site
}

export function readCells(bytes: ArrayBuffer): Cells {
  const head = new DataView(bytes);
  if (head.getUint32(0, true) !== MAGIC) throw new Error("This is no map.");
  const count = head.getUint32(12, true);
  let at = HEAD_BYTES;
  const next = <T>(make: (at: number) => T, size: number): T => {
    const made = make(at);
    at += size * count;
    return made;
  };
  const x = next((from) => new Float32Array(bytes, from, count), 4);
  const y = next((from) => new Float32Array(bytes, from, count), 4);
  const mos = next((from) => new Float32Array(bytes, from, count), 4);
  const uses = next((from) => new Uint32Array(bytes, from, count), 4);
  const flags = next((from) => new Uint8Array(bytes, from, count), 1);
  const grade = Uint8Array.from(mos, (value) => (Number.isNaN(value) ? 0 : (gradeOf(value)?.at ?? 0)));
  const order = Uint32Array.from({ length: count }, (_, each) => each);
  const rank = (each: number) => (grade[each] === 0 ? 9 : (grade[each] as number));
  order.sort((one, other) => rank(other) - rank(one));
  return {
    count,
    layout: head.getUint32(8, true),
    unplaced: head.getUint32(16, true),
    ...{ x, y, mos, uses, flags, grade, order },
    site: petalsOf(x, y),
  };
}

const SITE_SHARE = 0.35; // of the usual distance of cells: nearer ones are of one site
const MOST_SITE_M = 1_500;
const MOST_PETALS = 8; // more are drawn where they stand

/** Put cells into sites, and give each its direction from the middle of its site. */
function petalsOf(x: Float32Array, y: Float32Array): Petal[] {
  const sites = new Map<string, number[]>();
  const key = (east: number, north: number) => `${east},${north}`;
  const area = areaOf(x, y) / Math.max(x.length, 1);
  const reach = Math.max(Math.min(Math.sqrt(area) * SITE_SHARE, MOST_SITE_M), 1);
  const square = (metres: number) => Math.floor(metres / reach);
  const firsts = new Map<string, string>(); // square -> site that began there
  for (let each = 0; each < x.length; each++) {
    const [px, py] = [x[each] as number, y[each] as number];
    let found: string | undefined;
    for (let column = -1; column <= 1 && !found; column++) {
      for (let row = -1; row <= 1 && !found; row++) {
        const near = firsts.get(key(square(px) + column, square(py) + row));
        const first = near === undefined ? undefined : sites.get(near)?.[0];
        if (first === undefined) continue;
        const far = Math.hypot((x[first] as number) - px, (y[first] as number) - py);
        if (far < reach) found = near;
      }
    }
    if (found) sites.get(found)?.push(each);
    else {
      const own = key(square(px), square(py));
      const name = sites.has(own) ? `${own}+${each}` : own;
      sites.set(name, [each]);
      firsts.set(own, name);
    }
  }
  const petals: Petal[] = new Array(x.length);
  for (const members of sites.values()) {
    const mean = (of: Float32Array) =>
      members.reduce((sum, each) => sum + (of[each] as number), 0) / members.length;
    const [mx, my] = [mean(x), mean(y)];
    members.forEach((each, at) => {
      const count = members.length > MOST_PETALS ? 1 : members.length;
      const turn = (2 * Math.PI * at) / count + Math.PI / 2;
      const away = count === 1 ? 0 : 1;
      petals[each] = { x: mx, y: my, east: Math.cos(turn) * away, north: Math.sin(turn) * away, count };
    });
  }
  return petals;
}

export function isDegraded(cells: Cells, each: number): boolean {
  return ((cells.flags[each] ?? 0) & DEGRADED) !== 0;
}

/** Tell whether a cell is shown: all are, or only those that need a look. */
export function isShown(cells: Cells, each: number, only: boolean): boolean {
  const grade = cells.grade[each] ?? 0;
  return !only || isDegraded(cells, each) || (grade > 0 && grade < GOOD_GRADE);
}

export interface Counts {
  grades: number[]; // by grade, from 0: not used
  degraded: number;
  used: number;
  uses: number;
  worst: number; // the cell, -1 where none was used
}

export function countCells(cells: Cells): Counts {
  const found: Counts = { grades: [0, 0, 0, 0, 0, 0], degraded: 0, used: 0, uses: 0, worst: -1 };
  for (let each = 0; each < cells.count; each++) {
    const grade = cells.grade[each] ?? 0;
    found.grades[grade] = (found.grades[grade] ?? 0) + 1;
    found.degraded += isDegraded(cells, each) ? 1 : 0;
    found.uses += cells.uses[each] ?? 0;
    if (grade === 0) continue;
    found.used += 1;
    const least = found.worst < 0 ? Number.POSITIVE_INFINITY : (cells.mos[found.worst] as number);
    if ((cells.mos[each] as number) < least) found.worst = each;
  }
  return found;
}

/** Which cells lie where: squares of the plane, so that a click looks at a few cells only. */
export class Squares {
  private readonly of = new Map<number, number[]>();
  private readonly side: number;

  constructor(private readonly cells: Cells) {
    const area = areaOf(cells.x, cells.y);
    this.side = Math.max(Math.sqrt(area / Math.max(cells.count, 1)) * 2, 1);
    for (let each = 0; each < cells.count; each++) {
      const key = this.key(this.square(cells.x[each] as number), this.square(cells.y[each] as number));
      const known = this.of.get(key);
      if (known) known.push(each);
      else this.of.set(key, [each]);
    }
  }

  /** Give the cell nearest to a point within a reach, -1 where there is none. */
  nearest(x: number, y: number, reach: number, only: boolean): number {
    let [found, least] = [-1, reach * reach];
    const [left, right] = [this.square(x - reach), this.square(x + reach)];
    const [low, high] = [this.square(y - reach), this.square(y + reach)];
    if ((right - left + 1) * (high - low + 1) > this.of.size) return this.among(x, y, reach, only);
    for (let column = left; column <= right; column++) {
      for (let row = low; row <= high; row++) {
        for (const each of this.of.get(this.key(column, row)) ?? []) {
          const far = this.far(each, x, y);
          if (far <= least && isShown(this.cells, each, only)) [found, least] = [each, far];
        }
      }
    }
    return found;
  }

  private among(x: number, y: number, reach: number, only: boolean): number {
    let [found, least] = [-1, reach * reach];
    for (let each = 0; each < this.cells.count; each++) {
      const far = this.far(each, x, y);
      if (far <= least && isShown(this.cells, each, only)) [found, least] = [each, far];
    }
    return found;
  }

  private far(each: number, x: number, y: number): number {
    return ((this.cells.x[each] as number) - x) ** 2 + ((this.cells.y[each] as number) - y) ** 2;
  }

  private square(metres: number): number {
    return Math.floor(metres / this.side);
  }

  private key(column: number, row: number): number {
    return (column + 32_768) * 65_536 + row + 32_768;
  }
}

/** Give the square metres that cells lie in: at least those of a street. */
export function areaOf(x: Float32Array, y: Float32Array): number {
  const { west, east, south, north } = extent({ x, y });
  return Math.max((east - west) * (north - south), 1e4);
}

export function extent(cells: Pick<Cells, "x" | "y">) {
  const found = { west: 0, east: 0, south: 0, north: 0 };
  for (let each = 0; each < cells.x.length; each++) {
    const [x, y] = [cells.x[each] as number, cells.y[each] as number];
    if (each === 0) Object.assign(found, { west: x, east: x, south: y, north: y });
    found.west = Math.min(found.west, x);
    found.east = Math.max(found.east, x);
    found.south = Math.min(found.south, y);
    found.north = Math.max(found.north, y);
  }
  return found;
}
