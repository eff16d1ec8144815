/** Give each bar [from, to] the first lane in which it covers no other; -1 where there is none. */
export function lanesOf(bars: [number, number][], most: number): number[] {
  const ends: number[] = [];
  const order = bars.map((_, at) => at).sort((a, b) => (bars[a]?.[0] ?? 0) - (bars[b]?.[0] ?? 0));
  const found = new Array<number>(bars.length).fill(-1);
  for (const at of order) {
    const [from, to] = bars[at] ?? [0, 0];
    const free = ends.findIndex((end) => end + 6 <= from);
    const lane = free >= 0 ? free : ends.length;
    if (lane >= most) continue;
    ends[lane] = to;
    found[at] = lane;
  }
  return found;
}
