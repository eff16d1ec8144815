export interface Figure {
  name: string;
  value: number | string | null;
  unit: "count" | "bytes" | "s" | "share" | "text" | "moment_ns";
}

export interface Part {
  name: string;
  health: "well" | "warns" | "down" | "off";
  says: string;
  figures: Figure[];
}

export interface PartsPage {
  release: string;
  now: string;
  started: string;
  items: Part[];
}

export interface Quality {
  source: string;
  format: string;
  rows_read: number;
  rows_kept: number;
  records: number;
  rejected: number;
  freshness_s: number | null;
  silence_s: number;
  valid_share: number | null;
  complete_share: number | null;
  duplicate_share: number | null;
  late_share: number | null;
  suspect_share: number | null;
}

export interface Rejected {
  source: string;
  reason: string;
  rows: number;
  letters: number;
  replayed: number;
  first: string;
  last: string;
  sample: string;
}

export interface Fault {
  id: string;
  state: "open" | "over";
  what: string;
  source: string;
  sentence: string;
  since_ns: number;
  until_ns: number | null;
}

export interface Ordered {
  id: string;
  state: "open" | "over";
  element: string;
  element_kind: string;
  what: string;
  granularity_s: number;
  usual_granularity_s: number | null;
  since: string;
  until: string;
  ended: string | null;
  degradation: string;
  reason: string;
  end_reason: string;
  bytes: number;
}

export interface Collection {
  budget: {
    share: number;
    bulk_bytes: number;
    spent_bytes: number;
    room_bytes: number;
    refused: number;
  } | null;
  items: Ordered[];
}

export interface Reached {
  name: string;
  role: string;
  at: string;
  is_reachable: boolean;
  took_ms: number | null;
  error: string;
}

export interface AuditLine {
  id: number;
  at_ns: number;
  who: string;
  what: string;
  purpose: string;
  details: Record<string, unknown>;
}

export interface Verified {
  is_whole: boolean;
  lines: number;
  head: string;
  broken_at: number | null;
  why: string;
}

export interface KnownKey {
  name: string;
  roles: string[];
  created: string;
  revoked: string | null;
}
