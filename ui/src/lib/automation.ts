/** The switch of all automation: how it stands, and turning it. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { get, send } from "@/lib/api";
import { useCould } from "@/lib/rights";

export interface Switch {
  is_stopped: boolean;
  who: string;
  why: string;
  at_ns: number;
  at?: string;
}

const EVERY_MS = 5_000; // another one may have turned it, on another screen

export function useSwitch() {
  const mayRead = useCould("read");
  return useQuery({
    enabled: mayRead,
    queryKey: ["automation"],
    queryFn: ({ signal }) => get<Switch>("automation", {}, signal),
    refetchInterval: EVERY_MS,
    staleTime: 1_000,
    meta: { live: true },
  });
}

/** Give a function that turns the switch; it is known at once on every part of the page. */
export function useTurn(): (isStopped: boolean, why: string) => Promise<void> {
  const client = useQueryClient();
  return async (isStopped, why) => {
    const now = await send<Switch>("PUT", "automation", { is_stopped: isStopped, why });
    client.setQueryData(["automation"], now);
    await client.invalidateQueries({ predicate: ({ meta }) => meta?.live === true });
  };
}
