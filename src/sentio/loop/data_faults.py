"""Faults of the data told from faults of the network: each opened, followed and ended.

What a period brought is judged on its own, before anybody looks at how good it was: how much came
from where (`missing`), by whose clock (`clocks`), in which state (`row_shares`), with which values
(`columns`, `meters`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sentio.awareness.brought import Brought
from sentio.awareness.clocks import Clocks
from sentio.awareness.columns import Columns
from sentio.awareness.meters import Meters
from sentio.awareness.missing import KINDS, WELL_PERIODS, Missing
from sentio.awareness.row_shares import RowShares
from sentio.kernel.values import from_plain, to_plain
from sentio.loop.telling_data import sentence
from sentio.model.data_fault import DataFault, Doubt, Key
from sentio.model.degradation import Degradation
from sentio.model.topology import Topology

Held: TypeAlias = npt.NDArray[np.generic]

AT_ONCE: Mapping[str, int] = {"silent": 1, "constant": 1, "factor": 1}
"""Periods of doubt after which a fault is told; 2 for all others."""
VALUES = ("factor", "constant", "empty")
NEAR_NS = 30 * 60 * 1_000_000_000  # between the beginnings of a fault and of what it explains
MOST_LATELY = 50
MOST_OPEN = 200  # of a source that is wrong in every counter, no more are told
PARTS = ("missing", "clocks", "columns", "meters")


class DataFaults:
    """What is known of the data, and the faults that are open."""

    def __init__(self) -> None:
        self.missing, self.clocks, self.shares = Missing(), Clocks(), RowShares()
        self.columns, self.meters = Columns(), Meters()
        self.open: dict[Key, DataFault] = {}
        self.count = 0
        self.lately: list[DataFault] = []  # that are over
        self._well: dict[Key, int] = {}
        self._waiting: dict[Key, int] = {}  # doubts, for how many periods

    def see(
        self, brought: Brought, topology: Topology, *, only_learns: bool = False
    ) -> list[DataFault]:
        """Take in a period; gives the faults that began or ended in it."""
        keys = frozenset(self.open)
        self.meters.see(brought.measured, brought.start_ns, brought.end_ns)
        self.missing.see(brought, open_keys=keys)
        doubts = [
            *self.clocks.doubts(brought, open_keys=keys),
            *self.shares.doubts(brought, open_keys=keys),
            *self.columns.doubts(brought),
            *self.meters.doubts(),
            *self.missing.doubts(self.meters.load, topology, keys),
        ]
        if only_learns:
            return []
        found = {each.key: each for each in doubts}
        return [*self._ended(found, brought), *self._begun(found, brought)]

    def may_explain(self, told: Degradation) -> bool:
        """Tell whether a fault of values fits what fell: its services, and when it began."""
        return bool(self.of_values(told))

    def of_values(self, told: Degradation) -> list[DataFault]:
        """Give the faults of values in a service that fell, begun when it did, surest first."""
        found = [
            each
            for each in (*self.open.values(), *self.lately)
            if each.what in VALUES
            and each.service in told.services
            and abs(told.began_ns - each.since_ns) <= NEAR_NS
        ]
        return sorted(found, key=lambda each: -each.nats)

    def wrong_counters(self) -> list[DataFault]:
        """Give the faults of what elements measure: nothing may be concluded from those values."""
        return [
            each for each in (*self.open.values(), *self.lately) if each.place_kind == "element"
        ]

    def saved(self) -> tuple[dict[str, Held], dict[str, Any]]:  # Any: JSON
        """Give all that was learned: arrays by name, and what else there is as JSON."""
        arrays: dict[str, Held] = {}
        more: dict[str, Any] = {}
        for part in PARTS:
            own, names = getattr(self, part).saved()
            arrays |= {f"data.{part}.{name}": each for name, each in own.items()}
            more[part] = names
        return arrays, {
            **more,
            "shares": self.shares.saved(),
            "open": to_plain(list(self.open.values())),
            "lately": to_plain(self.lately),
            "well": [[list(key), n] for key, n in self._well.items()],
            "waiting": [[list(key), n] for key, n in self._waiting.items()],
            "count": self.count,
        }

    @classmethod
    def restored(
        cls, arrays: Mapping[str, Held], more: Mapping[str, Any]
    ) -> DataFaults:  # Any: JSON
        """Go on from what `saved` gave; from nothing where an older release saved none."""
        again = cls()
        if not more:
            return again
        again.missing = Missing.restored(_part(arrays, "missing"), more["missing"])
        again.clocks = Clocks.restored(_part(arrays, "clocks"), more["clocks"])
        again.columns = Columns.restored(_part(arrays, "columns"), more["columns"])
        again.meters = Meters.restored(_part(arrays, "meters"), more["meters"])
        again.shares = RowShares.restored(more["shares"])
        faults = [from_plain(DataFault, each) for each in more["open"]]
        again.open = {each.key: each for each in faults}
        again.lately = [from_plain(DataFault, each) for each in more["lately"]]
        again._well = {_key(key): int(n) for key, n in more["well"]}
        again._waiting = {_key(key): int(n) for key, n in more["waiting"]}
        again.count = int(more["count"])
        return again

    def _begun(self, found: Mapping[Key, Doubt], brought: Brought) -> Iterator[DataFault]:
        for key in list(self._waiting):
            if key not in found:
                del self._waiting[key]
        period_ns = brought.end_ns - brought.start_ns
        for key, each in sorted(found.items(), key=lambda one: (-one[1].nats, one[0])):
            if key in self.open or self._is_told(each) or len(self.open) >= MOST_OPEN:
                continue
            waited = self._waiting[key] = self._waiting.get(key, 0) + 1
            if waited < AT_ONCE.get(each.what, 2):
                continue
            del self._waiting[key]
            self.count += 1
            since_ns = brought.end_ns - (each.periods + waited - 1) * period_ns
            fault = DataFault(
                id=f"Q{self.count:05d}",
                what=each.what,
                source=each.source,
                place_kind=each.place_kind,
                place=each.place,
                service=each.service,
                indicator=each.indicator,
                since_ns=since_ns,
                seen_ns=brought.end_ns,
                seen=each.seen,
                expected=each.expected,
                nats=each.nats,
                sentence=sentence(each),
            )
            self.open[key] = fault
            yield fault

    def _is_told(self, each: Doubt) -> bool:
        """Tell whether an open fault says it already."""
        if each.what in KINDS:
            return any(
                key[1:4] == each.key[1:4]
                or (key[1] == each.source and not key[2] and each.place_kind)
                for key in self.open
                if key[0] in KINDS
            )
        if each.what == "skewed":
            return any(key[:2] == each.key[:2] for key in self.open)
        return False

    def _ended(self, found: Mapping[Key, Doubt], brought: Brought) -> Iterator[DataFault]:
        period_ns = brought.end_ns - brought.start_ns
        for key, fault in list(self.open.items()):
            goes_on: bool | None = key in found
            if fault.what in KINDS:
                goes_on = self.missing.still(key)
            elif fault.what == "skewed":
                goes_on = self.clocks.still(key)
            if goes_on:
                self._well.pop(key, None)
            if goes_on is not False:
                continue
            well = self._well[key] = self._well.get(key, 0) + 1
            if well < WELL_PERIODS:
                continue
            del self.open[key], self._well[key]
            until_ns = max(brought.end_ns - well * period_ns, fault.since_ns + period_ns)
            over = replace(fault, until_ns=until_ns)
            self.lately = [*self.lately, over][-MOST_LATELY:]
            yield over


def _part(arrays: Mapping[str, Held], part: str) -> dict[str, Held]:
    start = f"data.{part}."
    return {n.removeprefix(start): each for n, each in arrays.items() if n.startswith(start)}


def _key(parts: list[Any]) -> Key:  # Any: JSON
    what, source, kind, place, service, indicator = parts
    return (what, source, kind, place, service, indicator)
