"""A city of the lab with planned works: what is seen of it, and what is foretold of each work."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import FloatArray
from sentio.lab.faults.works import TITLES, is_harmful
from sentio.lab.operator.rhythm import PERIOD_NS, activity, whereabouts
from sentio.lab.operator.scale import Scale
from sentio.lab.simulation import Operator, Period
from sentio.lab.uses.drawing import AWAY_SHARE, USES_A_DAY
from sentio.loop.care.forecasting import forecast
from sentio.loop.care.past_works import learned
from sentio.loop.care.reach import Ways
from sentio.loop.care.seen import Remembered
from sentio.loop.scored import scored_uses
from sentio.model.calendar import Calendar
from sentio.model.topology import topology
from sentio.model.work import Forecast, Work

AN_HOUR = 12  # periods
HOUR_NS, DAY_NS = AN_HOUR * PERIOD_NS, 288 * PERIOD_NS
KINDS = tuple(TITLES)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A work of the benchmark: what it is called in the truth, and the work as announced."""

    name: str
    work: Work
    is_harmful: bool


class City:
    """The lab's operator with works in its last days, all drawn from the seed.

    An ``operator`` at its beginning is given the works; unless there is one, it is made.
    """

    def __init__(self, given, operator: Operator | None = None) -> None:
        self.given = given
        self.operator = operator or Operator(
            Scale(cells=given.cells, users=given.users, things=given.things), seed=given.seed
        )
        elements, links = self.operator.topology()
        self.topology = topology(elements, links)
        self.ways = Ways.of(self.topology, elements, links)
        days_off = frozenset(self.operator.days_off())
        self.seen = Remembered("cell", Calendar(days_off=days_off))
        self.announced: list[Work] = []
        self.changed: list[tuple[str, int]] = []
        self.records = 0
        self.planned = [self._plan(at) for at in range(given.works)]

    def _plan(self, at: int) -> Planned:
        """Plan a work: one harmful, one harmless in turn, where and when chance will have it."""
        given, estate = self.given, self.operator.estate
        rng = np.random.default_rng([given.seed, 77, at])
        while True:
            kind = KINDS[int(rng.integers(len(KINDS)))]
            code = int(rng.integers(len(estate.names[kind])))
            if is_harmful(estate, kind, code) == (at % 2 == 0):
                break
        lasts = round(rng.uniform(given.shortest_hours, given.longest_hours) * AN_HOUR)
        first = round(given.learn_days * 288)
        begins = int(rng.integers(first, first + round(given.days * 288) - lasts))
        start_ns = self.operator.start_ns
        window_ns = start_ns + begins * PERIOD_NS, start_ns + (begins + lasts) * PERIOD_NS
        element = estate.names[kind][code]
        announced_ns = window_ns[0] - int(rng.integers(24, 72)) * HOUR_NS
        truth = self.operator.plan_work(
            kind, element, window_ns=window_ns, announced_ns=announced_ns
        )
        work = Work(
            id=truth.name,
            element=element,
            element_kind=kind,
            title=TITLES[kind],
            begins_ns=window_ns[0],
            ends_ns=window_ns[1],
            announced_ns=announced_ns,
        )
        return Planned(name=truth.name, work=work, is_harmful=truth.harmful)

    def play(self) -> Iterator[tuple[Planned, Forecast, float]]:
        """Run all days; foretell each work so many hours before it begins, of what is seen then."""
        lead_ns = round(self.given.lead_hours * HOUR_NS)
        waiting = sorted(self.planned, key=lambda each: each.work.begins_ns)
        hours = round((self.given.learn_days + self.given.days) * 24)
        for hour in range(hours):
            now_ns = self.operator.now_ns
            while waiting and waiting[0].work.begins_ns - lead_ns < now_ns + HOUR_NS:
                one = waiting.pop(0)
                began = time.perf_counter()
                yield one, self.foretell(one.work, now_ns), time.perf_counter() - began
            self._take(list(self.operator.run(AN_HOUR)))
            if hour % 24 == 23:
                print(
                    f"day {hour // 24 + 1}, {self.records:,} records", file=sys.stderr, flush=True
                )

    def foretell(self, work: Work, now_ns: int) -> Forecast:
        """Foretell a work from what was seen until now, works that are over included."""
        over = learned(self.announced, self.seen, self.ways, now_ns=now_ns, changes=self.changed)
        return forecast(work, self.seen, self.ways, now_ns=now_ns, learned=over)

    def _take(self, hour: list[Period]) -> None:
        for service in sorted({name for period in hour for name in period.uses}):
            batches = [p.uses[service] for p in hour if service in p.uses]
            self.take(service, scored_uses(service, pa.concat_batches(batches), self.topology))
        for period in hour:
            self.hear(period.events)

    def take(self, service: str, uses: pa.Table) -> None:
        """Take in scored uses of a service."""
        self.seen.take(uses, service)
        self.records += uses.num_rows

    def hear(self, events: pa.RecordBatch) -> None:
        """Take in what is announced, and what is changed."""
        self.announced += works_of(events)
        columns = (events.column(name).to_pylist() for name in ("event_kind", "element", "ts"))
        told = zip(*columns, strict=True)
        self.changed += [(element, ts) for kind, element, ts in told if kind == "change"]

    def works_at(self, now_ns: int) -> frozenset[str]:
        """Name the elements that are announced to be worked on at a moment."""
        return frozenset(
            each.element for each in self.announced if each.begins_ns <= now_ns < each.ends_ns
        )

    def possible(self, work: Work) -> float:
        """Give the greatest Jaccard index to expect of anybody who knows how everybody draws.

        Who uses something is chance even to the lab: this is what is left of it to foretell.
        """
        return _agreement(self._chances(work))

    def _chances(self, work: Work) -> FloatArray:
        estate, ways = self.operator.estate, self.ways
        people = estate.subjects
        behind = ways.below(work.element)
        inside = np.array([name in behind for name in estate.names["cell"]])
        near = inside[estate.places.neighbours].mean(axis=1)
        share = (1.0 - AWAY_SHARE) * inside + AWAY_SHARE * near
        active = np.bincount(people.chances, minlength=people.users) / len(people.chances)
        rate = np.zeros(people.users)
        for ts_ns in range(work.begins_ns, work.ends_ns, PERIOD_NS):
            busy = activity(ts_ns, self.operator.start_ns)
            rate += people.users * USES_A_DAY / 288 * busy * share[whereabouts(estate, ts_ns)]
        things = inside[people.home[people.users :]].astype(float)
        return np.concatenate([-np.expm1(-rate * active), things])


def works_of(events: pa.RecordBatch) -> Iterator[Work]:
    """Read the planned works among the events of a period."""
    for row in events.to_pylist():
        if row["event_kind"] == "planned_work":
            yield Work(
                id=row["event_id"],
                element=row["element"],
                element_kind=row["element_kind"],
                title=row["title"],
                begins_ns=int(json.loads(row["attributes"])["planned_start_ns"]),
                ends_ns=row["end_ts"],
                announced_ns=row["ts"],
            )


def _agreement(chance: FloatArray) -> float:
    common = np.cumsum(np.sort(chance)[::-1])
    return float((common / (np.arange(1, len(common) + 1) + common[-1] - common)).max())
