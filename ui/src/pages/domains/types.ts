export type Autonomy = "observe" | "advise" | "approve" | "act";
export const AUTONOMY: Autonomy[] = ["observe", "advise", "approve", "act"];

export interface StandIn {
  element: string;
  element_kind: string;
  of: string;
  by: string;
  also: string;
  share: number;
  since_ns: number;
  plan: string;
}

export interface DomainState {
  name: string;
  title: string;
  kind: string;
  technology: string;
  autonomy: Autonomy;
  level: number;
  loop: "observing" | "healing" | "helped" | "failing";
  handling: "received" | "compliant" | "degraded";
  intents: string[];
  supplementary: string[];
  standby: string[];
  equivalents: string[];
  stand_ins: StandIn[];
  troubles: string[];
  reasons: string[];
}

export interface ActionAutonomy {
  kind: string;
  title: string;
  by_policy: Autonomy;
  autonomy: Autonomy;
  level: number;
  controller: string;
  peer: string;
  is_carried_out: boolean;
}

export interface DomainAutonomy {
  name: string;
  title: string;
  defined: Autonomy;
  wished: Autonomy | null;
  autonomy: Autonomy;
  level: number;
  actions: ActionAutonomy[];
}

export interface AutonomyPage {
  most: Autonomy;
  policy: string;
  domains: DomainAutonomy[];
  actions: ActionAutonomy[];
  cross: ActionAutonomy[];
}

export interface Expectation {
  name: string;
  unit: string;
  condition: "at_most" | "at_least";
  value: number;
}

export interface Intent {
  id: string;
  name: string;
  promise: string;
  layer: "business" | "service" | "resource";
  domain: string;
  service: string;
  parent: string;
  priority: number;
  expectations: Expectation[];
}

export interface Target extends Expectation {
  observed: number | null;
  observed_status: "FULFILLED" | "NOT_FULFILLED" | null;
  predicted: number | null;
  predicted_status: "FULFILLED" | "NOT_FULFILLED" | null;
}

export interface Report {
  intent: string;
  state: "received" | "compliant" | "degraded";
  targets: Target[];
  reasons: string[];
  faults: string[];
  is_at_risk: boolean;
}

export interface Switched {
  plan: string;
  made: string;
  kind: string;
  element: string;
  element_kind: string;
  of: string;
  by: string;
  also: string;
  share: number | null;
  autonomy: Autonomy;
  sentence: string;
  task: string | null;
  task_state: string | null;
  verdict: string | null;
  effect_mos: number | null;
  proof: string;
  is_undone: boolean;
  ended: string | null;
  ended_by: string;
}

export interface Promise_ {
  name: string;
  title: string;
  services: string[];
  path: string[];
  targets: Record<string, number>;
  since: string | null;
}
