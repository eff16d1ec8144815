"""What was to be expected of single uses: their service's mean, and what their attributes add."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sentio.awareness.series import Place
from sentio.awareness.watch import Watch
from sentio.kernel.arrays import FloatArray, IntArray

EFFECTS = ("cell", "app", "device_model", "segment")
"""Attributes that vary nearly freely of each other; others (gNB, link, UPF) are sums of these."""


def usual_of(watch: Watch, uses: pa.Table) -> tuple[FloatArray, FloatArray]:
    """Give the usual MOS and the variance of each use; NaN for an unknown service."""
    usual, variance = np.full(uses.num_rows, np.nan), np.ones(uses.num_rows)
    service, services = coded(uses, "service")
    for code, name in enumerate(services):
        here = np.flatnonzero(service == code)
        known = watch.usual(name, Place(dimension="all", member="all")) if len(here) else None
        if known is None:
            continue
        usual[here], variance[here] = known[0], max(known[1], 0.01)
        for dimension in EFFECTS:
            if dimension not in uses.column_names:
                continue
            codes, members = coded(uses, dimension)
            effect = np.zeros(len(members) + 1)  # the last is that of no member
            for used in np.unique(codes[here]):
                of = (
                    watch.usual(name, Place(dimension=dimension, member=members[used]))
                    if used >= 0
                    else None
                )
                effect[used] = of[0] - known[0] if of else 0.0
            usual[here] += effect[codes[here]]
    return np.clip(usual, 1.0, 5.0), variance


def coded(uses: pa.Table, name: str) -> tuple[IntArray, list[str]]:
    """Give a column as codes, -1 where it is null, and the names behind them, as text."""
    column = uses.column(name).combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks()
    codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, _texts(column.dictionary)


def _texts(names: pa.Array) -> list[str]:
    return (names if pa.types.is_string(names.type) else names.cast(pa.string())).to_pylist()
