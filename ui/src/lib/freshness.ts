/** As of when the data is: asked now and then, and moved on by what is told live. */

import { useQuery } from "@tanstack/react-query";
import { get } from "@/lib/api";

export interface Freshness {
  as_of: string | null; // the newest use that is kept
  now: string; // the time of the platform's clock
  lag_s: number | null;
  is_stale: boolean;
  stale_after_s: number;
}

const EVERY_MS = 5_000;

export function useFreshness() {
  return useQuery({
    queryKey: ["freshness"],
    queryFn: ({ signal }) => get<Freshness>("freshness", {}, signal),
    refetchInterval: EVERY_MS,
    refetchIntervalInBackground: true,
    staleTime: EVERY_MS,
  });
}

export function useAsOf(): number {
  const { data } = useFreshness();
  return data?.as_of ? Date.parse(data.as_of) : data ? Date.parse(data.now) : Date.now();
}
