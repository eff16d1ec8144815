/** What people wrote beside the data: charts and timelines draw it, the annotate part writes it. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { get, send } from "@/lib/api";
import type { Span } from "@/lib/view";

export interface Annotation {
  id: number;
  since: string;
  until: string | null; // null: a moment
  text: string;
  tags: string[];
  page: string; // "" stands on every page
  scope: Record<string, string>;
  author: string;
  created: string;
}

export interface NewAnnotation {
  text: string;
  since: string;
  until?: string;
  tags?: string[];
  page?: string;
  scope?: Record<string, string>;
}

const EVERY_MS = 30_000;

/** Annotations that touch a span: of one page and of all pages, or of everything. */
export function useAnnotations(span: Pick<Span, "since" | "until">, page?: string) {
  return useQuery({
    queryKey: ["annotations", span.since, span.until, page],
    queryFn: ({ signal }) =>
      get<{ items: Annotation[] }>(
        "annotations",
        { since: span.since, until: span.until, page, limit: 500 },
        signal,
      ),
    select: ({ items }) => items,
    refetchInterval: EVERY_MS,
    meta: { live: true },
  });
}

export function useAnnotate() {
  const client = useQueryClient();
  const anew = () => client.invalidateQueries({ queryKey: ["annotations"] });
  return {
    add: async (made: NewAnnotation) => {
      await send<Annotation>("POST", "annotations", made);
      await anew();
    },
    drop: async (id: number) => {
      await send<undefined>("DELETE", `annotations/${id}`);
      await anew();
    },
  };
}
