"""Measurements of all elements over a period, as one batch of the record path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.lab.evidence.meters import METERS, felt_by
from sentio.lab.evidence.topology import CITY
from sentio.lab.faults.effect import Effect
from sentio.lab.faults.truth import Distortion
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.physics.loads import Capacity, Loads
from sentio.lab.uses.batches import coded
from sentio.model.record import MEASUREMENT

RADIO_PERIODS = 3  # radio reports each 15 minutes
RAIN = "rain_mm_h"
SWITCHED_OFF = 0.5  # amount of `asleep` of a cell that still reports, with nothing in it
Effects = Sequence[tuple[Effect, float]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each value stands: the columns that never change, of one set of kinds."""

    kinds: tuple[str, ...]
    element: pa.DictionaryArray
    element_kind: pa.DictionaryArray
    indicator: pa.DictionaryArray
    unit: pa.DictionaryArray
    place: Mapping[tuple[str, str], slice]

    @classmethod
    def of(cls, estate: Estate, kinds: tuple[str, ...]) -> Layout:
        """Lay the meters of some kinds of elements out, and the rain behind them."""
        names = [*dict.fromkeys(name for kind in kinds for name in estate.names[kind]), CITY]
        indicators = [*dict.fromkeys(m.indicator for k in kinds for m in METERS[k]), RAIN]
        units = [*dict.fromkeys(m.unit for k in kinds for m in METERS[k]), "mm/h"]
        place: dict[tuple[str, str], slice] = {}
        codes = list[tuple[IntArray, int, int, int]]()
        known, at = {name: code for code, name in enumerate(names)}, 0
        for number, kind in enumerate(kinds):
            own = np.array([known[name] for name in estate.names[kind]])
            for meter in METERS[kind]:
                place[kind, meter.indicator] = slice(at, at + len(own))
                at += len(own)
                unit = units.index(meter.unit)
                codes.append((own, number, indicators.index(meter.indicator), unit))
        codes.append((np.array([known[CITY]]), len(kinds), len(indicators) - 1, len(units) - 1))
        place[CITY, RAIN] = slice(at, at + 1)
        return cls(
            kinds,
            coded(np.concatenate([own for own, *_ in codes]), pa.array(names)),
            _repeated(codes, 1, [*kinds, CITY]),
            _repeated(codes, 2, indicators),
            _repeated(codes, 3, units),
            place,
        )


class Meters:
    """All meters of an operator, ready to be read each period."""

    def __init__(self, estate: Estate, capacity: Capacity) -> None:
        often = tuple(kind for kind in METERS if kind != "cell")
        self.estate = estate
        self._often = Layout.of(estate, often)
        self._all = Layout.of(estate, tuple(METERS))
        self._cells = Layout.of(estate, ("cell",))
        self._capacity = {kind: np.ones(len(estate.names[kind])) for kind in METERS}
        self._capacity["cell"] = capacity.cell

    def read(
        self,
        start_ns: int,
        loads: Loads,
        effects: Effects,
        *,
        rain: float,
        distortions: Sequence[Distortion] = (),
    ) -> pa.RecordBatch:
        """Read all meters whose granularity period ends with this period."""
        number = start_ns // PERIOD_NS
        layout = self._all if is_radio_told(start_ns) else self._often
        rng = np.random.default_rng([self.estate.seed, 7, number])
        return self._read(layout, start_ns, loads, effects, rng, rain, distortions)

    def read_cells(
        self,
        start_ns: int,
        loads: Loads,
        effects: Effects,
        *,
        rain: float,
        distortions: Sequence[Distortion] = (),
    ) -> pa.RecordBatch:
        """Read all cells, and the rain, whatever period it is; nobody else's noise changes."""
        rng = np.random.default_rng([self.estate.seed, 17, start_ns // PERIOD_NS])
        return self._read(self._cells, start_ns, loads, effects, rng, rain, distortions)

    def _read(
        self,
        layout: Layout,
        start_ns: int,
        loads: Loads,
        effects: Effects,
        rng: np.random.Generator,
        rain: float,
        distortions: Sequence[Distortion],
    ) -> pa.RecordBatch:
        values = np.empty(len(layout.element))
        for kind in layout.kinds:
            felt = felt_by(kind, loads, effects, rng=rng, capacity=self._capacity[kind])
            for meter in METERS[kind]:
                values[layout.place[kind, meter.indicator]] = meter.read(felt)
        values[layout.place[CITY, RAIN]] = rain
        for each in distortions:
            _distort(values, layout, each)
        spoken = np.ones(len(values), dtype=np.bool_)
        if "cell" in layout.kinds:
            _silence(values, spoken, layout, effects)
        return _batch(layout, values, spoken, start_ns + PERIOD_NS)


def is_radio_told(start_ns: int) -> bool:
    """Tell whether cells report at the end of a period without being asked to."""
    return start_ns // PERIOD_NS % RADIO_PERIODS == RADIO_PERIODS - 1


def _batch(layout: Layout, values: FloatArray, spoken: BoolArray, end_ns: int) -> pa.RecordBatch:
    rows = len(values)
    granularity = np.full(rows, PERIOD_NS // 1_000_000)
    if "cell" in layout.kinds:
        for kind, indicator in layout.place:
            if kind == "cell":
                granularity[layout.place[kind, indicator]] *= RADIO_PERIODS
    columns = {
        "ts": pa.array(np.full(rows, end_ns)),
        "granularity_ms": pa.array(granularity),
        "element": layout.element,
        "element_kind": layout.element_kind,
        "indicator": layout.indicator,
        "bin": pa.nulls(rows, pa.int32()),
        "value": pa.array(values),
        "unit": layout.unit,
        "quality": pa.array(np.zeros(rows, dtype=np.uint8)),
    }
    batch = pa.RecordBatch.from_pydict({name: columns[name] for name in MEASUREMENT})
    return batch if spoken.all() else batch.filter(pa.array(spoken))


def _silence(values: FloatArray, spoken: BoolArray, layout: Layout, effects: Effects) -> None:
    """Take out what sleeping cells would tell; those switched off on purpose tell of nothing."""
    for effect, now in effects:
        if effect.quantity != "asleep" or now <= 0.0:
            continue
        for (kind, indicator), place in layout.place.items():
            if kind != "cell":
                continue
            rows = np.array(effect.scope["cell"]) + place.start
            if effect.amount > SWITCHED_OFF:
                spoken[rows] = False
            elif indicator in {"prb_load_ratio", "active_users"}:
                values[rows] = 0.0


def _distort(values: FloatArray, layout: Layout, each: Distortion) -> None:
    """Spoil the values of an indicator: stuck, in other units, or high without any harm."""
    for kind, codes in each.scope.items():
        place = layout.place.get((kind, each.indicator))
        if place is None:
            continue
        rows = np.array(codes) + place.start
        if each.kind in {"stuck", "high"}:
            values[rows] = each.amount
        elif each.kind == "units":
            values[rows] *= each.amount


def _repeated(
    codes: list[tuple[IntArray, int, int, int]], column: int, names: list[str]
) -> pa.DictionaryArray:
    whole = np.concatenate([np.full(len(each[0]), each[column]) for each in codes])
    return coded(whole, pa.array(names))
