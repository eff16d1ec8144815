"""The collection point's ring: the last periods' scored uses, kept where they were collected.

Nothing of it travels until it is asked for; what is fetched is narrow and is counted in bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import IntArray
from sentio.model.degradation import Scope
from sentio.model.domain import DOMAINS

LOSSES = tuple(f"loss_{domain}" for domain in DOMAINS)
WIDTH_BYTES = {"ts": 4, "mos": 2, **dict.fromkeys(LOSSES, 1)}
"""What some values take on their way: time from the start of the window, MOS in thousandths, losses
in sixtieths; the others as Arrow holds them, codes of few names in one byte."""
FEW_NAMES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Detail of a scope and window: a sample of its uses, and which share of them that is.

    ``left_out`` counts the uses in each span that was to be left out; they did not travel.
    """

    uses: pa.Table
    share: float
    size_bytes: int
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Uses that are explained: those in a scope that began in [since, until)."""

    scope: Scope
    since_ns: int
    until_ns: int


class Detail(Protocol):
    """Where detail can be had: a ring, or the facts of the store."""

    def fetch(
        self,
        scope: Scope,
        since_ns: int,
        until_ns: int,
        *,
        most_rows: int,
        losses: bool,
        but: Sequence[Span] = (),
    ) -> Fetched:
        """Give the uses in a scope that began in [since, until), at most so many, drawn evenly.

        Those in a span of ``but`` are left out and counted, each in the first that holds it.
        """
        ...

    def met(self, scope: Scope, since_ns: int, until_ns: int) -> pa.Table:
        """Give ``subject``, ``service`` and ``mos`` of all uses in a scope, where they lie."""
        ...


@dataclass(slots=True)
class Ring:
    """Detail in memory: the last periods, the oldest dropped first."""

    periods: int
    seed: int = 0
    known_above: tuple[str, ...] = ()  # columns that the topology tells, and that need not travel
    _held: deque[tuple[int, int, pa.Table]] = field(
        default_factory=deque[tuple[int, int, pa.Table]]
    )
    bulk_bytes: int = 0

    def keep(
        self, start_ns: int, end_ns: int, uses: Iterable[pa.Table], *, bulk_bytes: int
    ) -> None:
        """Take in a period's scored uses; ``bulk_bytes`` is what sending them whole would take."""
        tables = list(uses)
        if tables:
            whole = pa.concat_tables(tables, promote_options="default")
            self._held.append((start_ns, end_ns, whole.unify_dictionaries().combine_chunks()))
        self.bulk_bytes += bulk_bytes
        while len(self._held) > self.periods:
            self._held.popleft()

    def fetch(
        self,
        scope: Scope,
        since_ns: int,
        until_ns: int,
        *,
        most_rows: int,
        losses: bool,
        but: Sequence[Span] = (),
    ) -> Fetched:
        """Give the uses in a scope that began in [since, until), at most so many, drawn evenly.

        Those in a span of ``but`` are left out and counted, each in the first that holds it.
        """
        uses = self._within(scope, since_ns, until_ns)
        place = places_of(uses, but)
        if len(but):
            uses = uses.filter(pa.array(place < 0))
        all_rows = uses.num_rows
        if all_rows > most_rows:
            rng = np.random.default_rng([self.seed, since_ns % 2**31, all_rows])
            uses = uses.take(np.sort(rng.choice(all_rows, most_rows, replace=False)))
        if not losses:
            uses = uses.drop_columns([c for c in LOSSES if c in uses.column_names])
        share = uses.num_rows / all_rows if all_rows else 1.0
        sent = uses.drop_columns([c for c in self.known_above if c in uses.column_names])
        return Fetched(
            uses=uses,
            share=share,
            size_bytes=sent_bytes(sent),
            left_out=tuple(np.bincount(place[place >= 0], minlength=len(but)).tolist()),
        )

    def met(self, scope: Scope, since_ns: int, until_ns: int) -> pa.Table:
        """Give ``subject``, ``service`` and ``mos`` of all uses in a scope, where they lie."""
        return self._within(scope, since_ns, until_ns).select(["subject", "service", "mos"])

    def _within(self, scope: Scope, since_ns: int, until_ns: int) -> pa.Table:
        found = [
            within(table, scope)
            for start, end, table in self._held
            if start < until_ns and end > since_ns
        ]
        if not found:
            raise LookupError("the ring holds nothing of that window")
        return pa.concat_tables(found)


def within(uses: pa.Table, scope: Scope) -> pa.Table:
    """Keep the uses of a scope; an attribute that they do not have keeps none."""
    for name, member in scope.items():
        if name not in uses.column_names:
            return uses.slice(0, 0)
        uses = uses.filter(_is(uses.column(name), member))
    return uses


def places_of(uses: pa.Table, spans: Sequence[Span]) -> IntArray:
    """Give the first span that holds each use, -1 for none, shape (uses,)."""
    place = np.full(uses.num_rows, -1, dtype=np.int64)
    ts = uses.column("ts").to_numpy()
    for at, span in enumerate(spans):
        inside = (place < 0) & (ts >= span.since_ns) & (ts < span.until_ns)
        for name, member in span.scope.items():
            if name not in uses.column_names:
                inside[:] = False
                break
            known = pc.fill_null(_is(uses.column(name), member), fill_value=False)
            inside &= known.to_numpy(zero_copy_only=False)
        place[inside] = at
    return place


def _is(column: pa.ChunkedArray, member: str) -> pa.ChunkedArray | pa.Array:
    """Tell which values are a member; codes are compared where there are any."""
    if not pa.types.is_dictionary(column.type):
        return pc.equal(column, pa.scalar(member).cast(column.type))
    chunks = [
        pc.equal(chunk.indices, pc.index(chunk.dictionary, member)) for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, pa.bool_())


def sent_bytes(uses: pa.Table) -> int:
    """Count the bytes that uses take on their way; an attribute that all share is told once."""
    several = [field.name for field in uses.schema if not _is_shared(uses.column(field.name))]
    return uses.num_rows * sum(_width(name, uses.column(name)) for name in several)


def _is_shared(column: pa.ChunkedArray) -> bool:
    if not pa.types.is_dictionary(column.type):
        return False
    found = [pc.min_max(chunk.indices) for chunk in column.chunks if len(chunk)]
    alike = all(each["min"].equals(each["max"]) for each in found) and not column.null_count
    return alike and len({chunk[0].as_py() for chunk in column.chunks if len(chunk)}) <= 1


def _width(name: str, column: pa.ChunkedArray) -> int:
    if name in WIDTH_BYTES:
        return WIDTH_BYTES[name]
    if pa.types.is_dictionary(column.type):
        names = len(column.chunk(0).dictionary) if column.num_chunks else 0
        return 1 if names <= FEW_NAMES else 2
    return column.type.bit_width // 8 if column.type.bit_width >= 8 else 1
