/** The action card: what it should bring, how surely, whom it may touch, how it is proven and undone. */

import type { ReactNode } from "react";
import { send } from "@/lib/api";
import { compact, mos, percent } from "@/lib/format";
import { moment } from "@/lib/time";
import { useView } from "@/lib/view";
import { t } from "@/lib/words";
import { Box } from "@/pages/incident/boxes";
import { type Candidate, ms, type Plan, type Whole } from "@/pages/incident/data";
import { type Deed, WHY } from "@/pages/incidents/do";
import { Button } from "@/parts/button";

const needed = () => ({ ...WHY, label: t("do.why.needed"), least: 3 }); // once texts are known

export const named = (each: Candidate["action"]) => {
  const more = Object.entries(each.parameters)
    .sort()
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  return `${each.kind}:${each.target_kind}/${each.target}${more ? `(${more})` : ""}`;
};

const said = (each: Candidate["action"]) => `${each.kind.replaceAll("_", " ")} ${each.target}`;

/** The plan that matters: what waits for a yes, what helped, the newest cure that did not fail. */
export function leading(plans: Plan[]): Plan | undefined {
  const some = (is: (plan: Plan) => boolean) => plans.find((each) => each.chosen && is(each));
  return (
    some((each) => each.waits) ??
    some((each) => each.outcome?.verdict === "improved") ??
    some((each) => !each.outcome && isCure(each)) ??
    some(() => true) ??
    plans[0]
  );
}

const isCure = (plan: Plan) => !!plan.chosen && !!plan.kinds[plan.chosen.action.kind]?.is_cure;

export function approve(plan: Plan): Deed {
  const what = plan.chosen ? said(plan.chosen.action) : "";
  return {
    title: t("act.approve.go"),
    lead: t("act.approve.lead", { what }),
    fields: [needed()],
    run: (body) => send("POST", `plans/${plan.id}/approval`, body),
    shown: <Facts plan={plan} />,
  };
}

function edit(plan: Plan): Deed {
  const others = plan.candidates.filter(
    (each) => !plan.chosen || named(each.action) !== named(plan.chosen.action),
  );
  const choices = others.map((each): [string, string] => [
    named(each.action),
    `${said(each.action)}: ${percent(each.success)}, ${compact(each.regained_min.mean)} min back`,
  ]);
  return {
    title: t("act.edit"),
    lead: t("act.edit.lead"),
    fields: [
      { name: "action", label: t("act.edit.which"), kind: "choice", choices, least: 1 },
      needed(),
    ],
    run: (body) => send("POST", `plans/${plan.id}/approval`, body),
    go: t("act.approve.go"),
  };
}

function reject(plan: Plan): Deed {
  const what = plan.chosen ? said(plan.chosen.action) : "";
  return {
    title: t("act.reject"),
    lead: t("act.reject.lead", { what }),
    fields: [needed()],
    run: (body) => send("POST", `plans/${plan.id}/rejection`, body),
    look: "alarm",
  };
}

function undo(plan: Plan, task: string): Deed {
  const what = plan.chosen ? said(plan.chosen.action) : "";
  return {
    title: t("act.undo"),
    lead: t("act.undo.lead", { what }),
    fields: [needed()],
    run: (body) => send("POST", `tasks/${task}/undo`, body),
    look: "alarm",
  };
}

export function DoThis(props: { of: Whole; say: (deed: Deed) => void }) {
  const plan = leading(props.of.plans);
  if (!plan?.chosen) {
    return (
      <Box title={t("one.box.do")}>
        <p>{plan?.sentence ?? t("one.none")}</p>
        {plan ? <Refused plan={plan} /> : null}
      </Box>
    );
  }
  const { chosen, task } = plan;
  const canUndo = task && !["undone", "failed", "dry"].includes(task.state) && task.wanted !== "undone";
  return (
    <Box title={t("one.box.do")}>
      <p className="font-semibold">
        {said(chosen.action)}
        {plan.waits ? <span className="text-warn"> ⚑ {t("act.waits")}</span> : null}
      </p>
      <p>
        {t("act.effect.told", {
          mean: compact(chosen.regained_min.mean),
          low: compact(chosen.regained_min.low),
          high: compact(chosen.regained_min.high),
        })}
        , {t("act.sure").toLowerCase()} {percent(chosen.success)}
      </p>
      <Became plan={plan} />
      <div className="flex flex-wrap gap-1">
        {plan.waits ? (
          <>
            <Button look="main" aria-keyshortcuts="y" onClick={() => props.say(approve(plan))}>
              {t("act.approve.go")} <kbd>y</kbd>
            </Button>
            {plan.candidates.length > 1 ? (
              <Button onClick={() => props.say(edit(plan))}>{t("act.edit")}</Button>
            ) : null}
            <Button look="alarm" onClick={() => props.say(reject(plan))}>
              {t("act.reject")}
            </Button>
          </>
        ) : null}
        {canUndo ? (
          <Button look="alarm" onClick={() => props.say(undo(plan, task.id))}>
            {t("act.undo")}
          </Button>
        ) : null}
      </div>
    </Box>
  );
}

