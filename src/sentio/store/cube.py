"""The cube: mergeable totals per time, service and element, folded from scored batches.

Every total is a whole number (MOS in units of 1e-4) and every sketch merges by OR, so that folding
is exactly associative and commutative: edges, workers, late data and repeats of a merge give the
same cube to the last bit, on every engine. Rows of the same key add up; nobody ever updates one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.model.domain import DOMAINS
from sentio.store.sketch import LEVELS

MINUTE_NS = 60_000_000_000
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS
BINS = 40  # of 0.1 MOS over [1, 5]
SCALE = 10_000  # MOS and its losses are counted in 1e-4

KEY = ("ts", "service", "dimension", "member")
TOTALS = (
    "n",
    "unscored",
    "poor",
    "grounded",
    "mos_sum_e4",
    "mos_sumsq_e8",
    "confidence_sum_e4",
    *(f"loss_{domain}_e4" for domain in DOMAINS),
)
MOS_BINS = tuple(f"mos_bin_{i:02d}" for i in range(BINS))
SUBJECTS = tuple(f"subjects_{i:02d}" for i in range(LEVELS))
POOR_SUBJECTS = tuple(f"poor_subjects_{i:02d}" for i in range(LEVELS))

SCHEMA = pa.schema(
    [
        ("ts", pa.int64()),
        *((name, pa.string()) for name in KEY[1:]),
        *((name, pa.int64()) for name in (*TOTALS, *MOS_BINS, *SUBJECTS, *POOR_SUBJECTS)),
    ]
)
"""``n`` counts scored uses, ``unscored`` those without a score; ``mos_bin_i`` counts MOS in
[1 + i/10, 1 + (i+1)/10), the last bin closed; ``subjects_*`` and ``poor_subjects_*`` are sketches
of everyone, and of everyone who had a poor use."""

CUBES = {"cube_minute": MINUTE_NS, "cube_hour": HOUR_NS, "cube_day": DAY_NS}
"""The same totals in steps of three lengths, the shortest first, so that long spans read little."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A batch ready to fold; arrays of shape (rows,), ``loss`` of shape (domains, rows).

    ``members`` gives, per dimension, a code into the names beside it, -1 where there is none.
    ``mos`` is NaN where there is no score.
    """

    ts: Ints
    subject: Ints
    mos: npt.NDArray[np.float64]
    confidence: npt.NDArray[np.float64]
    grounded: npt.NDArray[np.bool_]
    loss: npt.NDArray[np.float64]
    members: Mapping[str, tuple[npt.NDArray[np.int32], list[str]]]
    poor_below: float

    def where(self, rows: npt.NDArray[np.bool_]) -> Scored:
        """Give the same batch with some rows only."""
        return Scored(
            ts=self.ts[rows],
            subject=self.subject[rows],
            mos=self.mos[rows],
            confidence=self.confidence[rows],
            grounded=self.grounded[rows],
            loss=self.loss[:, rows],
            members={name: (code[rows], names) for name, (code, names) in self.members.items()},
            poor_below=self.poor_below,
        )


class Fold:
    """Adds scored batches of one service up, minute by minute, until `cubes` is taken."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._codes: dict[str, dict[str, int]] = {}  # by dimension and member
        self._names: list[tuple[str, str]] = []  # the dimension and member behind each code
        self._sums = _Sums(MINUTE_NS)

    @property
    def rows(self) -> int:
        """How many rows of minutes there are so far; each takes about 750 bytes."""
        return self._sums.rows

    def add(self, batch: Scored) -> None:
        """Add a batch to all its dimensions."""
        if not len(batch.ts):
            return
        row_totals, row_bin = _row_totals(batch)
        minute = batch.ts // MINUTE_NS
        for dimension, (codes, names) in {**batch.members, "all": _everything(batch)}.items():
            lookup = self._lookup(dimension, names)
            member = lookup[codes]  # code -1 takes the last entry, -1
            self._sums.add(minute, member, row_totals, row_bin, batch.subject)

    def cubes(self) -> dict[str, pa.RecordBatch]:
        """Give the cube rows of each step, of `SCHEMA`."""
        sums, rows = self._sums, {}
        for cube, step_ns in CUBES.items():
            sums = sums if step_ns == MINUTE_NS else sums.coarser(step_ns)
            rows[cube] = self._batch(sums)
        return rows

    def _lookup(self, dimension: str, names: list[str]) -> Ints:
        known = self._codes.setdefault(dimension, {})
        found = list(map(known.get, names))
        if None in found:
            for name in names:
                if name not in known:
                    known[name] = len(self._names)
                    self._names.append((dimension, name))
            found = list(map(known.get, names))
        return np.array([*found, -1], dtype=np.int64)

    def _batch(self, sums: _Sums) -> pa.RecordBatch:
        rows = sums.rows
        keys = sums.keys[:rows]
        dimensions, members = zip(*self._names, strict=True) if self._names else ((), ())
        code = pa.array(keys & 0xFFFFFFFF)
        blocks = (sums.totals, sums.bins, sums.bitmaps)
        numbers = (np.ascontiguousarray(column) for block in blocks for column in block[:rows].T)
        columns = [
            pa.array((keys >> 32) * sums.step_ns),
            pa.array([self._service] * rows, pa.string()),
            pa.array(dimensions, pa.string()).take(code),
            pa.array(members, pa.string()).take(code),
            *map(pa.array, numbers),
        ]
        return pa.record_batch(columns, schema=SCHEMA)


