"""Reports on intents: each target now and in an hour, and the worst of them up the layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sentio.loop.domains.foresight import Foresight
from sentio.loop.domains.readings import Reading
from sentio.model.intent import (
    FORECAST_NS,
    Expectation,
    Handling,
    Intent,
    IntentReport,
    TargetReport,
)

POOLED = 3  # periods whose readings a target is judged by
WORST: tuple[Handling, ...] = ("degraded", "compliant", "received")


@dataclass(slots=True)
class Course:
    """The last readings of a target, and what it is heading to."""

    last: list[list[float]] = field(default_factory=list[list[float]])  # uses, value
    foresight: Foresight = field(default_factory=Foresight)

    def see(self, value: float, uses: int) -> None:
        """Take in a period."""
        self.last = [*self.last, [float(uses), value]][-POOLED:]

    def observed(self, target: Expectation) -> float | None:
        """Give the mean of the last readings by uses, or the newest where that is nearer its limit.

        So nothing counts as missed any more as soon as a reading is good. None where there is none.
        """
        total = sum(uses for uses, _ in self.last)
        if not total:
            return None
        mean = sum(uses * value for uses, value in self.last) / total
        return min((mean, self.last[-1][1]), key=target.shortfall)


@dataclass(slots=True)
class Reporting:
    """Reports on intents, period by period."""

    period_ns: int
    courses: dict[str, Course] = field(default_factory=dict[str, Course])

    def report(
        self, intent: Intent, reading: Reading, at_ns: int, *, why: Sequence[str] = ()
    ) -> IntentReport:
        """Judge an intent by a reading; ``why`` is what is known to be broken on its way.

        What breaks has no trend: meanwhile nothing is foretold.
        """
        targets = tuple(
            self._target(intent.id, each, reading, at_ns, is_broken=bool(why))
            for each in intent.expectations
        )
        missed = [each for each in targets if each.observed_status == "NOT_FULFILLED"]
        ahead = [each for each in targets if each.predicted_status == "NOT_FULFILLED"]
        is_known = any(each.observed_status for each in targets)
        state: Handling = "degraded" if missed else "compliant" if is_known else "received"
        reasons = [_missed(each) for each in missed]
        reasons += [_will_be_missed(each) for each in ahead if each not in missed]
        if missed:
            reasons += why
        return IntentReport(
            intent=intent.id,
            made_ns=at_ns,
            state=state,
            targets=targets,
            reasons=tuple(reasons),
            faults=(intent.domain,) if intent.domain and missed else (),
        )

    def learn(self, intent: Intent, reading: Reading, at_ns: int) -> None:
        """Learn what is usual of an intent's targets, from a period in which nothing is wrong."""
        for each in intent.expectations:
            value = reading.values.get(each.name)
            if value is not None:
                self._course(intent.id, each.name).foresight.learn(value, at_ns)

    def forget(self, known: Iterable[str]) -> None:
        """Drop the courses of intents that are no longer."""
        kept = set(known)
        self.courses = {k: v for k, v in self.courses.items() if k.rpartition("/")[0] in kept}

    def _course(self, intent: str, target: str) -> Course:
        return self.courses.setdefault(f"{intent}/{target}", Course())

    def _target(
        self, intent: str, each: Expectation, reading: Reading, at_ns: int, *, is_broken: bool
    ) -> TargetReport:
        course = self._course(intent, each.name)
        value = reading.values.get(each.name)
        if value is not None:
            course.see(value, reading.uses)
            if not is_broken:
                course.foresight.see(value, at_ns)
        observed = course.observed(each)
        periods = FORECAST_NS // self.period_ns
        ahead = None
        if not is_broken:
            ahead = course.foresight.ahead(at_ns, periods=periods, period_ns=self.period_ns)
        return TargetReport(
            name=each.name,
            unit=each.unit,
            condition=each.condition,
            value=each.value,
            observed=observed,
            observed_status=None if observed is None else each.status(observed),
            predicted=ahead,
            predicted_status=None if ahead is None else each.status(ahead),
        )


def rolled_up(
    own: IntentReport, children: Iterable[IntentReport], titles: Mapping[str, str]
) -> IntentReport:
    """Give a report with what its children tell: where it is missed, whose fault it is.

    The state is its own targets'; where nothing is known of them, the worst of its children.
    """
    told = list(children)
    state: Handling = own.state
    if state == "received" and told:
        state = worst(told)
    blamed = [each for each in told if each.state == "degraded"]
    at_risk = [each for each in told if each.is_at_risk and each not in blamed]
    faults = tuple(dict.fromkeys(name for each in blamed for name in each.faults))
    reasons = [*own.reasons]
    for each in (*blamed, *at_risk):
        name = titles.get(each.intent, each.intent)
        reasons += [f"{name}: {reason}" for reason in each.reasons]
    return IntentReport(
        intent=own.intent,
        made_ns=own.made_ns,
        state=state,
        targets=own.targets,
        reasons=tuple(dict.fromkeys(reasons)),
        faults=faults,
    )


def worst(reports: Iterable[IntentReport]) -> Handling:
    """Give the worst state of some reports."""
    states = {each.state for each in reports}
    for each in WORST:
        if each in states:
            return each
    return "received"


def _missed(each: TargetReport) -> str:
    return f"{each.name} is {_number(each.observed)} {each.unit}, {_limit(each)}"


def _will_be_missed(each: TargetReport) -> str:
    return f"{each.name} will be {_number(each.predicted)} {each.unit} in an hour, {_limit(each)}"


def _limit(each: TargetReport) -> str:
    ask = "at most" if each.condition == "at_most" else "at least"
    return f"{ask} {_number(each.value)} are asked for"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3g}"
