/** What is looked at: all of it stands in the URL, so that a link shows the same to another. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useAsOf } from "@/lib/freshness";
import { iso, momentMs } from "@/lib/time";

/** The context that every link keeps. Pages add their own names beside these. */
export const CONTEXT = ["from", "to", "tz", "svc", "dim", "member", "segment", "slice"] as const;

export type View = Record<string, string | undefined> & {
  from: string;
  to: string;
  tz: string;
};

export const DEFAULTS = { from: "now-1h", to: "now", tz: "local" };

/** Read the URL; every value stays a text, so that addresses can be read by people. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    const isUsual = DEFAULTS[name as keyof typeof DEFAULTS] === value;
    if (value !== undefined && value !== "" && !isUsual) params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

export function useView(): View {
  const found = useSearch({ strict: false }) as Record<string, string | undefined>;
  return useMemo(() => ({ ...DEFAULTS, ...found }) as View, [found]);
}

/** Give a function that changes the view: names set to undefined are taken out of the URL. */
export function useChange(): (to: Record<string, string | undefined>, replace?: boolean) => void {
  const navigate = useNavigate();
  return useCallback(
    (to, replace = false) =>
      void navigate({
        to: ".",
        search: (was: Record<string, unknown>) => ({ ...was, ...to }),
        replace,
      } as never),
    [navigate],
  );
}

/** Keep the context of a search for a link elsewhere, and add to it. */
export function context(
  view: View,
  more: Record<string, string | undefined> = {},
): Record<string, string | undefined> {
  const kept = Object.fromEntries(CONTEXT.map((name) => [name, view[name]]));
  return { ...kept, ...more };
}

export interface Span {
  sinceMs: number;
  untilMs: number;
  since: string;
  until: string;
}

/** Give the window as moments; a window that ends now moves on with the data, minute by minute. */
export function useSpan(): Span {
  const view = useView();
  const asOf = useAsOf();
  const minute = Math.ceil(asOf / 6e4) * 6e4;
  return useMemo(() => {
    const [sinceMs, untilMs] = [momentMs(view.from, minute), momentMs(view.to, minute)];
    return { sinceMs, untilMs, since: iso(sinceMs), until: iso(untilMs) };
  }, [view.from, view.to, minute]);
}