class _Sums:
    """Rows of totals, found by (time step, member code) through an open-addressing table."""

    def __init__(self, step_ns: int) -> None:
        self.step_ns = step_ns
        self.rows = 0
        self.keys = np.empty(1024, dtype=np.int64)
        self.totals = np.zeros((1024, len(TOTALS)), dtype=np.int64)
        self.bins = np.zeros((1024, BINS), dtype=np.int64)
        self.bitmaps = np.zeros((1024, 2 * LEVELS), dtype=np.int64)
        self._table = np.full(4096, -1, dtype=np.int64)

    def add(self, step: Ints, member: Ints, totals: Ints, row_bin: Ints, subject: Ints) -> None:
        slots = self._slots(np.where(member < 0, -1, (step << 32) | member))
        _accumulate(slots, totals, row_bin, subject, self.totals, self.bins, self.bitmaps)

    def coarser(self, step_ns: int) -> _Sums:
        """Give the same sums in longer steps."""
        longer = _Sums(step_ns)
        keys = self.keys[: self.rows]
        step = (keys >> 32) * self.step_ns // step_ns
        slots = longer._slots((step << 32) | (keys & 0xFFFFFFFF))
        np.add.at(longer.totals, slots, self.totals[: self.rows])
        np.add.at(longer.bins, slots, self.bins[: self.rows])
        np.bitwise_or.at(longer.bitmaps, slots, self.bitmaps[: self.rows])
        return longer

    def _slots(self, keys: Ints) -> Ints:
        while len(self._table) < 2 * (self.rows + len(keys)):
            self._table = np.full(2 * len(self._table), -1, dtype=np.int64)
            _rehash(self.keys, self.rows, self._table)
        if len(self.keys) < self.rows + len(keys):
            self.keys = np.concatenate([self.keys[: self.rows], np.empty_like(keys), keys])
        slots, self.rows = _assign(keys, self.keys, self.rows, self._table)
        if len(self.totals) < self.rows:
            self.totals, self.bins, self.bitmaps = (
                np.concatenate([old, np.zeros((self.rows, old.shape[1]), dtype=np.int64)])
                for old in (self.totals, self.bins, self.bitmaps)
            )
        return slots


