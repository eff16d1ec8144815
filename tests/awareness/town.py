"""A town whose sources bring uses, measurements and values, period by period, to be spoilt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.awareness.brought import COLUMNS, MEASURED, QUALITY, Brought
from sentio.loop.data_faults import DataFaults
from sentio.model.data_fault import DataFault
from sentio.model.topology import Topology

PERIOD_NS = 300_000_000_000
CELLS, UPFS, USES = 24, 4, 480  # uses of a source in a period
DAYS_OF_LEARNING = 144  # periods: half a day
START_NS = 1_732_147_200_000_000_000
RING = Topology(
    neighbours={
        f"cell-{i}": frozenset({f"cell-{(i + 1) % 24}", f"cell-{(i - 1) % 24}"}) for i in range(24)
    }
)


@dataclass
class Uses:
    """One source's uses of a period."""

    cell: np.ndarray
    ts_ns: np.ndarray
    load_ms: np.ndarray
    upf: np.ndarray

    def where(self, keep: np.ndarray) -> Uses:
        return Uses(*(each[keep] for each in (self.cell, self.ts_ns, self.load_ms, self.upf)))


Spoil = Callable[[str, Uses, np.random.Generator], Uses]
Read = Callable[[np.ndarray], np.ndarray]


class Town:
    """Two probes that see the same cells, and a system that tells of the load of each cell."""

    def __init__(self, *, measures: bool = False) -> None:
        self.rng = np.random.default_rng(11)
        self.faults = DataFaults()
        self.period = 0
        self.measures = measures
        self.learn()

    def learn(self) -> None:
        for _ in range(DAYS_OF_LEARNING):
            self.faults.see(self.brought(), RING, only_learns=True)

    def run(self, periods: int, **spoilt: object) -> list[DataFault]:
        """Go on for some periods; gives the faults that began or ended."""
        return [
            each for _ in range(periods) for each in self.faults.see(self.brought(**spoilt), RING)
        ]

    def brought(
        self,
        *,
        spoil: Spoil = lambda _source, uses, _rng: uses,
        activity: float = 1.0,
        duplicates: float = 0.0,
        delays: Read = lambda values: values,
    ) -> Brought:
        start_ns = START_NS + self.period * PERIOD_NS
        tables, columns, quality = [], [], []
        loads = np.full(CELLS, activity)
        for number, source in enumerate(("probe-a", "probe-b")):
            uses = spoil(source, self._drawn(activity, start_ns), self.rng)
            tables.append(_table(uses, source, 2 * self.period + number))
            columns.append(_values(uses, source))
            read = len(uses.cell) / (1.0 - duplicates)
            quality.append({"source": source, "rows_read": read, "duplicates": read * duplicates})
        self.period += 1
        return Brought(
            start_ns=start_ns,
            end_ns=start_ns + PERIOD_NS,
            uses=pa.concat_tables(tables).unify_dictionaries(),
            measured=self._measured(loads, delays, start_ns + PERIOD_NS),
            quality=pa.Table.from_pylist(
                [{**each, "rejected": each["duplicates"]} for each in quality], schema=QUALITY
            ),
            columns=pa.Table.from_pylist(columns, schema=COLUMNS),
        )

    def _drawn(self, activity: float, start_ns: int) -> Uses:
        n = self.rng.poisson(USES * activity)
        return Uses(
            self.rng.integers(0, CELLS, n),
            start_ns + self.rng.integers(0, PERIOD_NS, n),
            np.exp(self.rng.normal(7.3, 0.4, n)),
            self.rng.integers(0, UPFS, n),
        )

    def _measured(self, loads: np.ndarray, delays: Read, ts_ns: int) -> pa.Table:
        load = 0.4 * loads * np.exp(self.rng.normal(0.0, 0.03, CELLS))
        delay = delays(0.8 * np.exp(self.rng.normal(0.0, 0.06, CELLS)))
        rows = [("prb_load_ratio", f"cell-{i}", v) for i, v in enumerate(load)] * self.measures
        rows += [("delay_ms", f"link-{i}", v) for i, v in enumerate(delay)]
        return pa.Table.from_pylist(
            [
                {"source": "pm", "ts": ts_ns, "element": e, "indicator": i, "value": v}
                for i, e, v in rows
            ],
            schema=MEASURED,
        )


def _table(uses: Uses, source: str, origin: int) -> pa.Table:
    n = len(uses.cell)
    return pa.table(
        {
            "ts": pa.array(uses.ts_ns),
            "origin": pa.array(np.full(n, origin)),
            "source": _coded(np.zeros(n), [source]),
            "service": _coded(np.zeros(n), ["web"]),
            "cell": _coded(uses.cell, [f"cell-{i}" for i in range(CELLS)]),
            "upf": _coded(uses.upf, [f"upf-{i}" for i in range(UPFS)]),
        }
    )


def _coded(codes: np.ndarray, names: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(names))


def _values(uses: Uses, source: str) -> dict[str, object]:
    ln = np.log(uses.load_ms[np.isfinite(uses.load_ms)])
    return {
        "source": source,
        "service": "web",
        "indicator": "page_load_ms",
        "rows": float(len(uses.cell)),
        "present": float(len(ln)),
        "positive": float(len(ln)),
        "log_mean": float(ln.mean()) if len(ln) else 0.0,
        "log_sd": float(ln.std()) if len(ln) else 0.0,
    }
