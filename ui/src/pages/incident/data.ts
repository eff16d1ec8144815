/** One incident, as the server tells it in one answer. */

import { useQuery } from "@tanstack/react-query";
import { get } from "@/lib/api";

export interface Estimate {
  mean: number;
  low: number;
  high: number;
}

export interface Candidate {
  action: { kind: string; target: string; target_kind: string; parameters: Record<string, unknown> };
  regained_min: Estimate;
  success: number;
  cost: number;
  risk: number;
  value: number;
  reasons: string[];
}

export interface ActionKind {
  title: string;
  inverse: string;
  blast: "element" | "scope" | "nobody";
  effect_after_min: number;
  limit_min: number;
  harm: number;
  harm_share: number;
  is_cure: boolean;
}

export interface Plan {
  id: string;
  degradation: string;
  made_ns: number;
  until_ns: number;
  autonomy: string;
  chosen: Candidate | null;
  candidates: Candidate[];
  refused: { action: Candidate["action"]; guard: string; reason: string }[];
  canary: Record<string, string> | null;
  sentence: string;
  waits: boolean;
  reach: number | null;
  kinds: Record<string, ActionKind>;
  verified_periods: number;
  outcome: {
    verdict: string;
    effect_mos: Estimate;
    is_undone: boolean;
    sentence: string;
    verified_ns: number;
  } | null;
  task: { id: string; state: string; wanted: string; said: string; peer: string } | null;
  said: { said: "yes" | "no"; who: string; why: string; answer: string; action: string } | null;
}

export interface Entry {
  at_ns: number;
  until_ns: number | null;
  lane: string;
  kind: string;
  title: string;
  detail: string;
  who: string;
  source: string;
  collected_bytes: number | null;
  full_bytes: number | null;
}

export interface Node {
  id: string;
  kind: string;
  domain: string;
  role: string;
  column: number;
  row: number;
  alarms: number;
  more: number;
}

export interface Impact {
  users: number;
  things: number;
  uses: number;
  important: number;
  value_per_month: number;
  forecast_subjects: number;
  by_segment: Record<string, number>;
  by_slice: Record<string, number>;
  by_service: Record<string, number>;
}

export interface Whole {
  problem: {
    id: string;
    name: string;
    status: string;
    priority: number;
    importance: number;
    began_ns: number;
    resolved_ns: number | null;
    description: string;
    merged_into: string;
    root_cause: {
      element: string;
      element_kind: string;
      domain: string;
      kind: string;
      probability: number;
    } | null;
    impact: Impact | null;
    affected_services: Record<string, number>;
  };
  severity: string;
  lost_mos: number;
  may_become: string[];
  work: {
    first: { who: string } | null;
    second: { who: string } | null;
    owner: string;
    merged_into: string;
  };
  steps: { id: number; at_ns: number; who: string; what: string; target: string; text: string }[];
  merged: string[];
  degradations: {
    id: string;
    scope: Record<string, string>;
    services: string[];
    began_ns: number;
    ended_ns: number | null;
    uses: number;
    poor_uses: number;
    mos_usual: number;
    mos_seen: number;
    per_day: number;
  }[];
  diagnosis: { id: string; sentence: string; abstains: boolean } | null;
  plans: Plan[];
  timeline: Entry[];
  path: { nodes: Node[]; edges: [string, string][]; reason: string };
  course: {
    degradation: string;
    step_minutes: number;
    usual: number;
    steps: { since_ns: number; uses: number; poor_uses: number; mos_mean: number }[];
    outlook: {
      since_ns: number;
      until_ns: number;
      without: Estimate;
      with_action: Estimate | null;
      effect_ns: number | null;
      success: number | null;
      recovers: number | null;
    } | null;
  };
  similar: {
    id: string;
    name: string;
    began_ns: number;
    resolved_ns: number | null;
    same: string[];
    tried: { action: string; verdict: string; effect_mos: number | null }[];
  }[];
  works: { id: string; title: string; element: string; begins_ns: number; ends_ns: number; state: string }[];
  automation: { is_stopped: boolean; who: string; why: string };
  now_ns: number;
}

export const ms = (ns: number) => ns / 1e6;
export const path = (id: string, rest = "") => `incidents/${encodeURIComponent(id)}${rest}`;

export function useIncident(id: string) {
  return useQuery({
    queryKey: ["incident", id],
    queryFn: ({ signal }) => get<Whole>(path(id), {}, signal),
    meta: { live: true },
  });
}

export interface Line {
  what: string;
  weight: number;
  element: string;
  source: string;
}

export interface Hypothesis {
  element: string;
  element_kind: string;
  domain: string;
  kind: string;
  probability: number;
  is_rejected: boolean;
  for: Line[];
  against: Line[];
}

export function useEvidence(id: string) {
  return useQuery({
    queryKey: ["evidence", id],
    queryFn: ({ signal }) =>
      get<{ abstains: boolean; hypotheses: Hypothesis[] }>(path(id, "/evidence"), {}, signal),
    meta: { live: true },
  });
}

const KB = 1_000;

/** Say a size in bytes: 12.3 kB, 4.5 MB. */
export function bytes(n: number): string {
  if (n < KB) return `${n} B`;
  if (n < KB * KB) return `${(n / KB).toFixed(1)} kB`;
  return `${(n / KB / KB).toFixed(1)} MB`;
}
