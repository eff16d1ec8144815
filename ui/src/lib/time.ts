/** Times of the URL: `now`, `now-15m`, or an ISO moment; shown in the zone that the URL names. */

const UNIT_MS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

export const RANGES = ["now-15m", "now-1h", "now-6h", "now-24h", "now-7d", "now-30d"] as const;

/** Give the milliseconds of a moment of the URL; `now` is the time of the data. */
export function momentMs(text: string, nowMs: number): number {
  const relative = /^now(?:-(\d+)([smhdw]))?$/.exec(text);
  if (relative) return nowMs - Number(relative[1] ?? 0) * (UNIT_MS[relative[2] ?? "s"] ?? 0);
  const found = Date.parse(text);
  return Number.isNaN(found) ? nowMs : found;
}

export function isRelative(text: string): boolean {
  return text.startsWith("now");
}

export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

const kept = new Map<string, Intl.DateTimeFormat>();

function formatter(tz: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = tz + JSON.stringify(options);
  let found = kept.get(key);
  if (!found) {
    const timeZone = tz === "local" ? undefined : tz;
    found = new Intl.DateTimeFormat(undefined, { hourCycle: "h23", timeZone, ...options });
    kept.set(key, found);
  }
  return found;
}

export function clock(ms: number, tz: string): string {
  return formatter(tz, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);
}

export function hour(ms: number, tz: string): string {
  return formatter(tz, { hour: "2-digit", minute: "2-digit" }).format(ms);
}

export function day(ms: number, tz: string): string {
  return formatter(tz, { day: "2-digit", month: "short" }).format(ms);
}

export function moment(ms: number, tz: string): string {
  return formatter(tz, {
    day: "2-digit",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  }).format(ms);
}

/** Say how long something lasts or lasted: `45 s`, `12 min`, `3 h 05`, `2 d 4 h`. */
export function lasting(ms: number): string {
  const s = Math.max(Math.round(ms / 1e3), 0);
  if (s < 90) return `${s} s`;
  const min = Math.round(s / 60);
  if (min < 90) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 36) return `${h} h ${String(min % 60).padStart(2, "0")}`;
  return `${Math.floor(h / 24)} d ${h % 24} h`;
}
