"""Every subject that the store knows, in memory: found by how its pseudonym begins.

Each costs 28 bytes. What was committed since is taken in at the next question, and costs a look at
those commits only; the first question costs a look at all uses.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import numpy.typing as npt

from sentio.experience.service import SERVICES
from sentio.kernel.arrays import IntArray
from sentio.store import facts
from sentio.store.facts import Partition
from sentio.store.members import PREFIX
from sentio.store.warehouse import Warehouse

DIGITS = 19  # of the longest pseudonym
MOST = (1 << 63) - 1
MOST_NAMED = 200
SHOWN_SIGNS = 6  # of a pseudonym that is masked

NAMED = """
    SELECT subject, arg_max(element, ts), arg_max(coalesce(name, element), ts),
        arg_max(element_kind, ts) FROM element
    WHERE subject IS NOT NULL AND (starts_with(lower(element), ?) OR starts_with(lower(name), ?))
    GROUP BY subject ORDER BY 2 LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A subject, when it was last seen, how often, and in which services."""

    subject: int
    last_ns: int
    uses: int
    services: tuple[str, ...]
    name: str = ""  # of the element that it is, where it is one
    element_kind: str = ""

    @property
    def kind(self) -> str:
        """Whether it is a user or a thing, as its services say."""
        kinds = {SERVICES[name].subject_kind for name in self.services}
        return "thing" if kinds == {"thing"} else "user"


@dataclass(slots=True)
class _Columns:
    """All subjects in order, and beside each what is known of it."""

    subject: IntArray
    last_ns: IntArray
    uses: npt.NDArray[np.int32]
    services: IntArray  # a bit each, as `SERVICES` orders them


class Directory:
    """Finds subjects; safe from any thread, reads with cursors of its own."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._turn = threading.Lock()
        self._services = SERVICES.names()
        self._begin()

    def __len__(self) -> int:
        """Tell how many are known."""
        return len(self._columns.subject)

    def refresh(self) -> None:
        """Take in what was committed since the last time."""
        with self._turn:
            self._refresh()

    def by_prefix(self, text: str, *, limit: int) -> tuple[list[Known], int]:
        """Find those whose pseudonym begins so, the last seen first; tell how many there are.

        The sign may be left out.
        """
        columns = self._columns
        at = np.concatenate(
            [np.zeros(0, np.int64), *(_within(columns.subject, a, b) for a, b in ranges(text))]
        )
        count = len(at)
        if count > limit:
            at = at[np.argpartition(-columns.last_ns[at], limit)[:limit]]
        at = at[np.lexsort((columns.subject[at], -columns.last_ns[at]))]
        return [self._known(columns, int(each)) for each in at], count

    def one(self, subject: int) -> Known | None:
        """Give a subject, None if it was never seen."""
        columns = self._columns
        at = int(np.searchsorted(columns.subject, subject))
        is_there = at < len(columns.subject) and columns.subject[at] == subject
        return self._known(columns, at) if is_there else None

    def by_name(self, text: str, *, limit: int) -> list[Known]:
        """Find those that are elements themselves (a CPE, a camera, a controller) by their name."""
        wanted = text.lower()
        con = self._warehouse.con.cursor()
        try:
            rows = con.execute(NAMED, [wanted, wanted, min(limit, MOST_NAMED)]).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):  # no topology names subjects
            return []
        found = (self._named(*row) for row in rows)
        return [each for each in found if each is not None]

    def _named(self, subject: int, element: str, name: str, kind: str | None) -> Known | None:
        """Give an element that is a subject; one that nobody saw use anything is none."""
        seen = self.one(int(subject))
        if seen is None:
            return None
        told = f"{name} ({element})" if name != element else name
        return replace(seen, name=told, element_kind=str(kind or ""))

    def _begin(self) -> None:
        nobody = np.zeros(0, np.int64)
        self._columns = _Columns(nobody, nobody, nobody.astype(np.int32), nobody)
        self._rows: dict[str, int] = {}
        self._origin = 0
        self._oldest = ""

    def _refresh(self) -> None:
        con = self._warehouse.con.cursor()
        con.execute("BEGIN")  # all tables as of one commit
        try:
            parts = [
                part
                for part in facts.partitions(con)
                if part.rows and part.family.removeprefix(PREFIX) in self._services
            ]
            oldest = min((part.first_day for part in parts), default="")
            if oldest > self._oldest and self._rows:  # days were dropped: some may be gone
                self._begin()
            self._oldest = oldest
            grown = [part for part in parts if self._rows.get(part.table_name) != part.rows]
            if not grown:
                return
            row = con.execute("SELECT coalesce(max(origin), 0) FROM ingest_commit").fetchone()
            for part in grown:
                self._add(con, part)
            self._rows = {part.table_name: part.rows for part in parts}
            self._origin = int(row[0]) if row else 0
        finally:
            con.execute("ROLLBACK")

    def _add(self, con: duckdb.DuckDBPyConnection, part: Partition) -> None:
        found = con.execute(
            "SELECT subject, max(ts) AS last_ns, count(*)::INTEGER AS uses "
            f'FROM "{part.table_name}" WHERE origin > ? AND subject IS NOT NULL '
            "GROUP BY subject ORDER BY subject",
            [self._origin],
        ).fetchnumpy()
        subject = np.asarray(found["subject"], dtype=np.int64)
        bit = 1 << self._services.index(part.family.removeprefix(PREFIX))
        self._columns = _merged(
            self._columns,
            _Columns(
                subject,
                np.asarray(found["last_ns"], dtype=np.int64),
                np.asarray(found["uses"], dtype=np.int32),
                np.full(len(subject), bit, dtype=np.int64),
            ),
        )

    def _known(self, columns: _Columns, at: int) -> Known:
        bits = int(columns.services[at])
        return Known(
            subject=int(columns.subject[at]),
            last_ns=int(columns.last_ns[at]),
            uses=int(columns.uses[at]),
            services=tuple(name for i, name in enumerate(self._services) if bits >> i & 1),
        )


