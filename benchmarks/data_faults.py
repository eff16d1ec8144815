"""Claim: what is wrong with the data is told as that, soon, and nothing else is.

The lab plays a small city: days in which the data are learned, then days with its faults and decoys
and with sources that fall silent or err. Faults of the network among them must not be told.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from _report import arguments, report
from sentio.awareness.brought import COLUMNS, MEASURED, QUALITY, Brought
from sentio.lab.faults.plan import Plan
from sentio.lab.operator.scale import Scale
from sentio.lab.simulation import Operator, Period
from sentio.loop.data_faults import DataFaults
from sentio.model.data_fault import DataFault, What
from sentio.model.indicator import indicators
from sentio.model.topology import topology

PERIOD_NS, AN_HOUR, A_DAY = 300_000_000_000, 12, 288
KINDS: dict[str, tuple[What, ...]] = {
    "probe_drops": ("fewer", "silent"),
    "duplicate_batch": ("duplicates",),
    "clock_skew": ("skewed",),
    "stuck_counter": ("constant",),
    "wrong_units": ("factor",),
    "source_silent": ("silent",),
    "source_half": ("fewer",),
    "column_units": ("factor",),
    "column_empty": ("empty",),
}
"""What each kind of fault of the data should be told as; the first five are decoys of the lab."""
NEITHER = ("night_backup",)  # exactly constant, and true: nobody can tell it from a stuck counter
SOURCES = {
    **dict.fromkeys(("camera", "meter", "mobile_robot", "plc", "vehicle"), "things"),
    "cpe": "cpe",
}
"""Which of the operator's systems tells of a service; of all others, the probe does."""
SLACK_NS = 3 * PERIOD_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    kind: str
    element: str
    start_ns: int
    end_ns: int


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", type=int, default=150)
    parser.add_argument("--users", type=int, default=15_000)
    parser.add_argument("--things", type=int, default=3000)
    parser.add_argument("--learn-days", type=float, default=3.0)
    parser.add_argument("--days", type=float, default=2.0)
    parser.add_argument("--faults", type=int, default=16)
    parser.add_argument("--decoys", type=int, default=30)
    given = parser.parse_args()
    began = time.perf_counter()
    run = Run(given)
    run.play()
    report({**run.figures(), "took_s": time.perf_counter() - began}, as_json=given.json)