function Became(props: { plan: Plan }) {
  const { said: answer, task, outcome, autonomy } = props.plan;
  return (
    <div className="text-soft">
      <p>{t("act.mode", { mode: t(`act.${autonomy}`) })}</p>
      {answer ? (
        <p>
          {t(`act.said.${answer.said}`, { who: answer.who, why: answer.why })}
          {answer.answer ? `. ${t("act.answer", { answer: answer.answer })}` : ""}
        </p>
      ) : null}
      {task ? (
        <p>
          {t("act.task", { id: task.id.slice(0, 8), state: task.state })} {task.said}
        </p>
      ) : null}
      {outcome ? (
        <p className={outcome.verdict === "improved" ? "text-fine" : "text-warn"}>
          {t("act.outcome", {
            verdict: outcome.verdict.replaceAll("_", " "),
            effect: mos(outcome.effect_mos.mean),
            low: mos(outcome.effect_mos.low),
            high: mos(outcome.effect_mos.high),
          })}
        </p>
      ) : null}
    </div>
  );
}

/** All that must be known before a yes. */
export function Facts(props: { plan: Plan }) {
  const { plan } = props;
  const { tz } = useView();
  const { chosen } = plan;
  const kind = chosen ? plan.kinds[chosen.action.kind] : undefined;
  if (!chosen) return <p>{plan.sentence}</p>;
  const { regained_min: gain } = chosen;
  const until = moment(ms(plan.until_ns), tz);
  const reach =
    kind?.blast !== "nobody" && plan.reach === null
      ? t("act.reach.unknown", { target: chosen.action.target })
      : kind?.blast === "element"
      ? t("act.reach.element", { target: chosen.action.target, n: compact(plan.reach) })
      : t(`act.reach.${kind?.blast ?? "scope"}`, { n: compact(plan.reach) });
  const canary = plan.canary?.part ? `, ${t("act.canary", { part: plan.canary.part })}` : "";
  return (
    <div className="grid gap-2">
      <dl className="grid grid-cols-[max-content_1fr] gap-x-3 gap-y-0.5">
        <Fact name={t("act.effect")}>
          {t("act.effect.told", { mean: compact(gain.mean), low: compact(gain.low), high: compact(gain.high) })}
        </Fact>
        <Fact name={t("act.sure")}>{percent(chosen.success)}</Fact>
        <Fact name={t("act.price")}>
          {compact(chosen.cost)} min, {compact(chosen.risk)} min
          {kind?.harm ? ` (${t("act.harm", { share: percent(kind.harm_share), harm: percent(kind.harm) })})` : ""}
        </Fact>
        <Fact name={t("act.reach")}>{reach + canary}</Fact>
        <Fact name={t("act.verify")}>
          {t("act.verify.told", { n: plan.verified_periods, after: kind?.effect_after_min ?? "–" })}
        </Fact>
        <Fact name={t("act.back")}>
          {kind?.inverse ? t("act.back.auto", { how: kind.inverse, moment: until }) : t("act.back.none")}
        </Fact>
        <Fact name={t("act.reasons")}>{chosen.reasons.join("; ")}</Fact>
      </dl>
      <Refused plan={plan} />
    </div>
  );
}

function Fact(props: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-soft">{props.name}</dt>
      <dd>{props.children}</dd>
    </>
  );
}

/** All plans of an incident, the newest first, with what became of each. */
export function Plans(props: { plans: Plan[] }) {
  const shown = props.plans.filter((each) => each.chosen);
  if (shown.length < 2) return null;
  return (
    <div>
      <h3 className="text-soft">{t("act.older")}</h3>
      <ul className="list-disc pl-5">
        {shown.map((each) => (
          <li key={each.id}>
            {each.id} {each.chosen ? said(each.chosen.action) : ""}: {becameOf(each)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function becameOf(plan: Plan): string {
  if (plan.outcome) return plan.outcome.verdict.replaceAll("_", " ");
  if (plan.said?.said === "no") return t("act.said.no", plan.said);
  return plan.task?.state ?? t(`act.${plan.autonomy}`);
}

function Refused(props: { plan: Plan }) {
  if (!props.plan.refused.length) return null;
  return (
    <div>
      <h3 className="text-soft">{t("act.refused")}</h3>
      <ul className="list-disc pl-5">
        {props.plan.refused.map((each) => (
          <li key={named(each.action) + each.guard}>
            {said(each.action)}: {each.reason}
          </li>
        ))}
      </ul>
    </div>
  );
}
