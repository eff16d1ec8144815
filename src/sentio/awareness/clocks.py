"""Clocks that are wrong: uses of a place that are dated off all others delivered with them.

What is delivered together was recorded at about the same time. Whoever dates his uses much earlier
or later than all others of the same delivery and service has another clock. A delivery that spans
hours tells nothing, and neither does a clock that all places share.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.awareness.brought import Brought
from sentio.awareness.key_book import KeyBook
from sentio.kernel.arrays import FloatArray, IntArray
from sentio.model.data_fault import Doubt, Key

Held: TypeAlias = npt.NDArray[np.generic]

KINDS = ("edge", "upf", "server", "gnb")
LEAST_S, MOST_S = 45.0, 900.0  # off; a row that is late by more counts for that much
DEVIATIONS, FEWEST = 7.0, 12
KEPT_PERIODS = 3  # for which a delivery is remembered
MOST_SERVICES = 4096
FEW = 4  # uses, that do not say whether a clock is still wrong
SHARE = 0.5  # of a delivery's uses, that one place may have for all others to say the time


class Clocks:
    """The mean time of recent deliveries, and how far each place is off it."""

    def __init__(self) -> None:
        self.book = KeyBook()
        self._sums: deque[tuple[IntArray, FloatArray]] = deque(maxlen=KEPT_PERIODS)
        self._still: dict[Key, bool | None] = {}

    def doubts(self, brought: Brought, *, open_keys: frozenset[Key]) -> list[Doubt]:
        """Take in a period; name the place whose clock is most surely wrong, of each source."""
        uses = brought.uses
        self._still = {}
        if not uses.num_rows:
            return []
        off_s = self._off_s(brought)
        source, sources = brought.coded("source")
        for key in open_keys:
            if key[0] == "skewed" and key[2] in uses.column_names:
                self._still[key] = _goes_on(brought, key, off_s)
        found: list[Doubt] = []
        for code, name in enumerate(sources):
            rows = np.flatnonzero(source == code)
            if len(rows) < 2 * FEWEST:
                continue
            best = max(
                (d for kind in KINDS if kind in uses.column_names
                 for d in _off(brought, kind, rows, off_s, name)),
                key=lambda d: d.nats, default=None,
            )  # fmt: skip
            if best is not None:
                found.append(best)
        return found

    def still(self, key: Key) -> bool | None:
        """Tell whether a clock was wrong in the last period; None where too few uses tell."""
        return self._still.get(key)

    def saved(self) -> tuple[dict[str, Held], list[Any]]:  # Any: JSON
        """Give what is remembered of deliveries."""
        arrays: dict[str, Held] = {}
        for i, (keys, sums) in enumerate(self._sums):
            arrays |= {f"{i}.k": keys, f"{i}.s": sums}
        return arrays, self.book.names

    @classmethod
    def restored(cls, arrays: Mapping[str, Held], names: list[str]) -> Clocks:
        """Go on from what `saved` gave."""
        again = cls()
        again.book = KeyBook(names)
        for i in range(len(arrays) // 2):
            keys = np.array(arrays[f"{i}.k"], dtype=np.int64)
            again._sums.append((keys, np.array(arrays[f"{i}.s"], dtype=np.float64)))
        return again

    def _off_s(self, brought: Brought) -> FloatArray:
        """Give how far each use is from the middle of its delivery, in seconds."""
        uses, start_ns = brought.uses, brought.start_ns
        service, services = brought.coded("service")
        origins, origin = np.unique(uses.column("origin").to_numpy(), return_inverse=True)
        pair, at = np.unique(origin * len(services) + service, return_inverse=True)
        of, by = np.divmod(pair, len(services))
        known_as = self.book.codes(pa.array(services, pa.string()).take(pa.array(by)))
        key = origins[of] * MOST_SERVICES + known_as
        order = np.argsort(key)
        key, at = key[order], np.argsort(order)[at]
        ts_s = (uses.column("ts").to_numpy() - start_ns) / 1e9
        middle = np.zeros(len(key))
        order = np.lexsort((ts_s, at))
        edges = np.searchsorted(at[order], np.arange(len(key) + 1))
        first, count = edges[:-1], np.diff(edges)
        middle = ts_s[order][first + count // 2]  # the median bears a minority that is wrong
        for keys, sums in self._sums:  # (middle, rows, start) of earlier periods
            known = np.isin(key, keys)
            place = np.searchsorted(keys, key[known])
            is_larger = sums[1][place] > count[known]
            earlier = sums[0][place] + (sums[2][place] - start_ns) / 1e9
            middle[known] = np.where(is_larger, earlier, middle[known])
        self._sums.append(
            (key, np.stack([middle, count.astype(np.float64), np.full(len(key), float(start_ns))]))
        )
        return np.clip(ts_s - middle[at], -MOST_S, MOST_S)


def _goes_on(brought: Brought, key: Key, off_s: FloatArray) -> bool | None:
    (source, sources), (place, places) = brought.coded("source"), brought.coded(key[2])
    if key[1] not in sources or key[3] not in places:
        return None
    own = source == sources.index(key[1])
    inside = own & (place == places.index(key[3]))
    rest = own & (place >= 0) & ~inside
    if min(inside.sum(), rest.sum()) < FEW:
        return None
    return bool(abs(off_s[inside].mean() - off_s[rest].mean()) > LEAST_S / 2.0)


def _off(
    brought: Brought, kind: str, rows: IntArray, off_s: FloatArray, source: str
) -> list[Doubt]:
    codes, members = brought.coded(kind)
    place, off = codes[rows], off_s[rows]
    here = place >= 0
    place, off = place[here], off[here]
    n = np.bincount(place, minlength=len(members)).astype(np.float64)
    if len(place) < 2 * FEWEST:
        return []
    mean = np.bincount(place, off, len(members)) / np.maximum(n, 1.0)
    scatter = max(float(np.std(off)), 5.0)
    whole, rest = float(off.sum()), np.maximum(len(off) - n, 1.0)
    others = (whole - n * mean) / rest
    deviations = np.abs(mean - others) / scatter * np.sqrt(n)
    is_off = (deviations > DEVIATIONS) & (np.abs(mean - others) > LEAST_S)
    is_off &= (n >= FEWEST) & (n < SHARE * len(place))
    return [
        Doubt(
            what="skewed",
            source=source,
            place_kind=kind,
            place=members[i],
            seen=float(mean[i] - others[i]),
            expected=0.0,
            nats=float(deviations[i] ** 2 / 2.0),
        )
        for i in np.flatnonzero(is_off).tolist()
    ]
