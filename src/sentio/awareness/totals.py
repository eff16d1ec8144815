"""A period's totals for the watch: added up from scored uses, or taken from rows of the cube."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.awareness.usual import coded
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.model.domain import DIMENSIONS

BINS = 40
BIN_COLUMNS = tuple(f"mos_bin_{i:02d}" for i in range(BINS))
SUMS = ("n", "total", "total_sq")
KEY = ("service", "dimension", "member")


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums of MOS by service, dimension and member, and the MOS histogram of each service.

    ``rows`` has the columns ``service``, ``dimension``, ``member``, ``n``, ``total``, ``total_sq``.
    """

    rows: pa.Table
    bins: Mapping[str, FloatArray]


def totals_of_uses(by_service: Mapping[str, pa.Table]) -> Totals:
    """Add up scored uses: tables with a column ``mos`` and the dimensions as dictionaries."""
    bins: dict[str, FloatArray] = {}
    parts: list[_Margin] = []
    for service, uses in by_service.items():
        mos = uses.column("mos").to_numpy().astype(np.float64)
        is_scored = np.isfinite(mos)
        if not is_scored.any():
            continue
        bins[service] = histogram(mos[is_scored])
        parts += _margins(service, uses, mos, is_scored)
    return Totals(rows=_rows(parts), bins=bins)


def totals_of_cube(cube: pa.Table) -> Totals:
    """Add up rows of the cube of whatever steps, of one period."""
    sums = [("n", "sum"), ("mos_sum_e4", "sum"), ("mos_sumsq_e8", "sum")]
    rows = cube.group_by(list(KEY), use_threads=False).aggregate(sums)
    everything = cube.filter(pc.equal(cube.column("dimension"), "all"))
    found = everything.group_by(["service"], use_threads=False).aggregate(
        [(name, "sum") for name in BIN_COLUMNS]
    )
    names = found.column("service").to_pylist()
    counts = np.array([found.column(f"{name}_sum").to_numpy() for name in BIN_COLUMNS])
    return Totals(
        rows=pa.table(
            {
                **{name: rows.column(name).cast(pa.string()) for name in KEY},
                "n": rows.column("n_sum").cast(pa.float64()),
                "total": pa.array(rows.column("mos_sum_e4_sum").to_numpy() / 1e4),
                "total_sq": pa.array(rows.column("mos_sumsq_e8_sum").to_numpy() / 1e8),
            }
        ),
        bins={name: counts[:, i].astype(np.float64) for i, name in enumerate(names)},
    )


@dataclass(frozen=True, slots=True)
class _Margin:
    service: str
    dimension: str
    members: list[str]
    sums: FloatArray  # n, total, total_sq; shape (3, members)


def _margins(
    service: str, uses: pa.Table, mos: FloatArray, is_scored: BoolArray
) -> Iterator[_Margin]:
    everything = np.zeros(len(mos), dtype=np.int64)
    columns = {name: coded(uses, name) for name in DIMENSIONS if name in uses.column_names}
    for dimension, (codes, members) in {"all": (everything, ["all"]), **columns}.items():
        here = is_scored & (codes >= 0)
        if not here.any():
            continue
        code, value = codes[here], mos[here]
        n = np.bincount(code, minlength=len(members))
        used = np.flatnonzero(n)
        total = np.bincount(code, value, len(members))
        total_sq = np.bincount(code, value * value, len(members))
        yield _Margin(
            service=service,
            dimension=dimension,
            members=[members[i] for i in used.tolist()],
            sums=np.stack([n, total, total_sq])[:, used].astype(np.float64),
        )


def _rows(parts: list[_Margin]) -> pa.Table:
    counts = [len(part.members) for part in parts]
    sums = np.concatenate([part.sums for part in parts] or [np.zeros((3, 0))], axis=1)
    service, dimension = (
        pa.array(np.repeat(np.array([getattr(part, name) for part in parts], dtype=object), counts))
        for name in ("service", "dimension")
    )
    return pa.table(
        {
            "service": service.cast(pa.string()),
            "dimension": dimension.cast(pa.string()),
            "member": pa.array([m for part in parts for m in part.members], pa.string()),
            **{name: pa.array(each) for name, each in zip(SUMS, sums, strict=True)},
        }
    )


def histogram(mos: FloatArray) -> FloatArray:
    """Count scores in `BINS` bins of a tenth, shape (bins,)."""
    return np.bincount(mos_bins(mos), minlength=BINS).astype(np.float64)


def mos_bins(mos: FloatArray) -> IntArray:
    """Give the bin of each score."""
    return np.clip(((mos - 1.0) * 10.0).astype(np.int64), 0, BINS - 1)
