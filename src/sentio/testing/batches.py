"""Batches to try a service model on: nominal ones, given ones, and random ones with extremes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from sentio.experience.service import Input, Service, Value
from sentio.model.indicator import Indicator, indicator

ARROW_TYPES = {"number": pa.float64(), "text": pa.string(), "list": pa.list_(pa.float64())}
LONGEST_LIST = 6
UNHEARD_OF = "something unheard of"
STAND_IN_BOUND = 1e6  # for indicators that have no bound

Cell = float | str | Sequence[float] | None


def batch_of(rows: Sequence[Mapping[str, Cell]], names: Sequence[str]) -> pa.RecordBatch:
    """Make a batch with the named columns, each of its catalogued shape; absent cells are null."""
    arrays = {
        name: pa.array([row.get(name) for row in rows], type=ARROW_TYPES[indicator(name).shape])
        for name in names
    }
    return (
        pa.RecordBatch.from_pydict(arrays)
        if arrays
        else pa.record_batch({"none": [None] * len(rows)})
    )


def nominal_row(service: Service) -> dict[str, Cell]:
    """Give a row in which nothing is wrong."""
    return {wanted.name: _cell(wanted, wanted.nominal) for wanted in service.inputs}


def random_batch(service: Service, rows: int, *, seed: int) -> pa.RecordBatch:
    """Make rows that may be true: anywhere in the catalogue's ranges, often at the extremes.

    The lists of one row are all equally long, as those of one use are.
    """
    rng = np.random.default_rng(seed)
    made: list[dict[str, Cell]] = []
    for _ in range(rows):
        length = int(rng.integers(0, LONGEST_LIST + 1))
        made.append({wanted.name: _random(wanted, length, rng) for wanted in service.inputs})
    return batch_of(made, [wanted.name for wanted in service.inputs])


def _cell(wanted: Input, value: Value) -> Cell:
    if indicator(wanted.name).shape == "list" and not isinstance(value, tuple):
        return [float(value)]
    return value


def _random(wanted: Input, length: int, rng: np.random.Generator) -> Cell:
    known = indicator(wanted.name)
    if known.shape == "text":
        scope = sorted(wanted.scope) if isinstance(wanted.scope, frozenset) else []
        choices = [str(wanted.nominal), str(wanted.assumed or wanted.nominal), *scope, UNHEARD_OF]
        return str(rng.choice(choices))
    if known.shape == "list":
        return [_number(known, wanted.nominal, rng) for _ in range(length)]
    return _number(known, wanted.nominal, rng)


def _number(known: Indicator, nominal: Value, rng: np.random.Generator) -> float:
    low, high = max(known.low, -STAND_IN_BOUND), min(known.high, STAND_IN_BOUND)
    high = max(high, known.high) if np.isfinite(known.high) else high
    span = high - low
    usual = float(nominal) if isinstance(nominal, float | int) else low
    kinds = (
        low,
        high,
        usual,
        float(rng.uniform(low, high)),
        low + span * float(10.0 ** rng.uniform(-9.0, 0.0)),
        min(max(usual * float(10.0 ** rng.uniform(-1.0, 1.0)), low), high),
    )
    return float(kinds[int(rng.integers(len(kinds)))])
