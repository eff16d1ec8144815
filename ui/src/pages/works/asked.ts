/** What the page of works asks, and the days it looks at. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get } from "@/lib/api";
import { useAsOf } from "@/lib/freshness";
import { iso } from "@/lib/time";
import { useView } from "@/lib/view";
import type { Around, Calendar, Changed, Impact, Result } from "./types";

const DAY_MS = 864e5;
const BACK_DAYS = 3;
const AHEAD_DAYS = 7;
const WEEK_DAYS = 7;

/** Three days back and seven ahead of the data, moved by the weeks of the URL (`week`). */
export function useDays() {
  const { week } = useView();
  const asOf = useAsOf();
  const hour = Math.floor(asOf / 36e5) * 36e5;
  return useMemo(() => {
    const moved = hour + Number(week ?? 0) * WEEK_DAYS * DAY_MS;
    const [sinceMs, untilMs] = [moved - BACK_DAYS * DAY_MS, moved + AHEAD_DAYS * DAY_MS];
    return { sinceMs, untilMs, since: iso(sinceMs), until: iso(untilMs) };
  }, [hour, week]);
}

export function useCalendar(days: { since: string; until: string }) {
  return useQuery({
    queryKey: ["works-calendar", days.since, days.until],
    queryFn: ({ signal }) =>
      get<Calendar>("works-calendar", { since: days.since, until: days.until }, signal),
    // the server reckons forecasts a second at a time
    refetchInterval: ({ state }) => (state.data && !state.data.is_reckoned ? 1_500 : 60_000),
  });
}

export function useImpact(id: string, limit: number) {
  return useQuery({
    queryKey: ["impact", id, limit],
    queryFn: ({ signal }) =>
      get<Impact>(`works/${encodeURIComponent(id)}/impact`, { limit: limit || undefined }, signal),
    placeholderData: undefined,
    staleTime: 60_000,
  });
}

export function useResult(id: string) {
  return useQuery({
    queryKey: ["result", id],
    queryFn: ({ signal }) => get<Result>(`works/${encodeURIComponent(id)}/result`, {}, signal),
    placeholderData: undefined,
    staleTime: 600_000,
  });
}

export function useChanges(days: { since: string; until: string }) {
  return useQuery({
    queryKey: ["changes", days.since, days.until],
    queryFn: ({ signal }) =>
      get<{ items: Changed[] }>("changes", { since: days.since, until: days.until, limit: 1000 }, signal),
    meta: { live: true },
  });
}

export function useAround(change: Changed) {
  return useQuery({
    queryKey: ["around", change.id, change.at],
    queryFn: ({ signal }) =>
      get<Around>(`changes/${encodeURIComponent(change.id)}/seen`, { at: change.at }, signal),
    placeholderData: undefined,
    staleTime: 60_000,
  });
}
