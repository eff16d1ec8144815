"""Claim: the platform sees by itself what goes wrong in a city, and says what, where and for whom.

The lab plays an operator: weeks in which awareness learns, then a week with faults (half of them
random combinations) and decoys. Nothing of the truth is known to what sees and explains.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from _answered import Answered
from _report import arguments, report
from _see_scoring import Fault, Told, figures
from sentio.analysis.measured import Log, Measured
from sentio.awareness.budget import SHARE, Budget
from sentio.awareness.ring import Ring, sent_bytes
from sentio.awareness.totals import totals_of_uses
from sentio.awareness.watch import Watch
from sentio.lab.faults.plan import Plan
from sentio.lab.operator.scale import Scale
from sentio.lab.simulation import Operator, Period
from sentio.loop.explaining import Explaining
from sentio.loop.scored import scored_uses
from sentio.loop.watching import Following, Watching
from sentio.model.topology import topology

PERIOD_NS = 300_000_000_000
A_DAY, AN_HOUR = 288, 12
RING_PERIODS = 24
UNTAUGHT_DAYS = 1.0  # at the start, in which nothing is told of the tail


def main() -> None:
    parser = arguments(__doc__ or "")
    add_run(parser)
    parser.add_argument("--orders", action="store_true", help="answer orders to the collection")
    parser.add_argument("--save", help="keep what was told in this file, to look into")
    given = parser.parse_args()
    began = time.perf_counter()
    run = Run(given)
    told = run.play()
    found = figures(told, run.truth(), period_ns=PERIOD_NS, days=given.days)
    found |= {
        "detail_share": run.budget.detail_share,
        "detail_share_watching": run.detail_share(),
        "diagnosis_s": float(np.max(run.diagnoses_s, initial=0.0)),
        "zooms_refused": run.budget.refused,
        "records": run.records,
        "series": run.watch.book.size,
        "took_s": time.perf_counter() - began,
        **run.took(),
    }
    rows = found.pop("rows")
    report({**found, "rows": rows}, as_json=given.json)
    if given.save:
        run.save(given.save, told)


def add_run(parser: argparse.ArgumentParser) -> None:
    """Let a run be described by arguments."""
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--things", type=int, default=20_000)
    parser.add_argument("--learn-days", type=float, default=14.0)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--decoys", type=int, default=60)
    parser.add_argument("--budget", type=float, default=SHARE, help="detail over bulk, bytes")


def city(given) -> Operator:
    """Make the operator of a run."""
    return Operator(
        Scale(cells=given.cells, users=given.users, things=given.things),
        seed=given.seed,
        plan=Plan(
            faults=given.faults,
            decoys=given.decoys,
            days=given.learn_days + given.days,
            calm_days=given.learn_days,
        ),
    )


class Run:
    """One run of the lab before the eyes of the loop."""

    is_acting = False  # changes what happens next

    def __init__(self, given) -> None:
        self.given = given
        self.learning = round(given.learn_days * A_DAY)
        self.operator = city(given)
        self.topology = topology(*self.operator.topology())
        self.watch = Watch(period_ns=PERIOD_NS, topology=self.topology)
        self.ring = Ring(
            periods=RING_PERIODS,
            seed=given.seed,
            known_above=("gnb", "link", "subject", *self.topology.derived),
        )
        self.budget = Budget(share=given.budget)
        self.watching = Watching(self.watch, self.ring, budget=self.budget)
        self.explaining = Explaining(self.topology, Measured(), Log())
        self.records = 0
        self.seconds: dict[str, float] = defaultdict(float)
        self.follow: dict[str, Following] = {}
        self.diagnoses_s: list[float] = []
        self.learned_bytes = (0, 0)  # fetched and collected, while learning
        self.at = 0  # periods that were played
        orders = getattr(given, "orders", False)
        self.answered = Answered(self.operator, PERIOD_NS) if orders else None

    def play(self) -> list[Told]:
        """Learn, then watch; gives all that was told."""
        self.play_until(self.learning + round(self.given.days * A_DAY))
        return [self._told(one) for one in self.follow.values()]

    def play_until(self, end: int) -> None:
        """Go on to so many periods since the beginning."""
        learn = self.learning
        for at, (period, uses) in enumerate(self._hours(self.at, end), start=self.at):
            self.at = at + 1
            began = time.perf_counter()
            totals = totals_of_uses(uses)
            single = pa.concat_tables(uses.values(), promote_options="default")
            bulk = sum(sent_bytes(pa.table(batch)) for batch in period.uses.values())
            self.budget.earn(bulk)
            self.ring.keep(period.start_ns, period.end_ns, uses.values(), bulk_bytes=bulk)
            self.learn(period)
            self.note(period, uses)
            began = self._took("fold", began)
            if at == learn:
                self.learned_bytes = self.budget.spent_bytes, self.budget.bulk_bytes
            if at < learn:
                teaches = at >= UNTAUGHT_DAYS * A_DAY
                self.watching.learn(
                    totals.rows, totals.bins, single, start_ns=period.start_ns, teaches_tail=teaches
                )
            else:
                self.watching.see(totals.rows, totals.bins, single, start_ns=period.start_ns)
                began = self._took("see", began)
                self.follow |= {one.told.id: one for one in self.watching.open}
                self.explain(period.end_ns, bulk)
            self._took("learn" if at < learn else "explain", began)
            self._progress(at, learn)

    def learn(self, period: Period) -> None:
        """Take in what was measured, and what happened."""
        self.explaining.learn(period.measurements, period.events)

    def note(self, period: Period, uses: dict[str, pa.Table]) -> None:
        """Take in the single uses of a period, each scored."""

    def explain(self, end_ns: int, bulk_bytes: int) -> None:
        """Work the causes of all that is open out, and order what they ask for."""
        for one in self.watching.open:
            asked = time.perf_counter()
            self.explaining.renew(one, self.watching, until_ns=end_ns)
            self.diagnoses_s.append(time.perf_counter() - asked)
            if self.answered:
                self.answered.note(one, one.causes, self.explaining.measured, now_ns=end_ns)
        if self.answered:
            self.answered.end(self.watching.open, self.topology, end_ns, bulk_bytes)

    def truth(self) -> list[Fault]:
        """The lab's truth, as scoring needs it."""
        return [
            Fault(
                name=f.name,
                kind=f.kind,
                scope=dict(f.scope),
                element=f.element,
                domain=f.domain,
                start_ns=f.start_ns,
                end_ns=f.end_ns,
                is_harmful=f.harmful,
                sessions=f.sessions,
                subjects=np.asarray(f.subjects),
                by_period=dict(f.sessions_by_period),
            )
            for f in self.operator.truth
        ]

    def detail_share(self) -> float:
        """Bytes of detail over those of the bulk, since it watches."""
        spent, bulk = self.learned_bytes
        return (self.budget.spent_bytes - spent) / max(self.budget.bulk_bytes - bulk, 1)

    def took(self) -> dict[str, float]:
        """Seconds by what was done."""
        return {f"{name}_s": value for name, value in self.seconds.items()}

    def save(self, path: str, told: list[Told]) -> None:
        """Keep what was told, for looking into."""
        Path(path).write_bytes(pickle.dumps((told, self.truth(), self.explaining.measured)))

    def _hours(self, begin: int, periods: int) -> Iterator[tuple[Period, dict[str, pa.Table]]]:
        """Simulate and score an hour at a time, which is quicker; give its periods one by one."""
        ends = [*range(AN_HOUR, periods, AN_HOUR), periods]
        if self.answered or self.is_acting:  # what is ordered is for the next period
            ends = [*range(AN_HOUR, self.learning, AN_HOUR), *range(self.learning, periods + 1)]
        for first, end in pairwise([begin, *(each for each in ends if begin < each <= periods)]):
            began = time.perf_counter()
            hour = list(self.operator.run(end - first))
            began = self._took("lab", began)
            scored = {
                service: scored_uses(service, uses, self.topology)
                for service, uses in _joined(hour)
            }
            self.records += sum(uses.num_rows for uses in scored.values())
            cut = [(period, _within(scored, period)) for period in hour]
            self._took("score", began)
            yield from cut

    def _told(self, one: Following) -> Told:
        subjects = np.array(sorted(one.subjects), dtype=np.int64)
        return Told(degradation=one.told, subjects=subjects, causes=one.causes)

    def _took(self, name: str, began: float) -> float:
        now = time.perf_counter()
        self.seconds[name] += now - began
        return now

    def _progress(self, at: int, learn: int) -> None:
        if at % 72 == 0:
            what = "learning" if at < learn else f"watching, {len(self.follow)} told"
            said = " ".join(f"{k} {v:.0f}" for k, v in self.seconds.items())
            print(
                f"day {at / A_DAY:5.2f} {what}, {self.records:,} records; s: {said}",
                file=sys.stderr,
                flush=True,
            )


def _joined(hour: list[Period]) -> Iterator[tuple[str, pa.RecordBatch]]:
    services = sorted({service for period in hour for service in period.uses})
    for service in services:
        batches = [p.uses[service] for p in hour if service in p.uses and p.uses[service].num_rows]
        if batches:
            yield service, pa.concat_batches(batches)


def _within(scored: dict[str, pa.Table], period: Period) -> dict[str, pa.Table]:
    found: dict[str, pa.Table] = {}
    for service, uses in scored.items():
        ts = uses.column("ts").to_numpy()
        inside = (ts >= period.start_ns) & (ts < period.end_ns)
        if inside.any():
            found[service] = uses.filter(pa.array(inside))
    return found


if __name__ == "__main__":
    main()
