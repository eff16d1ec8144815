/** What the overview asks the server, and how it comes back. */

import { useQuery } from "@tanstack/react-query";
import { get, type Params } from "@/lib/api";
import { useFreshness } from "@/lib/freshness";
import { isRelative } from "@/lib/time";
import { type Span, useSpan, useView, type View } from "@/lib/view";

export interface Crowd {
  subjects: number;
  good_subjects: number;
  good_share: number | null;
}

export interface Overview {
  good_mos: number;
  one_in: number;
  users: Crowd;
  things: Crowd;
  uses: number;
  poor_uses: number;
  incidents: number;
  explained: { id: string; poor_uses: number; share: number }[];
  explained_share: number | null;
}

export interface Sum {
  uses: number;
  poor_uses: number;
  mos_mean: number | null;
  poor_share: number | null;
}

export interface Tile {
  service: string;
  title: string;
  subject_kind: "user" | "thing";
  now: Sum;
  before: Sum | null;
  subjects: number;
  good_subjects: number;
  good_share: number | null;
  mos: (number | null)[];
  uses: number[];
  declines: { id: string; began_s: number; ended_s: number | null; scope: Record<string, string> }[];
}

export interface Tiles {
  since_s: number;
  until_s: number;
  step_s: number;
  earlier_by_s: number | null;
  good_mos: number;
  one_in: number;
  items: Tile[];
}

export interface Member {
  member: string;
  n: number;
  poor: number;
  mos_mean: number;
  poor_share: number;
  excess_poor: number;
}

export interface Worst {
  dimension: string;
  least_uses: number;
  items: Member[];
}

export interface Incident {
  id: string;
  name: string;
  status: string;
  is_open: boolean;
  priority: number;
  began: string;
  services: string[];
  users: number | null;
  things: number | null;
  important: number | null;
  cause: {
    element: string;
    element_kind: string;
    domain: string;
    kind: string;
    probability: number;
  } | null;
}

export interface Incidents {
  count: number;
  open: number;
  items: Incident[];
}

/** Give the window and the filters of the URL as the server takes them. */
export function windowParams(view: View, span: Span): Params {
  return {
    since: span.since,
    until: span.until,
    service: view.svc,
    dimension: view.member ? view.dim : undefined,
    member: view.dim ? view.member : undefined,
    segment: view.segment,
    slice: view.slice,
  };
}

export function useWindow(): Params {
  const [view, span] = [useView(), useSpan()];
  return windowParams(view, span);
}

/** Tell whether it is known when now is: before that nothing that ends now is asked for. */
export function useIsTimed(): boolean {
  const view = useView();
  const { data, isError } = useFreshness();
  return data !== undefined || isError || !(isRelative(view.from) || isRelative(view.to));
}

/** Ask for a part of the overview; it is asked again when something is told live. */
export function useAsked<T>(path: string, more: Params = {}) {
  const params = { ...useWindow(), ...more };
  const query = useQuery({
    enabled: useIsTimed(),
    queryKey: [path, params],
    queryFn: ({ signal }) => get<T>(path, params, signal),
    meta: { live: true },
  });
  return { query, params, path };
}
