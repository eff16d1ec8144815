"""Who used what where, counted for a forecast: what any place that holds uses can answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.awareness.usual import coded
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.model.calendar import Calendar
from sentio.model.work import Reach

DAY_NS = 86_400_000_000_000
HOUR_NS = 3_600_000_000_000
WEEKENDS = Calendar()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Uses of each subject in the same window of several days, shape (days, subjects).

    ``inside`` counts those within the reach of a work, ``everywhere`` all.
    """

    subject: IntArray
    inside: FloatArray
    everywhere: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Hourly:
    """Mean uses in reach of each subject, hour by hour, shape (48, subjects).

    First the hours of a working day, then those of a free one, by the ``calendar``.
    """

    subject: IntArray
    uses: FloatArray
    calendar: Calendar = WEEKENDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is known of some subjects: segment and slice of each, and whether it is important."""

    segment: Mapping[int, str] = field(default_factory=dict[int, str])
    slice: Mapping[int, str] = field(default_factory=dict[int, str])
    important: frozenset[int] = frozenset()


class Seen(Protocol):
    """Uses that have been seen, by whoever holds them."""

    @property
    def calendar(self) -> Calendar:
        """Tell which days are free."""
        ...

    def span_ns(self) -> tuple[int, int] | None:
        """Give the times of the first and the last use, None where there is none."""
        ...

    def counts(
        self, reach: Reach, begins_ns: int, ends_ns: int, days_back: Sequence[int]
    ) -> Counts:
        """Count the uses in a window moved back by so many days each.

        Those with no use in reach in any of them may be left out.
        """
        ...

    def by_service(
        self, reach: Reach, since_ns: int, until_ns: int
    ) -> Mapping[str, tuple[IntArray, FloatArray]]:
        """Give subjects and the MOS of their uses in reach, service by service."""
        ...

    def hourly(self, reach: Reach, since_ns: int, until_ns: int) -> Hourly:
        """Count the uses in reach by subject in each hour of a working and of a free day."""
        ...

    def minutes_of_use(self) -> Mapping[str, float]:
        """Give how long a use of each service lasts in the mean."""
        ...

    def group(self, subjects: IntArray) -> Group:
        """Tell what is known of some subjects."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Uses of one service that came together."""

    service: str
    first_ns: int
    last_ns: int
    ts: IntArray
    subject: IntArray
    mos: npt.NDArray[np.float32]
    member: npt.NDArray[np.int32]


