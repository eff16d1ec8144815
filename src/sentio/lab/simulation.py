"""A simulated operator of a city that runs in periods of 5 minutes: uses, measurements, events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import pyarrow as pa

from sentio.kernel.errors import UnknownName
from sentio.lab.change_book import ChangeBook, returning
from sentio.lab.changes import UNRECORDED, Change, element_kind
from sentio.lab.evidence.customers import customers_of
from sentio.lab.evidence.events import Complaints, Row, event_row, events_of, hash_of
from sentio.lab.evidence.measurements import Meters
from sentio.lab.evidence.ordered import Collected, Ordered
from sentio.lab.evidence.topology import topology_of
from sentio.lab.faults.composite import compose, draw_size
from sentio.lab.faults.effect import CROWD, TAKE_UP, Effect
from sentio.lab.faults.physical import ALL
from sentio.lab.faults.plan import Plan, draw_scope, plan_decoys, plan_faults
from sentio.lab.faults.recipe import cook
from sentio.lab.faults.trial import Trial, hold_trial
from sentio.lab.faults.truth import Fault, Incident, Sign
from sentio.lab.faults.works import draw_work
from sentio.lab.operator.estate import Estate, build_estate
from sentio.lab.operator.rhythm import PERIOD_NS, activity, rain_mm_h, whereabouts
from sentio.lab.operator.scale import Scale
from sentio.lab.physics.loads import Capacity, demand_of, plan_capacity
from sentio.lab.physics.scene import Played, Scene, play, touched_rows
from sentio.lab.tally import Tally
from sentio.lab.uses.batches import batches_of
from sentio.lab.uses.drawing import Fashion, Reporting, draw_uses
from sentio.lab.uses.spoiling import shown_rows

__all__ = ["Change", "Fault", "Operator", "Period", "Plan", "Scale"]

MONDAY_NS = 1_788_739_200_000_000_000  # 2026-09-07 00:00 UTC
TRIES = 40  # of break_now to find a place
TRIED, FELT_AN_HOUR = 8, 120.0  # places to try, and touched uses by day that are enough
Active = list[tuple[Incident, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What the operator's systems tell of 5 minutes.

    Text columns are dictionary-encoded. ``uses`` holds one batch a service; ``measurements`` has
    radio cells in every third period only, unless ordered; ``events`` may be empty.
    """

    start_ns: int
    end_ns: int
    uses: Mapping[str, pa.RecordBatch]
    measurements: pa.RecordBatch
    events: pa.RecordBatch


