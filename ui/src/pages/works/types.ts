import { compact, count } from "@/lib/format";

/** So many people as one says it: whole ones, and in short from a thousand on. */
export const people = (value: number | null | undefined): string =>
  value !== null && value !== undefined && value >= 1_000 ? compact(value) : count(value);

export interface Reckoned {
  subjects: number;
  low: number;
  high: number;
  important: number;
  lost_min: number;
  harm: number;
  is_harmless: boolean;
  sentence: string;
}

export type Phase = "ahead" | "now" | "over";

export interface Planned {
  id: string;
  element: string;
  element_kind: string;
  title: string;
  begins: string;
  ends: string;
  announced: string;
  state: string;
  phase: Phase;
  claimed_impact: string;
  way: "lost" | "longer" | "served";
  members: number;
  dimension: string;
  forecast: Reckoned | null;
}

export interface Calendar {
  since: string;
  until: string;
  now: string;
  items: Planned[];
  left_out: number;
  is_reckoned: boolean;
}

export interface WindowOf {
  begins_ns: number;
  ends_ns: number;
  subjects: number;
  lost_min: number;
}

export interface Impact {
  sentence: string;
  is_harmless: boolean;
  made_ns: number;
  harm: number;
  agreement: number;
  lost_min: number;
  important: number;
  subjects: { mean: number; low: number; high: number };
  by_service: Record<string, number>;
  by_segment: Record<string, number>;
  by_slice: Record<string, number>;
  reach: { way: Planned["way"]; dimension: string; members: string[]; round: string[] };
  windows: WindowOf[];
  care: { who: string; subjects: number; what: string; by_ns: number }[];
  touched_count: number;
  touched: { subject: string; probability: number }[];
}

export interface Result {
  work: string;
  is_judged: boolean;
  foretold: {
    harm: number;
    subjects: { mean: number; low: number; high: number };
    lost_min: number;
    is_harmless: boolean;
    sentence: string;
  };
  seen: {
    is_harmful: boolean;
    uses: number;
    felt: number;
    felt_share: number | null;
    loss_share: number;
    until: string;
    services: { service: string; uses: number; felt: number }[];
  } | null;
}

export interface Changed {
  id: string;
  at: string;
  element: string;
  element_kind: string;
  title: string;
  state: string;
  severity: string;
  incidents: string[];
}

export interface Fared {
  uses: number;
  subjects: number;
  poor: number;
  mos: number | null;
  poor_share: number | null;
}

export interface Around {
  reach: { way: Planned["way"]; dimension: string; members: number; named: string[] };
  before: Fared;
  after: Fared;
  day_before: Fared;
  services: { service: string; before: Fared; after: Fared }[];
}
