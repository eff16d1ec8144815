"""Uses as arrays, numbered by subject and service, and exact percentiles of each group."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentio.experience.columns import FloatArray, IntArray

PER_MS = 1000.0  # weights are added up in whole microseconds, so that no sum is rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """One entry for each use, and one for each group: a subject's uses of one service.

    Attributes
    ----------
    group
        Number of each use's group, shape (uses,).
    subject, service
        Subject and number of the service of each group, in order of both, shape (groups,).
    services
        Names of the services, in order.
    mos, success, retained, confidence
        As reported, NaN where not, shape (uses,).
    meant_ms
        How long the use was, or an average use of the service where it failed or nobody knows.
    """

    group: IntArray
    subject: npt.NDArray[np.uint64]
    service: IntArray
    services: tuple[str, ...]
    mos: FloatArray
    meant_ms: FloatArray
    success: FloatArray
    retained: FloatArray
    confidence: FloatArray


def read_uses(table: pa.Table) -> Uses:
    """Take the columns out of a table of uses and give each group its number.

    Rows without subject or service belong to nobody and are left out.
    """
    if table["subject"].null_count or table["service"].null_count:
        table = table.filter(pc.and_(pc.is_valid(table["subject"]), pc.is_valid(table["service"])))
    subjects, person = distinct(table["subject"])
    services, used = distinct(table["service"])
    width = max(len(services), 1)
    cell, group = _numbered(person * width + used, len(subjects) * width)
    success = numbers(table, "is_success")
    return Uses(
        group=group,
        subject=subjects.to_numpy()[cell // width],
        service=cell % width,
        services=tuple(services.to_pylist()),
        mos=numbers(table, "mos"),
        meant_ms=_meant_ms(numbers(table, "duration_ms"), success, used, len(services)),
        success=success,
        retained=numbers(table, "is_retained"),
        confidence=np.nan_to_num(numbers(table, "confidence", otherwise=1.0)),
    )


def within(table: pa.Table, since_ns: int | None, until_ns: int | None) -> pa.Table:
    """Keep the rows whose ``ts`` is in the window, its end left out."""
    if since_ns is not None:
        table = table.filter(pc.greater_equal(table["ts"], since_ns))
    if until_ns is not None:
        table = table.filter(pc.less(table["ts"], until_ns))
    return table


def weighted_percentile(
    group: IntArray, value: FloatArray, weight_ms: FloatArray, *, groups: int, share: float
) -> FloatArray:
    """Least value such that the values up to it hold ``share`` of their group's weight.

    Exact: no histogram, and weights add up as whole microseconds.

    Parameters
    ----------
    group
        Number of each row's group, in [0, groups), shape (rows,).
    weight_ms
        Above 0, shape (rows,).

    Returns
    -------
    percentile
        Shape (groups,); NaN for a group without rows.

    Examples
    --------
    >>> minutes = np.array([1.0, 2.0, 17.0]) * 60_000.0
    >>> of = weighted_percentile(
    ...     np.zeros(3, dtype=np.int64), np.array([1.0, 3.0, 4.0]), minutes, groups=1, share=0.1
    ... )
    >>> of.tolist()  # one bad minute of twenty is not yet a tenth, three are
    [3.0]
    """
    counts = np.bincount(group, minlength=groups)
    found = np.full(groups, np.nan)
    is_there = counts > 0
    order = _by_group(np.argsort(value), group, counts)
    parts = np.maximum(np.rint(weight_ms[order] * PER_MS), 1.0).astype(np.int64)
    reached = np.cumsum(parts)
    last = (np.cumsum(counts) - 1)[is_there]
    before = np.concatenate([[0], reached[last][:-1]]) if len(last) else last
    needed = np.ceil((reached[last] - before) * share * (1.0 - 1e-12)).astype(np.int64)
    place = np.searchsorted(reached, before + np.maximum(needed, 1))
    found[is_there] = value[order[place]]
    return found


def distinct(column: pa.ChunkedArray) -> tuple[pa.Array, IntArray]:
    """Give the distinct values in order, and the number of each row's value among them."""
    coded = pc.dictionary_encode(column).combine_chunks()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    order = pc.sort_indices(coded.dictionary)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    return coded.dictionary.take(order), rank[coded.indices.to_numpy(zero_copy_only=False)]


def numbers(table: pa.Table, name: str, *, otherwise: float = np.nan) -> FloatArray:
    """Take a column out as numbers, null as NaN; all ``otherwise`` where there is none."""
    if name not in table.column_names:
        return np.full(table.num_rows, otherwise)
    return np.asarray(table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)


def or_null(values: FloatArray) -> pa.Array:
    """Make an Arrow column in which NaN is null."""
    return pa.array(values, from_pandas=True)


def total_of(group: IntArray, values: FloatArray, groups: int) -> FloatArray:
    """Add up the values of each group, shape (groups,)."""
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64)


def _numbered(code: IntArray, codes: int) -> tuple[IntArray, IntArray]:
    """Give the codes that occur, in order, and the number of each row's code among them."""
    occurs = np.zeros(codes, dtype=np.bool_)
    occurs[code] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[code]


@numba.njit(cache=True)
def _by_group(order: IntArray, group: IntArray, counts: IntArray) -> IntArray:
    """Sort by group what is in order of value, and keep that order within (counting sort)."""
    place = np.cumsum(counts) - counts
    grouped = np.empty_like(order)
    for row in order:
        grouped[place[group[row]]] = row
        place[group[row]] += 1
    return grouped


def _meant_ms(
    duration_ms: FloatArray, success: FloatArray, service: IntArray, services: int
) -> FloatArray:
    """Length of each use; that of an average one where it is not known, or the use failed."""
    known = duration_ms > 0.0
    count = np.bincount(service[known], minlength=services)
    usual = total_of(service[known], duration_ms[known], services) / np.maximum(count, 1)
    usual = np.where(count > 0, usual, 1.0)[service]
    meant = np.where(known, duration_ms, usual)
    return np.where(success == 0.0, np.maximum(meant, usual), meant)
