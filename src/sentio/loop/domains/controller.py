"""All domains together, period by period: what they are asked, how they fare, what is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from sentio.decision.policy import Policy
from sentio.kernel.arrays import BoolArray, FloatArray
from sentio.kernel.errors import UnknownName
from sentio.loop.acting import Told, World
from sentio.loop.domains.cross_loop import CrossLoop, transport_below
from sentio.loop.domains.glance import Glance, Glancing
from sentio.loop.domains.locks import Locks
from sentio.loop.domains.options import Around, Attributes
from sentio.loop.domains.own_loop import HasWayRound, OwnLoop
from sentio.loop.domains.promises import Promise, Promises, titles
from sentio.loop.domains.readings import Reading, read_domain, read_service, stood_in
from sentio.loop.domains.reporting import Reporting, rolled_up, worst
from sentio.loop.domains.stand_ins import StandIns
from sentio.loop.domains.troubles import Trouble, Troubles, of_domain, owners_of
from sentio.loop.looking import Following
from sentio.loop.opened import WithId
from sentio.model.intent import AutonomousDomain, DomainState, Intent, IntentReport, LoopState
from sentio.model.plan import Autonomy
from sentio.model.topology import Topology

Watched = Sequence[tuple[Following, WithId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What is known of the elements: who hangs on whom, their attributes, ways round them."""

    topology: Topology
    attributes: Attributes = field(default=lambda _element: {})
    has_way_round: HasWayRound = field(default=lambda _element: None)


