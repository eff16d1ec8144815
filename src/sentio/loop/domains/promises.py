"""The promises in force and the intents that they became: shared out, and shared out anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sentio.kernel.errors import RefusedError
from sentio.loop.domains.decompose import (
    Usual,
    budgets_of,
    contradiction,
    decompose,
    resource_targets,
)
from sentio.loop.domains.definition import SlaDefinition
from sentio.loop.domains.usual_takes import UsualTakes
from sentio.model.intent import AutonomousDomain, Intent, IntentReport

RENEWED_PERIODS = 288  # after which budgets follow what became usual


@dataclass(slots=True)
class Promise:
    """One promise, its intents, and what is usual of its path."""

    sla: SlaDefinition
    intents: tuple[Intent, ...]
    usual: UsualTakes = field(default_factory=UsualTakes)
    shared_at: int = 0  # periods that were known then
    is_moved: bool = False  # budgets were moved to a domain that needs more
    refused: str = ""  # why they could not be shared out anew


@dataclass(slots=True)
class Promises:
    """All promises of an operator over its domains; by name."""

    domains: Mapping[str, AutonomousDomain]
    kept: dict[str, Promise] = field(default_factory=dict[str, Promise])

    def add(self, sla: SlaDefinition, *, now_ns: int = 0, until_ns: int | None = None) -> Promise:
        """Take a promise on.

        Raises
        ------
        RefusedError
            It cannot be kept, or not beside those that are kept already.
        """
        made = decompose(sla, self.domains, Usual(), since_ns=now_ns, until_ns=until_ns)
        if clash := contradiction([*self.intents, *made]):
            raise RefusedError(
                "the promise contradicts another one", where=sla.name, expected=clash
            )
        self.kept[sla.name] = Promise(sla=sla, intents=made)
        return self.kept[sla.name]

    def drop(self, name: str) -> bool:
        """Give a promise up; False where there is none."""
        return self.kept.pop(name, None) is not None

    @property
    def intents(self) -> list[Intent]:
        """All intents, the layers of each promise from above."""
        return [each for promise in self.kept.values() for each in promise.intents]

    def path(self, promise: Promise) -> list[AutonomousDomain]:
        """Give the domains of a promise's path."""
        return [self.domains[name] for name in promise.sla.path]

    def renew(self) -> None:
        """Share budgets out by what is usual, as soon as that is known and then once a day."""
        for promise in self.kept.values():
            usual = promise.usual.usual()
            is_due = promise.shared_at == 0 or (
                promise.usual.periods - promise.shared_at >= RENEWED_PERIODS
            )
            if usual is not None and is_due:
                promise.shared_at = promise.usual.periods
                self._share(promise, usual, {})
                promise.is_moved = False

    def rebudget(self, domain: str, reports: Mapping[str, IntentReport]) -> str:
        """Say why no budget can be moved to a domain, empty where one can.

        It can where what customers are promised is kept, and what the domains take now fits.
        """
        for promise in self._of(domain):
            above = [
                reports[each.id]
                for each in promise.intents
                if each.layer == "service" and each.id in reports
            ]
            failing = [each for each in above if each.state == "degraded" or each.is_at_risk]
            if failing:
                return f"{failing[0].intent} is missed itself: no budget is left to move"
            try:
                budgets_of(
                    promise.sla,
                    self.path(promise),
                    promise.usual.usual() or Usual(),
                    floors=_taken(promise, reports),
                )
            except RefusedError as error:
                return f"the others have too little to spare ({error.what})"
        return "" if self._of(domain) else f"nothing is asked of {domain}"

    def reconfigure(self, domain: str, reports: Mapping[str, IntentReport]) -> None:
        """Move budget to a domain from those of its paths that need less than theirs."""
        for promise in self._of(domain):
            usual = promise.usual.usual() or Usual()
            promise.is_moved = self._share(promise, usual, _taken(promise, reports))

    def _share(
        self, promise: Promise, usual: Usual, floors: Mapping[str, Mapping[str, float]]
    ) -> bool:
        try:
            budgets = budgets_of(promise.sla, self.path(promise), usual, floors=floors)
        except RefusedError as error:
            promise.refused = str(error)
            return False
        promise.refused = ""
        promise.intents = tuple(
            replace(each, expectations=resource_targets(budgets, each.domain, promise.sla.scope))
            if each.layer == "resource"
            else each
            for each in promise.intents
        )
        return True

    def _of(self, domain: str) -> list[Promise]:
        return [each for each in self.kept.values() if domain in each.sla.path]


def _taken(promise: Promise, reports: Mapping[str, IntentReport]) -> dict[str, dict[str, float]]:
    """Give the most that each domain takes now or will in an hour, over a promise's services."""
    found: dict[str, dict[str, float]] = {}
    for intent in promise.intents:
        report = reports.get(intent.id)
        if intent.layer != "resource" or report is None:
            continue
        known = found.setdefault(intent.domain, {})
        for each in report.targets:
            values = [v for v in (each.observed, each.predicted) if v is not None]
            if not values:
                continue
            worst = max if each.condition == "at_most" else min
            value = worst(values)
            known[each.name] = worst(known[each.name], value) if each.name in known else value
    return found


def titles(intents: Iterable[Intent]) -> dict[str, str]:
    """Name intents for people: a resource intent by its domain, others by what they are called."""
    return {each.id: each.domain or each.name for each in intents}