class Remembered:
    """Uses kept in memory as they come, for replays and the lab; 22 bytes each.

    Parameters
    ----------
    dimension
        That works reach their uses by; a reach by another one finds nobody.
    calendar
        Tells which days are free.
    """

    def __init__(self, dimension: str = "cell", calendar: Calendar = WEEKENDS) -> None:
        self.calendar = calendar
        self._dimension = dimension
        self._parts: list[_Part] = []
        self._names: dict[str, int] = {}

    def take(self, uses: pa.Table, service: str) -> None:
        """Take in scored uses of a service: columns ``ts``, ``subject``, ``mos``, the dimension."""
        if not uses.num_rows:
            return
        codes, names = coded(uses, self._dimension)
        known = [self._names.setdefault(str(name), len(self._names)) for name in names]
        ts = uses.column("ts").to_numpy().astype(np.int64)
        self._parts.append(
            _Part(
                service=service,
                first_ns=int(ts.min()),
                last_ns=int(ts.max()),
                ts=ts,
                subject=uses.column("subject").to_numpy().astype(np.int64),
                mos=uses.column("mos").to_numpy().astype(np.float32),
                member=np.array([*known, -1], dtype=np.int32)[codes],
            )
        )

    def span_ns(self) -> tuple[int, int] | None:
        """Give the times of the first and the last use."""
        if not self._parts:
            return None
        return min(p.first_ns for p in self._parts), max(p.last_ns for p in self._parts)

    def counts(
        self, reach: Reach, begins_ns: int, ends_ns: int, days_back: Sequence[int]
    ) -> Counts:
        """Count the uses in a window moved back by so many days each."""
        is_in = self._members(reach)
        days = [
            self._window(is_in, begins_ns - back * DAY_NS, ends_ns - back * DAY_NS)
            for back in days_back
        ]
        subject = np.unique(np.concatenate([np.zeros(0, np.int64), *(s[i] for s, i in days)]))
        inside, everywhere = (np.zeros((len(days), len(subject))) for _ in range(2))
        for at, (who, is_inside) in enumerate(days):
            inside[at] = _counted(who[is_inside], subject)
            everywhere[at] = _counted(who, subject)
        return Counts(subject=subject, inside=inside, everywhere=everywhere)

    def by_service(
        self, reach: Reach, since_ns: int, until_ns: int
    ) -> Mapping[str, tuple[IntArray, FloatArray]]:
        """Give subjects and the MOS of their uses in reach, service by service."""
        is_in = self._members(reach)
        found: dict[str, list[tuple[IntArray, FloatArray]]] = {}
        for part in self._near(since_ns, until_ns):
            rows = (part.ts >= since_ns) & (part.ts < until_ns) & is_in[part.member]
            rows &= np.isfinite(part.mos)
            if rows.any():
                mos = part.mos[rows].astype(np.float64)
                found.setdefault(part.service, []).append((part.subject[rows], mos))
        return {
            service: (np.concatenate([s for s, _ in each]), np.concatenate([m for _, m in each]))
            for service, each in found.items()
        }

    def hourly(self, reach: Reach, since_ns: int, until_ns: int) -> Hourly:
        """Count the uses in reach by subject in each hour of a working and of a free day."""
        is_in = self._members(reach)
        who, at = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for part in self._near(since_ns, until_ns):
            rows = (part.ts >= since_ns) & (part.ts < until_ns) & is_in[part.member]
            who.append(part.subject[rows])
            at.append(hour_kind(part.ts[rows], self.calendar))
        both = np.concatenate(who), np.concatenate(at)
        return hourly_of(*both, since_ns, until_ns, calendar=self.calendar)

    def minutes_of_use(self) -> Mapping[str, float]:
        """Nothing is kept of how long uses last."""
        return {}

    def group(self, subjects: IntArray) -> Group:
        """Nothing is known of subjects but what they did."""
        del subjects
        return Group()

    def _members(self, reach: Reach) -> BoolArray:
        """Tell by code which members are in reach; the last place is that of none."""
        is_in = np.zeros(len(self._names) + 1, dtype=np.bool_)
        if reach.dimension == self._dimension:
            is_in[[self._names[name] for name in reach.members if name in self._names]] = True
        return is_in

    def _near(self, since_ns: int, until_ns: int) -> Iterator[_Part]:
        yield from (p for p in self._parts if p.last_ns >= since_ns and p.first_ns < until_ns)

    def _window(self, is_in: BoolArray, since_ns: int, until_ns: int) -> tuple[IntArray, BoolArray]:
        who, inside = [np.zeros(0, np.int64)], [np.zeros(0, np.bool_)]
        for part in self._near(since_ns, until_ns):
            rows = (part.ts >= since_ns) & (part.ts < until_ns)
            who.append(part.subject[rows])
            inside.append(is_in[part.member[rows]])
        return np.concatenate(who), np.concatenate(inside)


def hour_kind(ts: IntArray, calendar: Calendar = WEEKENDS) -> IntArray:
    """Give the hour of each moment, 0 to 23 on working days, 24 to 47 on free ones."""
    return ts % DAY_NS // HOUR_NS + 24 * calendar.is_free(ts // DAY_NS)


def hourly_of(
    who: IntArray,
    hour: IntArray,
    since_ns: int,
    until_ns: int,
    *,
    times: FloatArray | None = None,
    calendar: Calendar = WEEKENDS,
) -> Hourly:
    """Turn uses, each with its subject and hour, into means of a day of each kind.

    ``times`` says how often each stands for a use; once unless said.
    """
    subject, at = np.unique(who, return_inverse=True)
    flat = np.bincount(hour * len(subject) + at, times, minlength=48 * len(subject))
    flat = np.asarray(flat, dtype=np.float64)
    days = calendar.is_free(np.arange(since_ns // DAY_NS, -(-until_ns // DAY_NS)))
    share = np.repeat([max(int((~days).sum()), 1), max(int(days.sum()), 1)], 24)[:, None]
    return Hourly(subject=subject, uses=flat.reshape(48, len(subject)) / share, calendar=calendar)


def _counted(who: IntArray, subject: IntArray) -> FloatArray:
    """Count how often each of some subjects, in order, stands in a list."""
    at = np.minimum(np.searchsorted(subject, who), max(len(subject) - 1, 0))
    at = at[subject[at] == who] if len(subject) else at[:0]
    return np.bincount(at, minlength=len(subject)).astype(np.float64)
