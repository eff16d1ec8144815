"""What is measured because somebody ordered it: cells that report more often, active tests.

Nothing else changes by it: not a use, not another element's noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.errors import UnknownName
from sentio.lab.changes import element_kind
from sentio.lab.evidence.measurements import (
    RADIO_PERIODS,
    Effects,
    Meters,
    is_radio_told,
)
from sentio.lab.evidence.meters import felt_by
from sentio.lab.faults.truth import Distortion
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.physics.loads import Loads
from sentio.model.record import MEASUREMENT

TESTED = ("rtt_ms", "packet_loss_ratio")
"""Indicators of an active test, in the words of those of uses."""
UNITS = ("ms", "ratio")
KINDS = ("link", "gnb", "server")
PACKETS = 100  # of a test in a period, one each 3 s
WAY_MS = {"link": 1.8, "server": 14.0}  # there and back where nothing is wrong
PERIOD_MS = PERIOD_NS // 1_000_000

Collected = Literal["finer", "active_test"]


class Ordered:
    """Reads all meters, and beside them what is ordered."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self._estate = meters.estate
        self._orders: dict[tuple[Collected, str], int] = {}

    def order(self, element: str, granularity_periods: int, what: Collected) -> None:
        """Measure an element each so many periods; raises `UnknownName` where that cannot be."""
        kind = element_kind(self._estate, element)
        if what == "active_test" and kind not in KINDS:
            known = [name for each in KINDS for name in self._estate.names[each]]
            raise UnknownName.among("element to be tested", element, known)
        self._orders[what, element] = max(granularity_periods, 1)

    def revoke(self, element: str, what: Collected | None) -> None:
        """Forget orders of an element."""
        kept = {key for key in self._orders if key[1] != element or what not in {None, key[0]}}
        self._orders = {key: each for key, each in self._orders.items() if key in kept}

    def read(
        self,
        start_ns: int,
        loads: Loads,
        effects: Effects,
        *,
        rain: float,
        distortions: Sequence[Distortion],
    ) -> pa.RecordBatch:
        """Read what is due at the end of a period."""
        meters = self._meters
        usual = meters.read(start_ns, loads, effects, rain=rain, distortions=distortions)
        cells = self._due("finer", start_ns)
        cells = {name: each for name, each in cells.items() if name in self._estate.names["cell"]}
        tests = self._due("active_test", start_ns)
        parts = [usual]
        if cells and is_radio_told(start_ns):
            parts = [_as_often(usual, cells)]
        elif cells:
            read = meters.read_cells(start_ns, loads, effects, rain=rain, distortions=distortions)
            own = read.filter(pc.is_in(read.column("element").cast(pa.string()), _texts(cells)))
            parts.append(_as_often(own, cells))
        if tests:
            parts.append(self._tests(tests, start_ns, loads, effects))
        return parts[0] if len(parts) == 1 else _joined(parts)

    def _due(self, what: Collected, start_ns: int) -> dict[str, int]:
        """Give those ordered whose granularity period ends with this period."""
        number = start_ns // PERIOD_NS
        return {
            element: periods
            for (ordered, element), periods in self._orders.items()
            if ordered == what and (number + 1) % periods == 0
        }

    def _tests(
        self, tests: dict[str, int], start_ns: int, loads: Loads, effects: Effects
    ) -> pa.RecordBatch:
        """Send packets to each: the time that they take there and back, and how many are lost."""
        rng = np.random.default_rng([self._estate.seed, 18, start_ns // PERIOD_NS])
        values = list[float]()
        kinds = [element_kind(self._estate, element) for element in tests]
        felt = {
            kind: felt_by(kind, loads, effects, rng=rng, capacity=np.ones(0)) for kind in WAY_MS
        }
        for element, kind in zip(tests, kinds, strict=True):
            way = "link" if kind == "gnb" else kind  # each gNB has the link of its number
            code = self._estate.code(kind, element)
            state = felt[way]
            late_ms = float(2.0 * state["delay_ms"][code] + state["server_ms"][code])
            lost = min(max(float(state["loss"][code]), 0.0), 1.0)
            values.append((WAY_MS[way] + late_ms) * float(np.exp(0.03 * rng.standard_normal())))
            values.append(float(rng.binomial(PACKETS, 1.0 - (1.0 - lost) ** 2)) / PACKETS)
        rows, each = len(values), len(TESTED)
        columns = {
            "ts": np.full(rows, start_ns + PERIOD_NS),
            "granularity_ms": np.repeat([PERIOD_MS * n for n in tests.values()], each),
            "element": _coded([name for name in tests for _ in TESTED]),
            "element_kind": _coded([kind for kind in kinds for _ in TESTED]),
            "indicator": _coded(list(TESTED) * len(tests)),
            "bin": pa.nulls(rows, pa.int32()),
            "value": np.array(values),
            "unit": _coded(list(UNITS) * len(tests)),
            "quality": np.zeros(rows, dtype=np.uint8),
        }
        return pa.RecordBatch.from_pydict({name: columns[name] for name in MEASUREMENT})


def _as_often(rows: pa.RecordBatch, cells: dict[str, int]) -> pa.RecordBatch:
    """Say of the cells under order how long they measured."""
    element = rows.column("element").cast(pa.string()).to_pylist()
    known = rows.column("granularity_ms").to_pylist()
    told = [
        PERIOD_MS * min(cells.get(name, RADIO_PERIODS), RADIO_PERIODS) if name in cells else usual
        for name, usual in zip(element, known, strict=True)
    ]
    place = rows.schema.get_field_index("granularity_ms")
    return rows.set_column(place, "granularity_ms", pa.array(told, pa.int64()))


def _joined(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    schema = parts[0].schema
    whole = pa.concat_tables([pa.Table.from_batches([each.cast(schema)]) for each in parts])
    return whole.unify_dictionaries().combine_chunks().to_batches()[0]


def _coded(names: Sequence[str]) -> pa.DictionaryArray:
    return pa.array(names, pa.string()).dictionary_encode()


def _texts(names: dict[str, int]) -> pa.StringArray:
    return pa.array(sorted(names), pa.string())
