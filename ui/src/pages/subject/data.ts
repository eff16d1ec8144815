/** What the page of a subject asks for. */

import { useQuery } from "@tanstack/react-query";
import { get } from "@/lib/api";

export const CARE_DAYS = 7;

export interface Incident {
  degradation: string;
  problem: string;
  state: string;
  scope: Record<string, string>;
  began: string;
  ended?: string;
  cause: string;
  cause_kind: string;
  probability: number | null;
  doing: string;
  uses: number;
  poor_uses: number;
  sentence: string;
}

export interface Care {
  verdict: "suffering" | "suffered" | "well" | "unknown";
  headline: string;
  words: string[];
  subject: string;
  poor_since?: string;
  services: { service: string; uses: number; poor_uses: number; mos_mean: number }[];
  worst: { drivers: Record<string, number> }[];
  incidents: Incident[];
  works: string[];
  tickets: string[];
  segment: string;
  is_important: boolean;
}

export interface Tally {
  at: string;
  uses: number;
  poor_uses: number;
  mos_mean: number;
  member: string;
}

export interface Use {
  at: string;
  service: string;
  mos: number;
  is_poor: boolean;
  duration_s: number | null;
  path: Record<string, string>;
  lost: Record<string, number>;
}

export interface Uses {
  subject: string;
  masked: string;
  since: string;
  until: string;
  uses: number;
  poor_uses: number;
  mos_mean: number | null;
  mos_perceived: number | null;
  hours: Tally[];
  members: Record<string, Tally[]>;
  latest: Use[];
}

export interface Case {
  subject: string;
  masked: string;
  kind: "user" | "thing";
  services: string[];
  last_seen: string | null;
  consent: { name: string; status: string; until: string | null }[];
  tickets: { id: string; name: string; status: string; created: string | null }[];
  surveys: { at: string | null; value: number | null; title: string }[];
  actions: {
    plan: string;
    degradation: string;
    action: string;
    sentence: string;
    autonomy: string;
    verdict: string;
    is_own: boolean;
  }[];
}

// each reading of a subject is noted in the audit: it is not asked anew with every event
const CALM_MS = 60_000;

export function useCare(subject: string) {
  return useQuery({
    queryKey: ["care", subject],
    queryFn: ({ signal }) => get<Care>(`care/${subject}`, { days: CARE_DAYS }, signal),
    staleTime: CALM_MS,
    placeholderData: undefined, // never the one of another subject
  });
}

export function useUses(subject: string, asked: Record<string, string | number | undefined>) {
  return useQuery<Uses>({
    queryKey: ["uses", subject, asked],
    queryFn: ({ signal }) => get<Uses>(`subjects/${subject}/uses`, asked, signal),
    staleTime: CALM_MS,
    placeholderData: (before) => (before?.subject === subject ? before : undefined),
  });
}

/** The last month with its latest uses: what several parts of the page share, asked once. */
export const MONTH = { days: 30, limit: 100 };

export function useCase(subject: string, care: Care | undefined) {
  const hurting = (care?.incidents ?? []).filter((each) => each.poor_uses > 0);
  const names = hurting.slice(0, 5).map((each) => each.degradation);
  return useQuery<Case>({
    queryKey: ["case", subject, names],
    queryFn: ({ signal }) => {
      const asked = new URLSearchParams(names.map((name) => ["degradation", name]));
      return get<Case>(`subjects/${subject}?${asked}`, {}, signal);
    },
    enabled: care !== undefined,
    meta: { live: true },
    placeholderData: (before) => (before?.subject === subject ? before : undefined),
  });
}
