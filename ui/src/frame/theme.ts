import { useSyncExternalStore } from "react";

const KEY = "sentio.theme";
const watchers = new Set<() => void>();

export function initTheme(): void {
  const asked = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  document.documentElement.dataset.theme = localStorage.getItem(KEY) ?? asked;
}

export function toggleTheme(): void {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem(KEY, next);
  for (const watcher of watchers) watcher();
}

/** The theme, for what is drawn on a canvas and must be drawn anew. */
export function useTheme(): string {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => document.documentElement.dataset.theme ?? "dark",
  );
}

/** A colour of the theme as the canvas wants it. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
