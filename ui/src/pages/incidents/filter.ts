/** Filters of the list, all in the URL; several values of one are OR, the filters join by AND or OR. */

import type { View } from "@/lib/view";
import { type Incident, isOpen } from "@/pages/incidents/data";

export const FILTERS = ["state", "severity", "domain", "service", "owner"] as const;
export type Filter = (typeof FILTERS)[number];

/** Names in the URL: the service is the context's own. */
export const NAME: Record<Filter, string> = {
  state: "state",
  severity: "severity",
  domain: "domain",
  service: "svc",
  owner: "owner",
};
export const NOBODY = "-";

export const chosen = (view: View, filter: Filter): string[] =>
  (view[NAME[filter]] ?? (filter === "state" ? "open" : "")).split(",").filter((each) => each && each !== "any");

type Test = (each: Incident) => boolean;

const TESTS: Record<Filter, (values: string[]) => Test> = {
  state: (values) => (each) =>
    values.includes(each.status) ||
    (values.includes("open") && isOpen(each)) ||
    (values.includes("waits") && each.waits),
  severity: (values) => (each) => values.includes(each.severity),
  domain: (values) => (each) => values.includes(each.domain),
  service: (values) => (each) => each.services.some((one) => values.includes(one)),
  owner: (values) => (each) => values.includes(each.owner || NOBODY),
};

/** Keep the incidents that the view asks for; those merged into others are shown by these. */
export function filtered(all: Incident[], view: View): Incident[] {
  const tests: Test[] = FILTERS.flatMap((filter) => {
    const values = chosen(view, filter);
    return values.length ? [TESTS[filter](values)] : [];
  });
  const text = view.q?.trim().toLowerCase();
  if (text) {
    const words = text.split(/\s+/);
    tests.push((each) => {
      const said = `${each.id} ${each.title} ${each.owner} ${each.element}`.toLowerCase();
      return words.every((word) => said.includes(word));
    });
  }
  const isAny = view.join === "or";
  return all.filter(
    (each) =>
      (!each.merged_into || text?.includes(each.id.toLowerCase())) &&
      (!tests.length || (isAny ? tests.some((test) => test(each)) : tests.every((test) => test(each)))),
  );
}
