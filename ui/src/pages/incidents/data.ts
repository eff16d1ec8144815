/** All incidents: read once in a few pages, then only those of which something was told since. */

import { useQuery } from "@tanstack/react-query";
import { get } from "@/lib/api";

export interface Incident {
  id: string;
  title: string;
  severity: string;
  lost_mos: number;
  priority: number;
  importance: number;
  status: string;
  kind: string;
  element_kind: string;
  element: string;
  domain: string;
  probability: number | null;
  services: string[];
  users: number | null;
  things: number | null;
  important: number | null;
  began_s: number;
  opened_s: number;
  updated_s: number;
  resolved_s: number | null;
  ack1: string;
  ack2: string;
  owner: string;
  merged: number;
  alarms: number;
  merged_into: string;
  waits: boolean;
  poor: number;
  chance: number | null;
}

export interface Floor {
  false_per_day: number;
  lost_mos: number;
  subjects: number;
  severities: Record<string, number>;
}

interface Wire {
  columns: (keyof Incident)[];
  texts: string[];
  rows: unknown[][];
  next: string | null;
  event: number;
  is_whole: boolean;
  total: number;
  now_ns: number;
  is_stopped: boolean;
  floor: Floor;
}

export interface Incidents {
  all: Incident[];
  nowMs: number;
  isStopped: boolean;
  floor: Floor;
}

export const OVER = ["resolved", "closed", "cancelled"];
export const SEVERITIES = ["critical", "major", "minor", "warning"];
const CODED = new Set(["severity", "status", "kind", "element_kind", "element", "domain"]);
for (const name of ["ack1", "ack2", "owner"]) CODED.add(name);

export const isOpen = (each: Incident) => !OVER.includes(each.status);

const kept = new Map<string, Incident>();
let event = 0;

function take(wire: Wire): void {
  for (const cells of wire.rows) {
    const row: Record<string, unknown> = {};
    wire.columns.forEach((name, at) => {
      const cell = cells[at];
      if (name === "services") row[name] = (cell as number[]).map((each) => wire.texts[each]);
      else row[name] = CODED.has(name) ? wire.texts[cell as number] : cell;
    });
    kept.set(row.id as string, row as unknown as Incident);
  }
}

async function read(signal: AbortSignal): Promise<Incidents> {
  let wire: Wire;
  if (event) {
    wire = await get<Wire>("incidents", { touched_since: event }, signal);
    if (wire.is_whole) event = 0;
    else take(wire);
  } else {
    wire = await get<Wire>("incidents", {}, signal);
  }
  if (!event) {
    kept.clear();
    const first = wire.event;
    take(wire);
    while (wire.next) {
      wire = { ...(await get<Wire>("incidents", { after: wire.next }, signal)), event: first };
      take(wire);
    }
  }
  event = wire.event;
  return {
    all: [...kept.values()].sort(worstFirst),
    nowMs: wire.now_ns / 1e6,
    isStopped: wire.is_stopped,
    floor: wire.floor,
  };
}

/** Open before over, then by priority (how many, and who), by importance, by depth, the newest. */
export function worstFirst(one: Incident, other: Incident): number {
  return (
    Number(isOpen(other)) - Number(isOpen(one)) ||
    one.priority - other.priority ||
    other.importance - one.importance ||
    other.lost_mos - one.lost_mos ||
    other.opened_s - one.opened_s
  );
}

export function useIncidents() {
  return useQuery({
    queryKey: ["incidents"],
    queryFn: ({ signal }) => read(signal),
    meta: { live: true },
    structuralSharing: false, // thousands of rows: comparing costs more than drawing
  });
}