class Domains:
    """Every domain with its loop, the controller above them, and their intents."""

    def __init__(
        self,
        domains: Mapping[str, AutonomousDomain],
        inventory: Inventory,
        world: World,
        *,
        policy: Policy,
        cross_policy: Policy,
        period_ns: int,
    ) -> None:
        self.domains = domains
        self.inventory = inventory
        self.promises = Promises(domains)
        self.glancing = Glancing()
        self.troubles = Troubles()
        self.reporting = Reporting(period_ns)
        self.reports: dict[str, IntentReport] = {}
        self.locks = Locks()
        self.stand_ins = StandIns(self._reconfigure, transport_below(inventory.topology))
        self.loops = {
            each.name: OwnLoop(
                each,
                policy,
                world,
                self.locks,
                period_ns=period_ns,
                has_way_round=inventory.has_way_round,
            )
            for each in domains.values()
        }
        self.cross = CrossLoop(
            cross_policy,
            self.stand_ins,
            world,
            self.locks,
            period_ns=period_ns,
        )

    def set_autonomy(self, name: str, level: Autonomy) -> None:
        """Say how far a domain may go by itself; raises `UnknownName`."""
        if name not in self.loops:
            raise UnknownName.among("domain", name, self.loops)
        self.loops[name].set_autonomy(level)

    def see(
        self,
        uses: pa.Table,
        measurements: pa.RecordBatch | pa.Table,
        events: pa.RecordBatch | pa.Table,
        *,
        start_ns: int,
        end_ns: int,
        gap: FloatArray | None = None,
        watched: Watched = (),
    ) -> list[Told]:
        """End a period: report on all intents, let each domain act, then the controller.

        Gives plans and outcomes: whoever is given them carries out those whose autonomy is *act*,
        and takes back what an outcome says is undone. ``uses`` are scored, with the loss by
        domain. ``gap`` and ``watched`` come from a watch that knows what is usual, and what
        degradations it explained.
        """
        glance = self.glancing.see(
            uses, measurements, events, start_ns=start_ns, end_ns=end_ns, gap=gap
        )
        away = stood_in(glance, self.stand_ins.standing.values())
        spared = _any(away, uses.num_rows)
        dark = self.troubles.see_dark(glance, self.domains, spared)
        self._report(glance, dark, away)
        told = self._act(glance, watched)
        self._learn(glance, healthy=~(spared | _any(dark, uses.num_rows)), dark=dark, away=away)
        return told

    def states(self) -> list[DomainState]:
        """Tell how each domain is."""
        return [self._state(each) for each in self.domains.values()]

    def _report(
        self, glance: Glance, dark: Mapping[str, BoolArray], away: Mapping[str, BoolArray]
    ) -> None:
        found: dict[str, IntentReport] = {}
        for promise in self.promises.kept.values():
            for service in (each for each in promise.intents if each.layer == "service"):
                if service.is_valid(glance.start_ns):
                    found |= self._report_service(promise, service, glance, dark, away)
            self._report_business(promise, found, glance.end_ns)
        self.reports = found
        for domain in self.domains.values():
            intents = [each for each in self.promises.intents if each.domain == domain.name]
            told = [found[each.id] for each in intents if each.id in found]
            which = np.zeros(glance.uses.num_rows, dtype=np.bool_)
            for each in intents:
                scope = each.expectations[0].scope if each.expectations else {}
                which |= glance.within({**scope, "service": each.service})
            self.troubles.see_reports(domain, told, glance, which)
        self.reporting.forget(found)

    def _report_service(
        self,
        promise: Promise,
        service: Intent,
        glance: Glance,
        dark: Mapping[str, BoolArray],
        away: Mapping[str, BoolArray],
    ) -> dict[str, IntentReport]:
        which = self._which(promise, service.service, glance)
        found: dict[str, IntentReport] = {}
        parts: list[Reading] = []
        for intent in (each for each in promise.intents if each.parent == service.id):
            domain = self.domains[intent.domain]
            reading = read_domain(domain, glance, which, dark=dark, away=away)
            parts.append(reading)
            troubles = of_domain(self.troubles.open.values(), domain.name)
            why = [each.reason for each in troubles if each.kind == "dark"]
            found[intent.id] = self.reporting.report(intent, reading, glance.end_ns, why=why)
        reading = read_service(glance, which, parts)
        broken = [each.reason for each in self.troubles.open.values() if each.kind == "dark"]
        own = self.reporting.report(service, reading, glance.end_ns, why=broken)
        found[service.id] = rolled_up(own, found.values(), titles(promise.intents))
        return found

    def _report_business(
        self, promise: Promise, found: dict[str, IntentReport], now_ns: int
    ) -> None:
        business = promise.intents[0]
        below = [
            found[each.id]
            for each in promise.intents
            if each.parent == business.id and each.id in found
        ]
        own = IntentReport(intent=business.id, made_ns=now_ns, state="received")
        told = rolled_up(own, below, titles(promise.intents))
        extra = (promise.refused,) if promise.refused else ()
        found[business.id] = replace(told, state=worst(below), reasons=(*told.reasons, *extra))

    def _which(self, promise: Promise, service: str, glance: Glance) -> BoolArray:
        return glance.within({**promise.sla.scope, "service": service})

    def _act(self, glance: Glance, watched: Watched) -> list[Told]:
        now_ns, told = glance.end_ns, list[Told]()
        owners = owners_of(self.domains)
        for name, loop in self.loops.items():
            loop.view.turn(glance)
            troubles = of_domain(self.troubles.open.values(), name)
            mine = [
                each
                for each in watched
                if _owner(each, owners) == name and not _is_about(each, troubles)
            ]
            told += loop.see(troubles, mine, now_ns=now_ns)
        self.cross.view.turn(glance)
        told += self.cross.end_period(
            self._escalated(now_ns),
            self._around(glance),
            self._rebudget,
            now_ns=now_ns,
        )
        return told

    def _escalated(self, now_ns: int) -> list[tuple[Trouble, str]]:
        """List what is beyond its domain, and nobody stands in for, with the reason."""
        found: list[tuple[Trouble, str]] = []
        for each in self.troubles.open.values():
            if each.element in self.stand_ins.standing:
                continue
            why = self.loops[each.domain].cannot_heal(each, now_ns=now_ns)
            if why:
                found.append((each, why))
        return found

    def _around(self, glance: Glance) -> Around:
        return Around(
            domains=self.domains,
            glance=glance,
            topology=self.inventory.topology,
            learned=self.cross.learned,
            attributes=self.inventory.attributes,
            failing=frozenset(each.domain for each in self.troubles.open.values()),
            standing=self.stand_ins.standing,
        )

    def _rebudget(self, trouble: Trouble) -> str:
        if trouble.kind == "dark":
            return "what is dark needs no budget"
        return self.promises.rebudget(trouble.domain, self.reports)

    def _reconfigure(self, domain: str) -> None:
        self.promises.reconfigure(domain, self.reports)

    def _learn(
        self,
        glance: Glance,
        *,
        healthy: BoolArray,
        dark: Mapping[str, BoolArray],
        away: Mapping[str, BoolArray],
    ) -> None:
        self.glancing.learn(glance, healthy)
        if self.troubles.open or self.stand_ins.standing:
            return
        for promise in self.promises.kept.values():
            whole = np.zeros_like(healthy)
            for service in promise.sla.services:
                whole |= self._which(promise, service, glance)
            path = self.promises.path(promise)
            readings = {
                each.name: read_domain(each, glance, whole, dark=dark, away=away) for each in path
            }
            promise.usual.learn(glance, whole, readings, path)
            for intent in promise.intents:
                if intent.layer == "resource":
                    which = self._which(promise, intent.service, glance)
                    domain = self.domains[intent.domain]
                    reading = read_domain(domain, glance, which, dark=dark, away=away)
                    self.reporting.learn(intent, reading, glance.end_ns)
        self.promises.renew()

    def _state(self, domain: AutonomousDomain) -> DomainState:
        name, loop = domain.name, self.loops[domain.name]
        troubles = of_domain(self.troubles.open.values(), name)
        helping = [each for each in self.stand_ins.standing.values() if each.of == name]
        intents = [each for each in self.promises.intents if each.domain == name]
        reports = [self.reports[each.id] for each in intents if each.id in self.reports]
        return DomainState(
            name=name,
            title=domain.title,
            kind=domain.kind,
            technology=domain.technology,
            autonomy=loop.autonomy,
            loop=self._loop_state(troubles, loop, is_helped=bool(helping)),
            handling=worst(reports),
            intents=tuple(each.id for each in intents),
            supplementary=tuple(each.by for each in helping if each.share < 1.0),
            standby=domain.supplements,
            equivalents=domain.equivalents,
            stand_ins=tuple(helping),
            troubles=tuple(each.reason for each in troubles),
            reasons=tuple(dict.fromkeys(r for each in reports for r in each.reasons)),
        )

    def _loop_state(
        self, troubles: Sequence[Trouble], loop: OwnLoop, *, is_helped: bool
    ) -> LoopState:
        if is_helped:
            return "helped"
        if not troubles:
            return "observing"
        is_beyond = any(loop.cannot_heal(each, now_ns=each.seen_ns) for each in troubles)
        return "failing" if is_beyond else "healing"


def _any(rows: Mapping[str, BoolArray], size: int) -> BoolArray:
    found = np.zeros(size, dtype=np.bool_)
    for each in rows.values():
        found |= each
    return found


def _owner(watched: tuple[Following, WithId], owners: Mapping[str, str]) -> str:
    cause = watched[1][1].cause
    return owners.get(cause.element_kind, "") if cause else ""


def _is_about(watched: tuple[Following, WithId], troubles: Sequence[Trouble]) -> bool:
    """Tell whether what the watch sees is a trouble that is known already."""
    cause = watched[1][1].cause
    return cause is not None and any(each.element == cause.element for each in troubles)
