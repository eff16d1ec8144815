"""Checks the worked examples of a policy: what it says must come of a case comes of it."""

from __future__ import annotations

from collections.abc import Iterator

from sentio.decision.choosing import Chooser
from sentio.decision.need import HOUR_NS, Need, Situation
from sentio.decision.policy import Example, Policy
from sentio.kernel.errors import DefinitionError
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis, Hypothesis, Impact
from sentio.model.plan import Plan

BEGAN_NS, NOW_NS = 0, HOUR_NS // 4


def check_examples(policy: Policy) -> int:
    """Play all examples of a policy; gives how many there are.

    Raises
    ------
    DefinitionError
        Something else comes of one than it says.
    """
    for example, plan in played(policy):
        if (wrong := _wrong(example, plan)) is not None:
            raise DefinitionError(
                f"the example {example.says!r} ends with {wrong}",
                where=f"policy {policy.name}",
                expected=" ".join(filter(None, (example.then, example.action, example.guard))),
                next_step=plan.sentence,
            )
    return len(policy.examples)


def played(policy: Policy) -> Iterator[tuple[Example, Plan]]:
    """Give what comes of each example."""
    chooser = Chooser(policy=policy)
    for at, example in enumerate(policy.examples):
        yield example, chooser.choose(_need(example), _situation(example), number=f"E{at}")


def _wrong(example: Example, plan: Plan) -> str | None:
    if example.then == "refused":
        guards = {each.guard for each in plan.refused}
        return None if example.guard in guards else ", ".join(sorted(guards)) or "no refusal"
    kind = plan.chosen.action.kind if plan.chosen else "nothing"
    if plan.autonomy != example.then or example.action not in {"", kind}:
        return f"{plan.autonomy} {kind}"
    return None


def _need(example: Example) -> Need:
    scope = example.cause.scope or {example.cause.element_kind: example.cause.element}
    told = Degradation(
        id="E",
        scope=scope,
        services=(),
        began_ns=BEGAN_NS,
        seen_ns=NOW_NS,
        uses=round(example.subjects),
        poor_uses=round(example.subjects / 2),
        mos_usual=4.0,
        mos_seen=2.5,
        nats=100.0,
        per_day=1e-9,
    )
    given = example.cause
    cause = Hypothesis(
        element=given.element,
        element_kind=given.element_kind,
        domain=given.domain,
        scope=scope,
        kind=given.kind,
        probability=given.probability,
    )
    made = Diagnosis(
        degradation="E",
        made_ns=NOW_NS,
        sentence="",
        hypotheses=(cause,),
        abstains=False,
        impact=Impact(users=example.subjects, things=0, uses=example.subjects),
    )
    return Need(
        degradation=told,
        diagnosis=made,
        diagnosis_id="E-0",
        lost_min_per_hour=example.lost_min_per_hour,
        subjects=example.subjects,
        remaining_min=example.remaining_min,
        by_segment=example.by_segment,
    )


def _situation(example: Example) -> Situation:
    return Situation(
        now_ns=NOW_NS,
        all_subjects=example.all_subjects,
        works=example.works,
        reach={example.cause.element: example.subjects},
        is_stopped=example.is_stopped,
    )
