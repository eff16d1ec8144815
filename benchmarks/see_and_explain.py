"""Claim: the platform sees by itself what goes wrong in a city, and says what, where and for whom.

The lab plays an operator: weeks in which awareness learns, then a week with faults (half of them
random combinations) and decoys. Nothing of the truth is known to what sees and explains.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

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
A_DAY = 288
RING_PERIODS = 24
UNTAUGHT_DAYS = 1.0  # at the start, in which nothing is told of the tail


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--things", type=int, default=20_000)
    parser.add_argument("--learn-days", type=float, default=14.0)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--decoys", type=int, default=60)
    parser.add_argument("--budget", type=float, default=SHARE, help="detail over bulk, bytes")
    parser.add_argument("--save", help="keep what was told in this file, to look into")
    given = parser.parse_args()
    began = time.perf_counter()
    run = Run(given)
    told = run.play()
    found = figures(told, run.truth(), period_ns=PERIOD_NS, days=given.days)
    found |= {
        "detail_share": run.budget.detail_share,
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


class Run:
    """One run of the lab before the eyes of the loop."""

    def __init__(self, given) -> None:
        self.given = given
        self.operator = Operator(
            Scale(cells=given.cells, users=given.users, things=given.things),
            seed=given.seed,
            plan=Plan(
                faults=given.faults,
                decoys=given.decoys,
                days=given.learn_days + given.days,
                calm_days=given.learn_days,
            ),
        )
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

    def play(self) -> list[Told]:
        """Learn, then watch; gives all that was told."""
        learn = round(self.given.learn_days * A_DAY)
        for at, period in enumerate(self._periods(learn + round(self.given.days * A_DAY))):
            uses = self._scored(period)
            began = time.perf_counter()
            totals = totals_of_uses(uses)
            bulk = self._keep(period, uses)
            self.budget.earn(bulk)
            self.explaining.learn(period.measurements, period.events)
            self._took("fold", began)
            began = time.perf_counter()
            if at < learn:
                teaches = at >= UNTAUGHT_DAYS * A_DAY
                self.watching.learn(
                    totals.rows, totals.bins, start_ns=period.start_ns, teaches_tail=teaches
                )
            else:
                self.watching.see(totals.rows, totals.bins, start_ns=period.start_ns)
                for one in self.watching.open:
                    self.follow[one.told.id] = one
                    self.explaining.renew(one, self.watching, until_ns=period.end_ns)
            self._took("see", began)
            self._progress(at, learn)
        return [self._told(one) for one in self.follow.values()]

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

    def took(self) -> dict[str, float]:
        """Seconds by what was done."""
        return {f"{name}_s": value for name, value in self.seconds.items()}

    def save(self, path: str, told: list[Told]) -> None:
        """Keep what was told, for looking into."""
        Path(path).write_bytes(pickle.dumps((told, self.truth(), self.explaining)))

    def _periods(self, count: int) -> Iterator[Period]:
        for _ in range(count):
            began = time.perf_counter()
            period = self.operator.step()
            self._took("lab", began)
            yield period

    def _scored(self, period: Period) -> dict[str, pa.Table]:
        began = time.perf_counter()
        scored = {
            service: scored_uses(service, uses, self.topology)
            for service, uses in period.uses.items()
            if uses.num_rows
        }
        self.records += sum(uses.num_rows for uses in period.uses.values())
        self._took("score", began)
        return scored

    def _keep(self, period: Period, uses: dict[str, pa.Table]) -> int:
        bulk = sum(sent_bytes(pa.table(batch)) for batch in period.uses.values())
        self.ring.keep(period.start_ns, period.end_ns, uses.values(), bulk_bytes=bulk)
        return bulk

    def _told(self, one: Following) -> Told:
        subjects = np.array(sorted(one.subjects), dtype=np.int64)
        return Told(degradation=one.told, subjects=subjects, causes=one.causes)

    def _took(self, name: str, began: float) -> None:
        self.seconds[name] += time.perf_counter() - began

    def _progress(self, at: int, learn: int) -> None:
        if at % 72 == 0:
            what = "learning" if at < learn else f"watching, {len(self.follow)} told"
            said = " ".join(f"{k} {v:.0f}" for k, v in self.seconds.items())
            print(
                f"day {at / A_DAY:5.2f} {what}, {self.records:,} records; s: {said}",
                file=sys.stderr,
                flush=True,
            )


if __name__ == "__main__":
    main()