def cubes_of(folds: Iterable[Fold]) -> dict[str, list[pa.RecordBatch]]:
    """Put the cube rows of several services beside each other, step by step."""
    rows: dict[str, list[pa.RecordBatch]] = {cube: [] for cube in CUBES}
    for fold in folds:
        for cube, batch in fold.cubes().items():
            rows[cube].append(batch)
    return rows


def _everything(batch: Scored) -> tuple[npt.NDArray[np.int32], list[str]]:
    return np.zeros(len(batch.ts), dtype=np.int32), ["all"]


def _row_totals(batch: Scored) -> tuple[Ints, Ints]:
    rows = len(batch.mos)
    totals = np.empty((rows, len(TOTALS)), dtype=np.int64)
    row_bin = np.empty(rows, dtype=np.int64)
    columns = (batch.mos, batch.confidence, batch.grounded, np.ascontiguousarray(batch.loss))
    _round(*columns, batch.poor_below, totals, row_bin)
    return totals, row_bin


@numba.njit(nogil=True, cache=True)
def _round(
    mos: Floats,
    confidence: Floats,
    grounded: npt.NDArray[np.bool_],
    loss: Floats,
    poor_below: float,
    totals: Ints,
    row_bin: Ints,
) -> None:
    for i in range(len(mos)):
        has_score = not np.isnan(mos[i])
        mos_e4 = np.int64(np.rint(mos[i] * SCALE)) if has_score else 0
        totals[i, 0] = has_score
        totals[i, 1] = not has_score
        totals[i, 2] = has_score and mos[i] < poor_below
        totals[i, 3] = has_score and grounded[i]
        totals[i, 4] = mos_e4
        totals[i, 5] = mos_e4 * mos_e4
        totals[i, 6] = np.int64(np.rint(confidence[i] * SCALE))
        for domain in range(len(loss)):
            totals[i, 7 + domain] = np.int64(np.rint(loss[domain, i] * SCALE))
        row_bin[i] = min((mos_e4 - SCALE) * 10 // SCALE, BINS - 1) if has_score else -1


@numba.njit(nogil=True, cache=True)
def _find(key: int, keys: Ints, table: Ints) -> int:
    mask = len(table) - 1
    place = (key ^ (key >> 29)) * 0x1E3779B97F4A7C15 >> 17 & mask
    while table[place] >= 0 and keys[table[place]] != key:
        place = (place + 1) & mask
    return place


@numba.njit(nogil=True, cache=True)
def _rehash(keys: Ints, rows: int, table: Ints) -> None:
    for row in range(rows):
        table[_find(keys[row], keys, table)] = row


@numba.njit(nogil=True, cache=True)
def _assign(wanted: Ints, keys: Ints, rows: int, table: Ints) -> tuple[Ints, int]:
    slots = np.empty(len(wanted), dtype=np.int64)
    for i in range(len(wanted)):
        if wanted[i] < 0:
            slots[i] = -1
            continue
        place = _find(wanted[i], keys, table)
        if table[place] < 0:
            table[place] = rows
            keys[rows] = wanted[i]
            rows += 1
        slots[i] = table[place]
    return slots, rows


@numba.njit(nogil=True, cache=True)
def _accumulate(
    slots: Ints,
    row_totals: Ints,
    row_bin: Ints,
    subject: Ints,
    totals: Ints,
    bins: Ints,
    bitmaps: Ints,
) -> None:
    for i in range(len(slots)):
        slot = slots[i]
        if slot < 0:
            continue
        for j in range(row_totals.shape[1]):
            totals[slot, j] += row_totals[i, j]
        if row_bin[i] >= 0:
            bins[slot, row_bin[i]] += 1
        if subject[i] == 0:
            continue
        level = 0
        while level < LEVELS - 1 and not (subject[i] >> level) & 1:
            level += 1
        bit = np.int64(1) << ((subject[i] >> 57) & 63)
        bitmaps[slot, level] |= bit
        if row_totals[i, 2] > 0:
            bitmaps[slot, LEVELS + level] |= bit
