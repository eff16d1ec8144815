/** The four boxes on top: what, why, who is hit, do this. */

import type { ReactNode } from "react";
import { compact, count, mos, percent, scopeText } from "@/lib/format";
import { lasting, moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { type Hypothesis, ms, path, useEvidence, type Whole } from "@/pages/incident/data";
import { hit, Severity } from "@/pages/incidents/columns";
import { Explain } from "@/parts/explain";
import { Grade } from "@/parts/grade";
import { Panel } from "@/parts/panel";

export function Box(props: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <Panel title={props.title} aside={props.aside}>
      <div className="grid gap-1 p-3">{props.children}</div>
    </Panel>
  );
}

export function What(props: { of: Whole }) {
  const { of } = props;
  const { tz } = useView();
  const [problem, main] = [of.problem, worst(of)];
  const since = moment(ms(problem.began_ns), tz);
  const endMs = ms(problem.resolved_ns ?? of.now_ns);
  const lasted = lasting(endMs - ms(problem.began_ns));
  return (
    <Box
      title={t("one.box.what")}
      aside={
        <Explain
          of={() => ({
            title: main.id,
            value: `${mos(main.mos_usual)} → ${mos(main.mos_seen)}`,
            formula: "Mean MOS of the uses in the scope since it began, against what is usual there then.",
            rows: `${count(main.uses)} uses, ${count(main.poor_uses)} poor`,
            confidence: `Chance alone would look so bad ${main.per_day.toPrecision(2)} times a day.`,
            path: `degradations/${main.id}`,
          })}
        />
      }
    >
      <p className="flex flex-wrap gap-2 font-semibold">
        <Severity of={of.severity} priority={problem.priority} /> {problem.status}
      </p>
      <p>
        {scopeText(main.scope)}: {main.services.slice(0, 4).join(", ")}
        {main.services.length > 4 ? ` +${main.services.length - 4}` : ""}
      </p>
      <p className="flex flex-wrap items-center gap-1">
        <Grade value={main.mos_usual} /> → <Grade value={main.mos_seen} word />
      </p>
      <p className="text-soft">
        {problem.resolved_ns
          ? t("one.over", { moment: since, until: moment(endMs, tz), lasted })
          : t("one.since", { moment: since, lasted })}
      </p>
    </Box>
  );
}

export const worst = (of: Whole) =>
  of.degradations.reduce((one, other) => (other.poor_uses > one.poor_uses ? other : one));

export function Why(props: { of: Whole }) {
  const { problem, diagnosis } = props.of;
  const { data } = useEvidence(problem.id);
  const cause = problem.root_cause;
  const first = data?.hypotheses.find((each) => each.element === cause?.element);
  return (
    <Box
      title={t("one.box.why")}
      aside={
        <Explain
          of={() => ({
            title: t("one.box.why"),
            value: cause ? percent(cause.probability) : t("one.abstains"),
            formula:
              "Probability of a cause: the weights of its evidence (in nats) added up, against all other hypotheses and against none of them.",
            rows: first ? rests(first) : "",
            path: path(problem.id, "/evidence"),
          })}
        />
      }
    >
      {cause ? (
        <p className="font-semibold">
          {cause.kind ? `${cause.kind} of ` : ""}
          {cause.element_kind.replaceAll("_", " ")} {cause.element}, {percent(cause.probability)}
        </p>
      ) : (
        <p className="font-semibold">{t("one.abstains")}</p>
      )}
      <p className="line-clamp-4" title={diagnosis?.sentence}>
        {first?.for[0]?.what ?? diagnosis?.sentence ?? ""}
      </p>
      {first ? <p className="text-soft">{rests(first)}</p> : null}
    </Box>
  );
}

const rests = (one: Hypothesis) => t("one.rests", { n: one.for.length, m: one.against.length });

export function Who(props: { of: Whole }) {
  const { impact, affected_services, id } = props.of.problem;
  const services = Object.entries(affected_services)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 4);
  return (
    <Box
      title={t("one.box.who")}
      aside={
        <Explain
          of={() => ({
            title: t("one.box.who"),
            value: impact ? hit(impact) : "–",
            formula: "Distinct subjects with uses in the scope that were worse than theirs usually are.",
            rows: impact ? `${count(impact.uses)} uses` : "",
            path: `service-problems/${id}`,
          })}
        />
      }
    >
      <p className="font-semibold">{impact ? hit(impact) : "–"}</p>
      <p>{services.map(([name, n]) => `${name} ${compact(n)}`).join(", ")}</p>
      {impact && !props.of.problem.resolved_ns ? (
        <p className="text-soft">{t("one.soon", { n: compact(impact.forecast_subjects) })}</p>
      ) : null}
      {impact?.value_per_month ? (
        <p className="text-soft">{t("one.value", { value: count(impact.value_per_month) })}</p>
      ) : null}
    </Box>
  );
}
