/** Who looks, and what may be seen and done. */

import { useQuery } from "@tanstack/react-query";
import { ApiError, get } from "@/lib/api";

export interface Me {
  name: string;
  roles: string[];
  may: string[]; // read, act, admin, reveal, ...
  landing: string; // a route
  sign_in: { key: boolean; oidc: boolean; is_needed: boolean };
}

export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: ({ signal }) => get<Me>("me", {}, signal),
    staleTime: 60_000,
    retry: (count, error) => !(error instanceof ApiError) && count < 2,
  });
}

export function useMay(what: string): boolean {
  return useMe().data?.may.includes(what) ?? false;
}