def ranges(text: str) -> Iterator[tuple[int, int]]:
    """Give the ranges of numbers whose decimal form begins so, both ends within them.

    Examples
    --------
    >>> list(ranges("-9223372036854775808"))
    [(-9223372036854775808, -9223372036854775808)]
    >>> list(ranges("98"))[:2]
    [(98, 98), (-98, -98)]
    """
    is_negative, digits = text.startswith("-"), text.lstrip("-+")
    if not digits.isascii() or not digits.isdigit() or digits.startswith("0"):
        return
    for more in range(DIGITS - len(digits) + 1):
        low = int(digits) * 10**more
        high = low + 10**more - 1
        if low <= MOST and not is_negative:
            yield low, min(high, MOST)
        if low <= MOST + 1:
            yield -min(high, MOST + 1), -low


def _within(subject: IntArray, low: int, high: int) -> IntArray:
    first = np.searchsorted(subject, np.int64(low), side="left")
    last = np.searchsorted(subject, np.int64(high), side="right")
    return np.arange(first, last, dtype=np.int64)


def _merged(known: _Columns, fresh: _Columns) -> _Columns:
    """Put two lists together, each in order of subject."""
    if not len(fresh.subject):
        return known
    place = np.searchsorted(known.subject, fresh.subject)
    inside = np.minimum(place, max(len(known.subject) - 1, 0))
    is_known = (
        known.subject[inside] == fresh.subject
        if len(known.subject)
        else np.zeros(len(fresh.subject), np.bool_)
    )
    at, new, where = place[is_known], ~is_known, place[~is_known]
    last_ns, uses, services = known.last_ns.copy(), known.uses.copy(), known.services.copy()
    last_ns[at] = np.maximum(last_ns[at], fresh.last_ns[is_known])
    uses[at] += fresh.uses[is_known]
    services[at] |= fresh.services[is_known]
    return _Columns(
        np.insert(known.subject, where, fresh.subject[new]),
        np.insert(last_ns, where, fresh.last_ns[new]),
        np.insert(uses, where, fresh.uses[new]),
        np.insert(services, where, fresh.services[new]),
    )


def masked(subject: int) -> str:
    """Write a pseudonym so that it can be told apart and not be looked up: its first six signs.

    Examples
    --------
    >>> masked(-8412345678901234567)
    '-84123…'
    """
    text = str(subject)
    return text if len(text) <= SHOWN_SIGNS else f"{text[:SHOWN_SIGNS]}…"
