/** An incident in plain text, to be put into a ticket or a message. */

import { mos, percent, scopeText } from "@/lib/format";
import { iso } from "@/lib/time";
import { leading } from "@/pages/incident/action";
import { worst } from "@/pages/incident/boxes";
import { ms, type Whole } from "@/pages/incident/data";
import { hit } from "@/pages/incidents/columns";

export function summary(of: Whole): string {
  const { problem } = of;
  const one = worst(of);
  const cause = problem.root_cause;
  const plan = leading(of.plans);
  const ended = problem.resolved_ns ? ` to ${iso(ms(problem.resolved_ns))}` : ", goes on";
  const why = cause
    ? `${cause.kind ? `${cause.kind} of ` : ""}${cause.element_kind} ${cause.element}, ${percent(cause.probability)}`
    : "not known";
  return [
    `${problem.id}: ${problem.name} (${of.severity}, P${problem.priority}, ${problem.status})`,
    `When: ${iso(ms(problem.began_ns))}${ended}`,
    `What: ${scopeText(one.scope)}, mean MOS ${mos(one.mos_usual)} to ${mos(one.mos_seen)}, ${one.poor_uses} of ${one.uses} uses poor`,
    `Why: ${why}`,
    `Who: ${problem.impact ? hit(problem.impact) : "not counted"}`,
    `Do: ${plan?.sentence ?? "nothing is planned"}`,
    plan?.outcome ? `Proven: ${plan.outcome.sentence}` : "",
    location.href,
  ]
    .filter(Boolean)
    .join("\n");
}
