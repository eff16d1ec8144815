"""Claim: an unsure diagnosis gets better because finer measurements are ordered, and they are few.

The lab plays an operator, as in `see_and_explain.py`; the same days are explained twice, side by
side: with the measurements that the orders brought, and without them. Diagnoses are made when the
loop over a store makes them. Judged are those that came after the first order for a degradation.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from _answered import Answered
from _report import arguments, report
from _see_scoring import Fault, Told, is_right, match
from see_and_explain import PERIOD_NS, Run
from sentio.analysis.measured import Log, Measured
from sentio.lab.evidence.measurements import RADIO_PERIODS
from sentio.lab.evidence.ordered import TESTED
from sentio.lab.simulation import Period
from sentio.loop.explaining import Explaining
from sentio.loop.watching import REVISITS, Following
from sentio.model.diagnosis import Hypothesis

ARMS = ("with", "without")


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", type=int, default=150)
    parser.add_argument("--users", type=int, default=15_000)
    parser.add_argument("--things", type=int, default=3_000)
    parser.add_argument("--faults", type=int, default=20)
    parser.add_argument("--decoys", type=int, default=10)
    parser.add_argument("--learn-days", type=float, default=5.0)
    parser.add_argument("--days", type=float, default=2.0)
    parser.set_defaults(orders=True, budget=0.01)
    given = parser.parse_args()
    began = time.perf_counter()
    run = Paired(given)
    found = figures(run, run.play())
    report({**found, "took_s": time.perf_counter() - began}, as_json=given.json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The causes told of a degradation at one moment, with and without what was ordered."""

    degradation: str
    periods: int  # since it was seen
    is_under_order: bool  # or was before
    causes: tuple[Sequence[Hypothesis], Sequence[Hypothesis]]


class Paired(Run):
    """A run whose causes are worked out twice; nothing else knows of the orders."""

    def __init__(self, given) -> None:
        super().__init__(given)
        self.plain = Explaining(self.topology, Measured(), Log())
        self.pairs: list[Pair] = []
        self._were_open: dict[str, Following] = {}

    def learn(self, period: Period) -> None:
        super().learn(period)
        self.plain.learn(unordered(period), period.events)

    def explain(self, end_ns: int, bulk_bytes: int) -> None:
        """Work causes out when a degradation is new, when it is looked at again, at its end."""
        now = {one.told.id: one for one in self.watching.open}
        for name, one in (self._were_open | now).items():
            if one.periods in (0, *REVISITS) or name not in now:
                self._pair(one, end_ns)
        self._were_open = now
        self.answered.end(self.watching.open, self.topology, end_ns, bulk_bytes)

    def _pair(self, one: Following, end_ns: int) -> None:
        found = list[Sequence[Hypothesis]]()
        for each in (self.plain, self.explaining):
            each.renew(one, self.watching, until_ns=end_ns)
            found.append(one.causes)
        plain, ordered = found
        pair = Pair(
            degradation=one.told.id,
            periods=one.periods,
            is_under_order=one.told.id in self.answered.ordered,
            causes=(ordered, plain),
        )
        self.pairs.append(pair)
        self.answered.note(one, ordered, self.explaining.measured, now_ns=end_ns)


def unordered(period: Period) -> pa.RecordBatch:
    """Leave what would have been measured without any order."""
    rows = period.measurements
    kind, indicator = (
        rows.column(each).cast(pa.string()) for each in ("element_kind", "indicator")
    )
    is_radio_due = period.end_ns // PERIOD_NS % RADIO_PERIODS == 0
    extra = pc.is_in(indicator, pa.array(TESTED))
    if not is_radio_due:
        extra = pc.or_(extra, pc.equal(kind, "cell"))
    return rows.filter(pc.invert(extra))


def figures(run: Paired, told: Sequence[Told]) -> dict[str, object]:
    """Hold every diagnosis after an order against the truth."""
    match(told, run.truth(), period_ns=PERIOD_NS)
    fault_of = {one.degradation.id: one.fault for one in told if one.fault is not None}
    pairs = [each for each in run.pairs if each.degradation in fault_of]
    judged = [each for each in pairs if each.is_under_order]
    last = {each.degradation: each for each in judged}.values()
    bulk = run.budget.bulk_bytes - run.learned_bytes[1]
    answered = run.answered
    return {
        **_agreement(judged, fault_of),
        "diagnoses": len(judged),
        "degradations": len(last),
        "first": _agreement(_first(judged), fault_of),
        "last": _agreement(last, fault_of),
        "all_diagnoses": _agreement(pairs, fault_of) | {"diagnoses": len(pairs)},
        "changed": sum(_is_changed(each) for each in judged),
        "orders": answered.orders,
        "periods_under_order": answered.order_periods,
        "bytes_share": answered.collecting.budget.spent_bytes / max(bulk, 1),
        "rows": [_row(each, fault_of[each.degradation], answered) for each in judged],
    }


def _agreement(pairs: Sequence[Pair], fault_of: dict[str, Fault]) -> dict[str, float]:
    found: dict[str, float] = {}
    for arm, name in enumerate(ARMS):
        p = [_truth(each.causes[arm], fault_of[each.degradation]) for each in pairs]
        first = [_is_first(each.causes[arm], fault_of[each.degradation]) for each in pairs]
        found[f"top1_{name}"] = float(np.mean(first)) if first else 0.0
        found[f"mean_probability_of_truth_{name}"] = float(np.mean(p)) if p else 0.0
    return found


def _first(pairs: Sequence[Pair]) -> list[Pair]:
    return list({each.degradation: each for each in reversed(pairs)}.values())


def _truth(causes: Sequence[Hypothesis], fault: Fault) -> float:
    return sum(each.probability for each in causes if is_right(each, fault))


def _is_first(causes: Sequence[Hypothesis], fault: Fault) -> bool:
    return bool(causes) and is_right(causes[0], fault)


def _is_changed(pair: Pair) -> bool:
    one, other = (each[0] if each else None for each in pair.causes)
    return (one and one.element) != (other and other.element)


def _row(pair: Pair, fault: Fault, answered: Answered) -> dict[str, object]:
    said = {
        name: ", ".join(f"{h.element} {h.probability:.2f}" for h in causes[:3])
        for name, causes in zip(ARMS, pair.causes, strict=True)
    }
    p = [round(_truth(causes, fault), 3) for causes in pair.causes]
    return {
        "degradation": pair.degradation,
        "periods": pair.periods,
        "kind": fault.kind,
        "truth": fault.element,
        "ordered": sorted(answered.ordered[pair.degradation]),
        "probability_of_truth": p,
        **said,
    }


if __name__ == "__main__":
    main()
