/** What the pages of service quality ask the server, and what it answers. */

import { useQuery } from "@tanstack/react-query";
import { get, type Params } from "@/lib/api";
import { useSpan, useView } from "@/lib/view";

export interface Window {
  since: string;
  until: string;
  kind: string;
  shift_s: number;
}

export interface Fared {
  uses: number;
  unscored: number;
  poor: number;
  mos: number | null;
  poor_share: number | null;
  good_share: number | null;
  subjects: number;
  poor_subjects: number;
}

export interface ListedService {
  service: string;
  title: string;
  subject_kind: string;
  poor_below: number;
  now: Fared;
  before: Fared | null;
  worst: { dimension: string; member: string; uses: number; poor_share: number; excess_poor: number } | null;
  trend: (number | null)[];
  degradations: number;
}

export interface ServiceList {
  window: Window;
  against: Window | null;
  good_mos: number;
  services: ListedService[];
}

export interface Contribution {
  domain: string;
  loss: number;
  loss_before: number;
  contribution: number;
}

export interface OneService {
  service: string;
  title: string;
  standard: string;
  subject_kind: string;
  poor_below: number;
  good_mos: number;
  confidence: number | null;
  provisional: string;
  window: Window;
  against: Window | null;
  now: Fared;
  before: Fared | null;
  bins: number[];
  bins_before: number[] | null;
  loss: Record<string, number> | null;
  change: { delta: number; contributions: Contribution[]; rest: number } | null;
}

export interface Columns {
  at: number[];
  uses: number[];
  poor: number[];
  mos: (number | null)[];
  poor_share: (number | null)[];
}

export interface Decline {
  id: string;
  scope: Record<string, string>;
  began: string;
  ended: string | null;
  state: "open" | "over";
  uses: number;
  poor_uses: number;
  mos_usual: number;
  mos_seen: number;
}

export interface Happening {
  kind: string;
  id: string;
  at: string;
  element: string;
  element_kind: string;
  title: string;
  severity: string;
  told: number;
}

export interface ServiceCourse {
  window: Window;
  against: Window | null;
  step_s: number;
  now: Columns;
  before: Columns | null;
  degradations: Decline[];
  happenings: Happening[];
}

export interface Member {
  member: string;
  uses: number;
  poor: number;
  mos: number | null;
  poor_share: number;
  poor_share_low: number;
  excess_poor: number;
  share_of_poor: number;
  before: { uses: number; mos: number | null; poor_share: number | null } | null;
}

export interface MemberList {
  window: Window;
  against: Window | null;
  dimension: string;
  count: number;
  uses: number;
  poor: number;
  items: Member[];
}

export interface Changed {
  dimension: string;
  member: string;
  uses: number;
  poor: number;
  uses_before: number;
  poor_before: number;
  more: number;
  surely_more: number;
  explains: number | null;
}

export interface WhatChanged {
  window: Window;
  against: Window | null;
  now: Fared;
  before: Fared | null;
  more: number;
  items: Changed[];
  degradations: Decline[];
  happenings: Happening[];
}

export interface Use {
  at: string;
  ts_ns: string;
  subject: string;
  mos: number | null;
  duration_ms: number | null;
  confidence: number | null;
  cell: string | null;
  app: string | null;
  device_model: string | null;
  segment: string | null;
}

export interface UseList {
  window: Window;
  count: number;
  order: string;
  items: Use[];
}

export const DIMENSIONS = [
  "cell",
  "gnb",
  "link",
  "upf",
  "edge",
  "server",
  "app",
  "device_model",
  "slice",
  "segment",
] as const;

export const COMPARES = ["auto", "7d", "1d", "before", "off"] as const;

/** The parameters that all questions of these pages share, as they stand in the URL. */
export function useAsked(): Params {
  const [view, span] = [useView(), useSpan()];
  const { dim, member, segment, slice, compare } = view;
  return { since: span.since, until: span.until, dim, member, segment, slice, compare };
}

/** Ask under api/v1/services; asked anew when something is told live. */
export function useServices<T>(path: string, params: Params, enabled = true) {
  return useQuery({
    queryKey: ["services", path, params],
    queryFn: ({ signal }) => get<T>(`services${path}`, params, signal),
    meta: { live: true },
    enabled,
  });
}

export function pathOf(service: string, rest = ""): string {
  return `/${encodeURIComponent(service)}${rest}`;
}
