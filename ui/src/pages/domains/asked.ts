/** What the page of domains asks. */

import { useQuery } from "@tanstack/react-query";
import { get } from "@/lib/api";
import type { AutonomyPage, DomainState, Intent, Promise_, Report, Switched } from "./types";

interface Items<T> {
  items: T[];
}

const EVERY_MS = 15_000; // states are told each period

function useItems<T>(name: string) {
  return useQuery({
    queryKey: [name],
    queryFn: ({ signal }) => get<Items<T>>(name, {}, signal),
    select: ({ items }) => items,
    refetchInterval: EVERY_MS,
    meta: { live: true },
  });
}

export const useDomains = () => useItems<DomainState>("domains");
export const useIntents = () => useItems<Intent>("intents");
export const useReports = () => useItems<Report>("intent-reports");
export const useSwitches = () => useItems<Switched>("domain-switches");
export const usePromises = () => useItems<Promise_>("promises");

export function useAutonomy() {
  return useQuery({
    queryKey: ["autonomy"],
    queryFn: ({ signal }) => get<AutonomyPage>("autonomy", {}, signal),
    meta: { live: true },
  });
}
