/** What the page of health asks; each part only while it is looked at. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { get } from "@/lib/api";
import { type Metric, parsed } from "./metrics-text";
import type {
  AuditLine,
  Collection,
  Fault,
  KnownKey,
  PartsPage,
  Quality,
  Reached,
  Rejected,
  Verified,
} from "./types";

const EVERY_MS = 5_000;
const SELDOM_MS = 15_000;
const LINES = 200;

export function useParts() {
  return useQuery({
    queryKey: ["components"],
    queryFn: ({ signal }) => get<PartsPage>("components", {}, signal),
    refetchInterval: EVERY_MS,
  });
}

export function useSources() {
  return useQuery({
    queryKey: ["sources"],
    queryFn: ({ signal }) => get<{ quality: Quality[] }>("sources", {}, signal),
    select: ({ quality }) => quality,
    refetchInterval: SELDOM_MS,
  });
}

export function useRejections() {
  return useQuery({
    queryKey: ["rejections"],
    queryFn: ({ signal }) => get<{ items: Rejected[] }>("rejections", {}, signal),
    select: ({ items }) => items,
    refetchInterval: SELDOM_MS,
  });
}

export function useFaults() {
  return useQuery({
    queryKey: ["data-faults"],
    queryFn: ({ signal }) => get<{ items: Fault[] }>("data-faults", { limit: 500 }, signal),
    select: ({ items }) => items,
    meta: { live: true },
  });
}

export function useCollection() {
  return useQuery({
    queryKey: ["collection"],
    queryFn: ({ signal }) => get<Collection>("collection", { limit: 500 }, signal),
    refetchInterval: SELDOM_MS,
    meta: { live: true },
  });
}

export function usePeers() {
  return useQuery({
    queryKey: ["peers"],
    queryFn: ({ signal }) => get<{ items: Reached[] }>("peers", {}, signal),
    select: ({ items }) => items,
    refetchInterval: SELDOM_MS,
  });
}

export function metricsAddress(): string {
  return new URL("metrics", document.baseURI).toString();
}

export function useMetrics() {
  return useQuery({
    queryKey: ["metrics"],
    queryFn: async ({ signal }): Promise<Metric[]> => {
      const found = await fetch(metricsAddress(), { signal });
      if (!found.ok) throw new Error(`${found.status} ${found.statusText}`);
      return parsed(await found.text());
    },
    refetchInterval: SELDOM_MS,
  });
}

export function useAudit(text: string) {
  return useInfiniteQuery({
    queryKey: ["audit", text],
    queryFn: ({ signal, pageParam }) =>
      get<{ items: AuditLine[] }>(
        "audit",
        { text: text || undefined, limit: LINES, before: pageParam || undefined },
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: ({ items }) => (items.length < LINES ? undefined : items.at(-1)?.id),
  });
}

export function useVerified() {
  return useQuery({
    queryKey: ["audit-verification"],
    queryFn: ({ signal }) => get<Verified>("audit/verification", {}, signal),
    staleTime: 60_000,
  });
}

export function useKnownKeys() {
  return useQuery({
    queryKey: ["keys"],
    queryFn: ({ signal }) => get<{ items: KnownKey[] }>("keys", {}, signal),
    select: ({ items }) => items,
  });
}
