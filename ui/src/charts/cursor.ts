/** One moment under the pointer, shared by all charts of a page (a crosshair bus). */

import { useSyncExternalStore } from "react";

let at: number | null = null; // ms
const watchers = new Set<() => void>();

export function pointAt(ms: number | null): void {
  if (ms === at) return;
  at = ms;
  for (const watcher of watchers) watcher();
}

export function onPoint(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export function pointed(): number | null {
  return at;
}

/** The moment pointed at on any chart of the page, null where there is none. */
export function usePointed(): number | null {
  return useSyncExternalStore(onPoint, pointed);
}