class Run:
    """One city, and what is told of its data."""

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
        self.faults = DataFaults()
        self.told: dict[str, DataFault] = {}
        self.judged_s: list[float] = []
        self.planted = self._plant()

    def play(self) -> None:
        learn = round(self.given.learn_days * A_DAY)
        for at, brought in enumerate(self._brought(learn + round(self.given.days * A_DAY))):
            began = time.perf_counter()
            changed = self.faults.see(brought, self.topology, only_learns=at < learn)
            self.judged_s.append(time.perf_counter() - began)
            self.told |= {each.id: each for each in changed}

    def truth(self) -> list[Truth]:
        decoys = [
            Truth(kind=f.kind, element=f.element, start_ns=f.start_ns, end_ns=f.end_ns)
            for f in self.operator.truth
            if not f.harmful
        ]
        return [*decoys, *self.planted]

    def figures(self) -> dict[str, object]:
        truth = [each for each in self.truth() if each.kind in KINDS]
        hit: dict[str, list[bool]] = defaultdict(list)
        delays: list[float] = []
        used: set[str] = set()
        for each in truth:
            mine = [one for one in self.told.values() if _fits(one, each)]
            used |= {one.id for one in mine}
            hit[each.kind].append(bool(mine))
            if mine:
                seen_ns = min(one.seen_ns for one in mine)
                delays.append(max(0.0, (seen_ns - each.start_ns) / PERIOD_NS - 1.0))
        neither = {
            one.id
            for one in self.told.values()
            for each in self.truth()
            if each.kind in NEITHER and each.element == one.place and _is_during(one, each)
        }
        false = [one for one in self.told.values() if one.id not in used | neither]
        return {
            "recall": float(np.mean([h for hits in hit.values() for h in hits])),
            "false_per_day": len(false) / self.given.days,
            "delay_periods": float(np.median(delays)) if delays else None,
            "faults_of_data": len(truth),
            "recall_by_kind": {
                kind: f"{sum(hits)} of {len(hits)}" for kind, hits in sorted(hit.items())
            },
            "judged_ms": 1e3 * float(np.median(self.judged_s)),
            "false": [one.sentence for one in false],
        }

    def _plant(self) -> list[Truth]:
        """Choose hours in which records are spoilt on their way, beside the decoys of the lab."""
        rng = np.random.default_rng([self.given.seed, 99])
        first = self.operator.start_ns + round(self.given.learn_days * A_DAY) * PERIOD_NS
        hours = rng.permutation(np.arange(7, round(self.given.days * 24) - 2, 3))
        kinds = ("source_silent", "source_half", "column_units", "column_empty")
        elements = ("things", "probe", "probe", "things")
        return [
            Truth(
                kind=kind,
                element=element,
                start_ns=first + int(hour) * 3_600_000_000_000,
                end_ns=first + (int(hour) + 1) * 3_600_000_000_000,
            )
            for kind, element, hour in zip(kinds, elements, hours, strict=False)
        ]

    def _brought(self, periods: int) -> Iterator[Brought]:
        """Give what periods brought, by the time of the data."""
        waiting: list[pa.Table] = []
        for period in self.operator.run(periods):
            planted = {
                each.kind: each
                for each in self.planted
                if each.start_ns <= period.start_ns < each.end_ns
            }
            quality: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(2))
            columns: list[dict[str, object]] = []
            for service, uses in period.uses.items():
                source = SOURCES.get(service, "probe")
                rows, double = _once(_spoilt(uses, source, planted, period))
                quality[source] += (rows.num_rows + double, double)
                if rows.num_rows:
                    waiting.append(_narrow(rows, source, service, period.start_ns // PERIOD_NS))
                    columns += _columns(rows, source, service)
            whole = pa.concat_tables(waiting, promote_options="default") if waiting else None
            ts = whole.column("ts").to_numpy()
            is_due = ts < period.end_ns
            waiting = [whole.filter(pa.array(~is_due))]
            yield Brought(
                start_ns=period.start_ns,
                end_ns=period.end_ns,
                uses=whole.filter(pa.array(is_due & (ts >= period.start_ns))),
                measured=_measured(period),
                quality=pa.Table.from_pylist(
                    [
                        {
                            "source": s,
                            "rows_read": r,
                            "records": r - d,
                            "rejected": d,
                            "duplicates": d,
                        }
                        for s, (r, d) in quality.items()
                    ],
                    schema=QUALITY,
                ),
                columns=pa.Table.from_pylist(columns, schema=COLUMNS),
            )


def _fits(one: DataFault, each: Truth) -> bool:
    if one.what not in KINDS[each.kind] or not _is_during(one, each):
        return False
    if each.kind == "duplicate_batch":
        return True  # of a row that is refused only the source is known
    return each.element in (one.place, one.source) and (
        one.place != ""
        or each.kind in {"source_silent", "source_half", "column_units", "column_empty"}
    )


def _is_during(one: DataFault, each: Truth) -> bool:
    return one.since_ns < each.end_ns + SLACK_NS and one.seen_ns > each.start_ns


def _spoilt(
    uses: pa.RecordBatch, source: str, planted: dict[str, Truth], period: Period
) -> pa.RecordBatch:
    rng = np.random.default_rng(period.start_ns // PERIOD_NS)
    for kind, each in planted.items():
        if each.element != source:
            continue
        if kind in ("source_silent", "source_half"):
            share = 1.0 if kind == "source_silent" else 0.5
            uses = uses.filter(pa.array(rng.random(uses.num_rows) >= share))
            continue
        end = "_ms" if kind == "column_units" else ""
        full = [n for n in _numbers(uses) if uses.column(n).null_count < uses.num_rows / 4]
        name = next((n for n in full if n.endswith(end)), None)
        if name is not None:
            values = uses.column(name).cast(pa.float64())
            spoilt = (
                pa.compute.multiply(values, 1000.0)
                if kind == "column_units"
                else pa.nulls(len(values), pa.float64())
            )
            uses = uses.set_column(uses.schema.get_field_index(name), name, spoilt)
    return uses


def _once(uses: pa.RecordBatch) -> tuple[pa.RecordBatch, int]:
    """Leave rows that stand twice out, as the record path does, and count them."""
    key = np.stack([uses.column("ts").to_numpy(), uses.column("subject").to_numpy()])
    _, first = np.unique(key, axis=1, return_index=True)
    return uses.take(pa.array(np.sort(first))), uses.num_rows - len(first)


def _narrow(uses: pa.RecordBatch, source: str, service: str, origin: int) -> pa.Table:
    kinds = [n for n in ("cell", "gnb", "link", "upf", "edge", "server") if n in uses.schema.names]
    one = {
        name: pa.DictionaryArray.from_arrays(np.zeros(uses.num_rows, np.int32), pa.array([value]))
        for name, value in (("source", source), ("service", service))
    }
    return pa.table(
        {
            "ts": uses.column("ts"),
            "origin": pa.array(np.full(uses.num_rows, origin)),
            **one,
            **{name: uses.column(name) for name in kinds},
        }
    ).unify_dictionaries()


def _numbers(uses: pa.RecordBatch) -> list[str]:
    return [
        n
        for n in uses.schema.names
        if n in indicators() and pa.types.is_floating(uses.schema.field(n).type)
    ]


def _columns(uses: pa.RecordBatch, source: str, service: str) -> Iterator[dict[str, object]]:
    for name in _numbers(uses):
        values = uses.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
        positive = values[values > 0]
        ln = np.log(positive)
        yield {
            "source": source,
            "service": service,
            "indicator": name,
            "rows": float(len(values)),
            "present": float(np.isfinite(values).sum()),
            "positive": float(len(positive)),
            "log_mean": float(ln.mean()) if len(ln) else 0.0,
            "log_sd": float(ln.std()) if len(ln) else 0.0,
        }


def _measured(period: Period) -> pa.Table:
    rows = pa.table(period.measurements)
    source = pa.repeat("pm", rows.num_rows)
    return pa.table(
        [
            source,
            *(
                rows.column(n).cast(k)
                for n, k in zip(MEASURED.names[1:], MEASURED.types[1:], strict=True)
            ),
        ],
        schema=MEASURED,
    )


if __name__ == "__main__":
    main()