class Operator:
    """A city's operator at work. All of it, faults included, follows from scale, seed and plan.

    Whatever goes wrong, the same people ask for the same things at the same time: two operators
    that differ in their plan only can be compared use by use (but for crowds and growing apps).
    """

    def __init__(
        self,
        scale: Scale | None = None,
        *,
        seed: int = 1,
        start_ns: int = MONDAY_NS,
        plan: Plan | None = None,
    ) -> None:
        self.estate: Estate = build_estate(scale or Scale(), seed)
        self.capacity: Capacity = plan_capacity(self.estate, np.random.default_rng([seed, 2]))
        self.start_ns = start_ns
        self.now_ns = start_ns
        self.last: tuple[Scene, Played] | None = None
        self._reporting = Reporting.of(self.estate)
        self._meters = Meters(self.estate, self.capacity)
        self._ordered = Ordered(self._meters)
        self._incidents = list[Incident]()
        self.changes = ChangeBook()
        self._told = list[Row]()
        self._complaints = Complaints()
        self._tallies: dict[str, Tally] = {}
        self._trial: Trial | None = None
        if plan and plan.faults:
            self._incidents += plan_faults(self.estate, self.trial, plan, start_ns)
        if plan and plan.decoys:
            self._incidents += plan_decoys(
                self.estate, self.capacity, plan, start_ns, tuple(self._incidents)
            )

    @property
    def trial(self) -> Trial:
        """An ordinary day, on which faults are tried."""
        self._trial = self._trial or hold_trial(self.estate, self.capacity, self.start_ns)
        return self._trial

    @property
    def truth(self) -> tuple[Fault, ...]:
        """All faults and decoys; who felt them, as far as the operator has run."""
        return tuple(self._tallies.get(each.name, Tally()).truth(each) for each in self._incidents)

    def topology(self) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Give all elements and all links."""
        return topology_of(self.estate, self.start_ns)

    def customers(self) -> pa.RecordBatch:
        """Give what the business knows of all subjects."""
        return customers_of(self.estate, self.start_ns)

    def days_off(self) -> tuple[int, ...]:
        """Give the public holidays that a calendar of the city shows, in days since 1970."""
        return tuple(sorted({each.holiday for each in self._incidents if each.holiday >= 0}))

    def run(self, periods: int) -> Iterator[Period]:
        """Advance by so many periods."""
        for _ in range(periods):
            yield self.step()

    def step(self) -> Period:
        """Advance by one period."""
        start_ns, middle_ns = self.now_ns, self.now_ns + PERIOD_NS // 2
        active = [
            (each, now) for each in self._incidents if (now := each.strength(middle_ns)) > 0.0
        ]
        changed = self.changes.effects_at(middle_ns)
        scene = self._scene(start_ns, active)
        effects = [(effect, now) for each, now in active for effect in each.effects] + changed
        played = play(scene, effects)
        self._count(scene, played, active, changed)
        distortions = [each for incident, _ in active for each in incident.distortions]
        rng = np.random.default_rng([self.estate.seed, 11, start_ns // PERIOD_NS])
        measured = _measured(active) + changed
        rain = rain_mm_h(self.estate, middle_ns)
        rows_of, skew_ns = shown_rows(played.path, played.spans, distortions, rng)
        told, self._told = self._told, []
        self.last = (scene, played)
        self.now_ns = start_ns + PERIOD_NS
        return Period(
            start_ns=start_ns,
            end_ns=self.now_ns,
            uses=batches_of(self.estate, scene.draw, played, rows_of, skew_ns),
            measurements=self._ordered.read(
                start_ns, played.loads, measured, rain=rain, distortions=distortions
            ),
            events=events_of(
                self.estate,
                start_ns,
                self._incidents,
                first_ns=self.start_ns,
                complaints=self._complaints,
                applied=told,
            ),
        )

    def effects_at(self, ns: int) -> tuple[list[tuple[Effect, float]], list[tuple[Effect, float]]]:
        """Give what faults do at a moment, and what changes do."""
        faults = [
            (effect, now)
            for each in self._incidents
            if (now := each.strength(ns)) > 0.0
            for effect in each.effects
        ]
        return faults, self.changes.effects_at(ns)

    def apply(self, change: Change) -> str:
        """Change something from the next period on, and give the change's name.

        The faults that it cures end there. Raises `UnknownName` where kind or element is unknown.
        """
        entry = self.changes.apply(self.estate, change, self._incidents, self.now_ns)
        self._incidents = self.changes.present(self._incidents)
        self._tell_changed(entry.change, "")
        return entry.name

    def withdraw(self, name: str) -> bool:
        """Take a change back from the next period on; tells whether there was anything to do.

        What it cured comes back if its time is not over. A restart cannot be taken back. Raises
        `UnknownName` where there never was such a change.
        """
        entry = self.changes.withdraw(name, self.now_ns)
        if entry is None:
            return False
        before, self._incidents = self._incidents, self.changes.present(self._incidents)
        self._tell_changed(entry.change, "undo ")
        for sign in returning(before, self._incidents, self.now_ns):
            event_id = f"alarm-{hash_of(name, self.now_ns):08x}"
            self._told.append(event_row(self.now_ns, sign, event_id))
        return True

    def _tell_changed(self, change: Change, prefix: str) -> None:
        """Tell the record of a change; what is done for a subject or a work has none."""
        if change.kind in UNRECORDED:
            return
        sign = Sign(
            event_kind="change",
            element=change.element,
            element_kind=element_kind(self.estate, change.element),
            title=prefix + change.kind.replace("_", " "),
        )
        event_id = f"change-{hash_of(prefix + change.element, self.now_ns):08x}"
        self._told.append(event_row(self.now_ns, sign, event_id))

    def collect(
        self, element: str, granularity_periods: int = 1, *, what: Collected = "finer"
    ) -> None:
        """Let an element be measured each so many periods from the next one on.

        A cell then reports as often; an ``active_test`` measures delay and loss over a link, over
        that of a gNB, or to a server. Elements other than cells report each period anyway. Raises
        `UnknownName` where there is no such element, or none that can be tested.
        """
        self._ordered.order(element, granularity_periods, what)

    def collect_no_more(self, element: str, *, what: Collected | None = None) -> None:
        """Go back to what is usual of an element: in all, or in one sort; there may be nothing."""
        self._ordered.revoke(element, what)

    def plan_work(
        self, kind: str, element: str, *, window_ns: tuple[int, int], announced_ns: int
    ) -> Fault:
        """Plan a work on an element of a kind, announced before it begins; its truth so far.

        Whether anybody feels it follows from the network (`sentio.lab.faults.works`). Raises
        `UnknownName` for an element that there is none of, or a kind that nobody works on.
        """
        number = len(self._incidents)
        found = draw_work(
            self.estate,
            np.random.default_rng([self.estate.seed, 15, number]),
            kind,
            element,
            window_ns=window_ns,
            announced_ns=announced_ns,
            name=f"work-{number + 1:03d}",
        )
        self._incidents.append(found)
        return Tally().truth(found)

    def break_now(
        self,
        kind: str,
        element: str = "",
        *,
        severity: float = 0.5,
        minutes: float = 60.0,
    ) -> Fault:
        """Start a fault in the next period, on an element if one is named; its truth so far.

        ``kind`` is one of `sentio.lab.faults.physical.ALL` or `composite`. Raises `UnknownName`
        for a kind that is none, and where nobody's use leads to such an element.
        """
        for found in self._candidates(kind, element, severity=severity, minutes=minutes):
            return self._begin(found)
        raise UnknownName.among(f"element that {kind} can hit", element, ())

    def break_where_felt(self, kind: str, *, severity: float = 0.5, minutes: float = 60.0) -> Fault:
        """Start a fault in the next period where it is felt: at the best of a few places tried.

        Raises `UnknownName` for a kind that is none, or that has no place here.
        """
        best, most = None, -1.0
        for found in islice(self._candidates(kind, "", severity=severity, minutes=minutes), TRIED):
            touched = float(self.trial.touched_an_hour(found.effects)[0][1:].mean())
            if touched > most:
                best, most = found, touched
            if most >= FELT_AN_HOUR:
                break
        if best is None:
            raise UnknownName.among(f"element that {kind} can hit", "", ())
        return self._begin(best)

    def _candidates(
        self, kind: str, element: str, *, severity: float, minutes: float
    ) -> Iterator[Incident]:
        """Draw faults of a kind, on an element if one is named, that would start now."""
        rng = np.random.default_rng([self.estate.seed, 12, len(self._incidents)])
        if kind not in (*ALL, "composite"):
            raise UnknownName.among("kind of fault", kind, (*ALL, "composite"))
        for _ in range(TRIES):
            recipe = ALL.get(kind) or compose(rng, draw_size(rng))
            given = {}
            if element:
                blamed = element_kind(self.estate, element)
                if blamed not in recipe.dimensions:
                    continue
                given = {blamed: self.estate.code(blamed, element)}
            codes = draw_scope(self.estate, self.trial, rng, recipe, given=given)
            if codes is not None:
                yield cook(
                    self.estate,
                    recipe,
                    codes,
                    severity=severity,
                    start_ns=self.now_ns,
                    minutes=minutes,
                    name=f"broken-{len(self._incidents) + 1:03d}",
                )

    def _begin(self, found: Incident) -> Fault:
        signs = tuple(replace(each, after_ns=max(each.after_ns, 0)) for each in found.signs)
        self._incidents.append(replace(found, signs=signs))
        return Tally().truth(found)

    def _scene(self, start_ns: int, active: Active) -> Scene:
        rng = np.random.default_rng([self.estate.seed, 5, start_ns // PERIOD_NS])
        holidays = frozenset(each.holiday for each in self._incidents)
        where = whereabouts(self.estate, start_ns, holidays)
        busy = activity(start_ns, self.start_ns, holidays)
        demand = demand_of(self.estate, rng, where=where, active=busy)
        draw = draw_uses(
            self.estate,
            self._reporting,
            rng,
            start_ns,
            where=where,
            active=busy,
            fashion=_fashion(active),
        )
        return Scene(estate=self.estate, capacity=self.capacity, demand=demand, draw=draw)

    def _count(
        self, scene: Scene, played: Played, active: Active, changed: list[tuple[Effect, float]]
    ) -> None:
        """Count who is touched by each fault, with all others there or by itself."""
        rng = np.random.default_rng([self.estate.seed, 13, self.now_ns // PERIOD_NS])
        for incident, now in active:
            if not incident.is_harmful:
                continue
            own = [(effect, now) for effect in incident.effects]
            others = [
                (effect, strength)
                for each, strength in active
                if each is not incident
                for effect in each.effects
            ]
            reached, is_touched = touched_rows(scene, played, own, others, lasting=changed)
            rows = reached[is_touched]
            subject, service = scene.draw.subject[rows], scene.draw.service[rows]
            self._tallies.setdefault(incident.name, Tally()).add(self.now_ns, subject, service)
            is_user = subject < self.estate.subjects.users
            self._complaints.add(rng, self.now_ns, subject[is_user], service[is_user])


def _measured(active: Active) -> list[tuple[Effect, float]]:
    """Give the effects that elements notice: a random combination is nobody's own."""
    return [
        (effect, now)
        for each, now in active
        if each.kind != "composite" or len(each.scope) == 1
        for effect in each.effects
    ]


def _fashion(active: Active) -> Fashion:
    def drawn(quantity: str, dimension: str) -> tuple[tuple[int, float], ...]:
        return tuple(
            (effect.scope[dimension][0], effect.amount * now)
            for each, now in active
            for effect in each.effects
            if effect.quantity == quantity
        )

    return Fashion(crowds=drawn(CROWD, "cell"), taken_up=drawn(TAKE_UP, "app"))
