"""The desk for intents: takes promises in, refuses what cannot be kept, gives reports out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sentio.kernel.clock import Clock
from sentio.kernel.errors import ConfigError, RefusedError, UnknownName
from sentio.loop.domains.catalogue import domains, sla
from sentio.loop.domains.decompose import Usual, contradiction, decompose
from sentio.loop.domains.definition import SlaDefinition
from sentio.loop.domains.tio import intent_body, promise_of, report_body
from sentio.model.intent import DomainState, Intent, IntentReport
from sentio.model.plan import Autonomy
from sentio.store.state.domains import DomainBook, Promised
from sentio.store.state.store import StateStore

Body = dict[str, Any]  # Any: JSON


class IntentDesk:
    """Promises, intents, reports and autonomy over the state, for whoever speaks with people."""

    def __init__(self, state: StateStore, clock: Clock) -> None:
        self._book = DomainBook(state)
        self._state = state
        self._clock = clock

    def take(self, body: Mapping[str, Any], *, who: str) -> list[Intent]:  # Any: JSON
        """Take a promise on: one of the catalogue by its ``name`` alone, or a whole one.

        Raises
        ------
        ConfigError
            A field is missing or out of its range.
        UnknownName
            The catalogue has no promise of that name.
        RefusedError
            It cannot be kept, or not beside those that are kept already.
        """
        wanted = _read(body)
        now_ns = self._clock.now_ns()
        made = decompose(wanted, domains(), Usual(), since_ns=now_ns)
        others = [each for name, each in self._book.intents() if name != wanted.name]
        if clash := contradiction([*others, *made]):
            raise RefusedError(
                "the promise contradicts another one", where=wanted.name, expected=clash
            )
        plain = wanted.model_dump(exclude={"examples"})
        self._book.promise(Promised(name=wanted.name, body=plain, since_ns=now_ns), made)
        self._state.note(who, "promised", purpose=wanted.title, at_ns=now_ns)
        return list(made)

    def drop(self, name: str, *, who: str) -> None:
        """Give a promise up; raises `UnknownName`."""
        if not self._book.forget(name):
            known = [each.name for each in self._book.promises()]
            raise UnknownName.among("promise", name, known)
        self._state.note(who, "gave a promise up", purpose=name, at_ns=self._clock.now_ns())

    def intents(
        self, *, layer: str | None = None, domain: str | None = None
    ) -> list[tuple[str, Intent]]:
        """List intents, each with its promise."""
        return self._book.intents(layer=layer, domain=domain)

    def reports(self, *, intent: str | None = None) -> list[IntentReport]:
        """List the last report of each intent."""
        return self._book.reports(intent=intent)

    def states(self) -> list[DomainState]:
        """List the domains as they were last told; as they are defined before the first telling."""
        told = {each.name: each for each in self._book.states()}
        wished = self._book.autonomy()
        found: list[DomainState] = []
        for each in domains().values():
            known = told.get(each.name) or DomainState(
                name=each.name,
                title=each.title,
                kind=each.kind,
                technology=each.technology,
                autonomy=wished.get(each.name, each.autonomy),
                loop="observing",
                handling="received",
                standby=each.supplements,
                equivalents=each.equivalents,
            )
            found.append(known)
        return found

    def autonomy(self) -> dict[str, Autonomy]:
        """Give how far people let domains go, those whom they said it of."""
        return self._book.autonomy()

    def set_autonomy(self, name: str, level: Autonomy, *, who: str, why: str = "") -> None:
        """Say how far a domain may go by itself, from the next period on; raises `UnknownName`."""
        if name not in domains():
            raise UnknownName.among("domain", name, domains())
        self._book.set_autonomy(name, level)
        said = f"autonomy of domain {name}"
        details = {"level": level, **({"why": why} if why else {})}
        now_ns = self._clock.now_ns()
        self._state.note(who, "set autonomy", purpose=said, at_ns=now_ns, details=details)


class OfferedIntents:
    """The intents as resources of TMF921 v5, with their reports; see `sentio.loop.domains.tio`.

    `take` reads such a resource as a promise. What is offered changes when it is told anew.
    """

    collection = "TMF921/intent"

    def __init__(self, desk: IntentDesk, book: DomainBook) -> None:
        self._desk = desk
        self._book = book

    def revision(self) -> Hashable:
        """Give something cheap that differs as soon as `rows` may give something else."""
        promised = tuple((each.name, each.since_ns) for each in self._book.promises())
        return self._book.newest_ns(), promised

    def rows(self) -> Sequence[Body]:
        """Give all intents, those from above first."""
        reports = {each.intent: each for each in self._desk.reports()}
        found = [each for _, each in self._desk.intents()]
        found.sort(key=lambda each: (LAYERS.index(each.layer), each.id))
        return [intent_body(each, reports.get(each.id)) for each in found]

    def reports(self, intent: str) -> Sequence[Body]:
        """Give the reports of an intent."""
        return [report_body(each) for each in self._desk.reports(intent=intent)]

    def take(self, body: Mapping[str, Any], *, who: str) -> Sequence[Body]:  # Any: JSON
        """Take an intent in; raises as `IntentDesk.take`."""
        return [intent_body(each, None) for each in self._desk.take(promise_of(body), who=who)]


def _read(body: Mapping[str, Any]) -> SlaDefinition:
    if set(body) == {"name"}:
        return sla(str(body["name"]))
    try:
        return SlaDefinition.model_validate(dict(body))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"{'.'.join(map(str, first['loc'])) or 'the promise'} is {first.get('input')!r}",
            where="promise",
            expected=first["msg"],
            next_step="Give the name of a promise of the catalogue, or a whole promise.",
        ) from error


LAYERS = ("business", "service", "resource")
