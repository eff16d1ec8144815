/** What people may do about an incident, as dialogs. */

import { send } from "@/lib/api";
import { t } from "@/lib/words";
import { type Deed, WHY } from "@/pages/incidents/do";

export interface About {
  id: string;
  status: string;
  owner: string;
  ack1: string;
  ack2: string;
}

const at = (id: string, rest: string) => `incidents/${encodeURIComponent(id)}/${rest}`;

export function acknowledge(one: About): Deed {
  const lines = (["1", "2"] as const).filter((line) => !(line === "1" ? one.ack1 : one.ack2));
  return {
    title: t("do.ack"),
    lead: t("do.ack.lead", { id: one.id }),
    fields: [
      {
        name: "line",
        label: t("do.ack.line"),
        kind: "choice",
        choices: lines.map((line) => [line, t(`do.ack.${line}`)]),
        least: 1,
      },
      { ...WHY, label: t("do.why") },
    ],
    run: ({ line, why }) => send("POST", at(one.id, "acknowledgements"), { line: Number(line), why }),
  };
}

export function release(one: About, line: 1 | 2): Deed {
  const who = line === 1 ? one.ack1 : one.ack2;
  return {
    title: t("do.release", { line }),
    lead: t("do.release.lead", { id: one.id, who }),
    fields: [],
    run: () => send("DELETE", at(one.id, `acknowledgements/${line}`)),
  };
}

export function assign(one: About, me: string): Deed {
  return {
    title: t("do.assign"),
    lead: t("do.assign.lead", { id: one.id }),
    fields: [
      { name: "owner", label: t("do.assign.owner"), value: one.owner || me },
      { ...WHY, label: t("do.why") },
    ],
    run: (body) => send("PUT", at(one.id, "owner"), body),
  };
}

export function merge(one: About, others: [string, string][]): Deed {
  return {
    title: t("do.merge"),
    lead: t("do.merge.lead", { id: one.id }),
    fields: [
      { name: "into", label: t("do.merge.into"), kind: "choice", choices: others, least: 1 },
      { ...WHY, label: t("do.why") },
    ],
    run: (body) => send("PUT", at(one.id, "merge"), body),
  };
}

export function split(id: string): Deed {
  return {
    title: t("do.split"),
    lead: t("do.split.lead", { id }),
    fields: [],
    run: () => send("DELETE", at(id, "merge")),
  };
}

const MAY: Record<string, string[]> = {
  submitted: ["acknowledged", "inProgress", "held", "resolved", "cancelled"],
  acknowledged: ["inProgress", "held", "pending", "resolved", "cancelled"],
  inProgress: ["held", "pending", "acknowledged", "resolved", "cancelled"],
  held: ["inProgress", "acknowledged", "pending", "resolved", "cancelled"],
  pending: ["inProgress", "acknowledged", "held", "resolved", "cancelled"],
  resolved: ["closed", "acknowledged", "inProgress"],
};

/** Change the state: what ends it stands first, as the key says resolve. */
export function move(one: About, may: string[] = MAY[one.status] ?? []): Deed {
  const ends = ["resolved", "closed"];
  const order = [...may].sort((a, b) => Number(ends.includes(b)) - Number(ends.includes(a)));
  return {
    title: t("do.state"),
    lead: t("do.state.lead", { id: one.id, status: one.status }),
    fields: [
      {
        name: "status",
        label: t("do.state.to"),
        kind: "choice",
        choices: order.map((each) => [each, each]),
        least: 1,
      },
      { ...WHY, label: t("do.why") },
    ],
    run: (body) => send("PATCH", `service-problems/${encodeURIComponent(one.id)}`, body),
  };
}

export function note(id: string, about = ""): Deed {
  return {
    title: t("do.note"),
    lead: t("do.note.lead", { id }),
    fields: [
      { name: "text", label: t("do.note.text"), kind: "long", least: 1 },
      { name: "about", label: t("do.note.about"), value: about },
    ],
    run: ({ text, about: moment }) =>
      send("POST", at(id, "notes"), { text, ...(moment ? { about: moment } : {}) }),
  };
}
