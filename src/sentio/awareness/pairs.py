"""Watch all pairs of attributes: what hits one app on one model is a drop in the sea of either.

So are triples of those attributes whose members have uses enough, and single things.

Runs where single uses lie, at the collection point; only what is suspicious travels. A use counts
by how far it fell below what its own service, cell, app, model and segment make usual, so that a
pair needs no baseline of its own but for what its members do to each other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.awareness.attributes import COLUMNS, EACH, GROUPS, Names
from sentio.awareness.evidence import MOST_EFFECTIVE, NEGLIGIBLE
from sentio.awareness.law import Family
from sentio.awareness.pair_table import (
    FIRST,
    FREE,
    KEEPS,
    KEY_BITS,
    LEVEL_LOST,
    LEVEL_N,
    LEVEL_USES,
    PAIR_BITS,
    TRIPLE_BITS,
    WIDTH,
    fold,
    odd_slots,
    rehash,
)
from sentio.awareness.tail import Tail
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.model.degradation import Scope

Codes = npt.NDArray[np.int32]
Keys = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]

Excess = Callable[[Scope, float, int], float]
"""``excess(scope, uses, window)``: how much more their mean scatters than the law says, >= 1."""


ODD = 3.0  # deviations from which a pair is weighed by the exact law
BLUNTED = 6.0  # nats from which it is asked how much a pair's places scatter
MOST_FALL = 4.0  # deviations that one use may count for
SURER = 30.0  # times as seldom must chance look so for a single thing: nobody else bears it out
SLOTS = 1 << 16  # to begin with
LINE = 16  # numbers of 32 bits in a line of the cache
ROOMY = 0.45  # share of slots used, beyond which a table that ran full is doubled
HELD_PERIODS = 30  # of uses, to take them back when they prove explained
WINDOW_PERIODS = tuple(round(1.0 / (1.0 - keeps)) for keeps in KEEPS)
GROUP_PLACES: Codes = np.array(
    [[*map(COLUMNS.index, group), -1][:3] for group in GROUPS], dtype=np.int32
)
KINDS = ("pair", "triple", "thing")
"""Each has a tail of its own, for chance makes more of what there is more of."""
KIND_OF = np.array(
    [2 if EACH in group else int(len(group) == 3) for group in GROUPS], dtype=np.int64
)


def even(_scope: Scope, _uses: float, _window: int) -> float:
    """No place scatters more than the law says."""
    return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OddPair:
    """A group that fell: its scope, how surely (nats), in a window of how many periods."""

    scope: Scope
    nats: float
    window: int
    periods: int
    uses: float
    kind: str


class PairScan:
    """The table of pairs and of single things, and what chance makes of each.

    ``things`` are the services that things use, whose subjects are watched one by one.
    """

    def __init__(self, *, ticks_a_day: float, things: Collection[str] = ()) -> None:
        self.names = Names()
        self.things = tuple(sorted(things))
        self.tails = {kind: Tail(ticks_a_day=ticks_a_day) for kind in KINDS}
        self.now = 0
        self._used = 0
        self._table(SLOTS)
        self._touched = np.zeros(0, dtype=np.int64)
        self._held: deque[tuple[pa.Table, Codes, Singles]] = deque(maxlen=HELD_PERIODS)

    def see(self, uses: pa.Table, fall: FloatArray) -> None:
        """Take in a period's uses; ``fall`` in deviations of their services, NaN if unknown."""
        self.now += 1
        known = np.isfinite(fall)
        uses, fall = uses.filter(pa.array(known)), fall[known]
        clipped = np.clip(fall, -MOST_FALL, MOST_FALL).astype(np.float32)
        codes = self.names.codes(uses, self.things)
        self._held.append((uses, codes, clipped))
        self._touched = self._fold(codes, clipped, age=0, sign=1.0)

    def take_back(self, inside_of: Iterator[BoolArray]) -> None:
        """Take uses out that are explained: which of each held period's, the newest first."""
        newest_first = list(reversed(self._held))
        for age, ((_, codes, fall), inside) in enumerate(
            zip(newest_first, inside_of, strict=False)
        ):
            if inside.any():
                more = self._fold(codes[inside], fall[inside], age=age, sign=-1.0)
                self._touched = np.append(self._touched, more)

    def held(self) -> Iterator[pa.Table]:
        """Give the uses that are held, the newest period first."""
        return (uses for uses, _, _ in reversed(self._held))

    def learn_tail(self, law: Family, excess: Excess = even) -> None:
        """Count how odd this period looks, as one in which nothing is wrong."""
        slots, nats, _ = self._weigh(law, excess)
        kind = self._kinds(slots)
        for at, tail in enumerate(self.tails.values()):
            tail.learn(nats[kind == at])

    def height(self, per_day: float, kind: str = "pair") -> float:
        """Give the evidence that chance exceeds so many times a day, by groups of a kind."""
        return self.tails[kind].height(per_day / SURER if kind == "thing" else per_day)

    def suspicions(
        self, law: Family, excess: Excess = even, *, per_day: float, most: int = 50
    ) -> list[OddPair]:
        """Name what fell further than chance lets its kind so many times a day, surest first."""
        slots, nats, window = self._weigh(law, excess)
        bars = np.array([self.height(per_day, kind) for kind in KINDS])
        is_high = np.flatnonzero(nats > bars[self._kinds(slots)])
        order = is_high[np.argsort(-nats[is_high])][:most]
        return [self._odd(int(slots[i]), float(nats[i]), int(window[i])) for i in order]

    def saved(self) -> tuple[Mapping[str, npt.NDArray[np.generic]], dict[str, Any]]:  # Any: JSON
        """Give what was learned; the uses that are held are not kept."""
        self._tidy(len(self._keys))
        slots = np.flatnonzero(self._keys != FREE)
        arrays = {
            "keys": self._keys[slots],
            "last": self._last[slots],
            "sums": self._sums[slots],
            **{f"tail_{kind}": tail.counts for kind, tail in self.tails.items()},
        }
        return arrays, {
            "names": self.names.saved(),
            "now": self.now,
            "ticks": {kind: tail.ticks for kind, tail in self.tails.items()},
            "things": self.things,
            "ticks_a_day": self.tails["pair"].ticks_a_day,
        }

    @classmethod
    def restored(
        cls,
        arrays: Mapping[str, npt.NDArray[np.generic]],
        more: Mapping[str, Any],  # Any: JSON
    ) -> PairScan:
        """Go on from what `saved` gave."""
        again = cls(ticks_a_day=float(more["ticks_a_day"]), things=more["things"])
        again.names, again.now = Names.restored(more["names"]), int(more["now"])
        for kind, tail in again.tails.items():
            tail.ticks = float(more["ticks"][kind])
            tail.counts = np.array(arrays[f"tail_{kind}"], dtype=np.float64)
        keys: Keys = np.asarray(arrays["keys"], dtype=np.int64)
        last: Codes = np.asarray(arrays["last"], dtype=np.int32)
        sums: Singles = np.asarray(arrays["sums"], dtype=np.float32)
        again._table(max(SLOTS, 1 << (3 * len(keys)).bit_length()))
        again._used = rehash(keys, last, sums, again.now, again._keys, again._last, again._sums)
        return again

    def _table(self, slots: int) -> None:
        """Make room: key, last period and sums of a slot lie within one line of the cache."""
        room = np.zeros((slots + 1) * LINE, dtype=np.float32)
        start = -(room.ctypes.data // room.itemsize) % LINE
        cells = room[start : start + slots * LINE].reshape(slots, LINE)
        self._keys = cells[:, :2].view(np.int64)[:, 0]
        self._last = cells[:, 2:3].view(np.int32)[:, 0]
        self._sums = cells[:, 3 : 3 + WIDTH]
        self._keys[:] = FREE

    def _tidy(self, slots: int) -> None:
        """Move into a table of so many slots, without what is forgotten."""
        old, touched = (self._keys, self._last, self._sums), self._keys[self._touched]
        self._table(slots)
        self._used = rehash(*old, self.now, self._keys, self._last, self._sums)
        self._touched = self._slots(touched)

    def _fold(self, codes: Codes, fall: Singles, *, age: int, sign: float) -> IntArray:
        touched = np.empty(len(codes) * len(GROUPS), dtype=np.int64)
        row = count = 0
        while True:
            row, count, self._used = fold(
                codes, fall, row, age, sign, GROUP_PLACES, self.now,
                self._keys, self._last, self._sums, touched, count, self._used,
            )  # fmt: skip
            if row == len(codes):
                return touched[:count].copy()
            keys, slots = self._keys[touched[:count]], len(self._keys)
            self._tidy(slots)
            if self._used > ROOMY * slots:
                self._tidy(2 * slots)
            touched[:count] = self._slots(keys)

    def _slots(self, keys: IntArray) -> IntArray:
        order = np.argsort(self._keys, kind="stable")
        return order[np.searchsorted(self._keys, keys, sorter=order)]

    def _weigh(self, law: Family, excess: Excess) -> tuple[IntArray, FloatArray, IntArray]:
        room = np.empty(len(self._touched), dtype=np.int64)
        slots = room[: odd_slots(self._touched, self._sums, ODD, room)].copy()
        held = self._sums[slots].astype(np.float64)
        usual = held[:, LEVEL_LOST] / (held[:, LEVEL_N] + LEVEL_USES)
        nats = np.zeros((len(KEEPS), len(slots)))
        for k in range(len(KEEPS)):
            n, n2, lost = held[:, FIRST + 3 * k : FIRST + 3 * k + 3].T
            n = np.maximum(n, 1e-6)
            fall = np.maximum(lost / n - usual - NEGLIGIBLE, 0.0)
            effective = n * n / np.maximum(n2, n / MOST_EFFECTIVE)
            nats[k] = effective * law.fall(fall)
        best = nats.argmax(axis=0) if len(slots) else np.zeros(0, dtype=np.int64)
        most = nats.max(axis=0, initial=0.0)
        for i in np.flatnonzero(most > BLUNTED).tolist():
            odd = self._odd(int(slots[i]), float(most[i]), int(best[i]))
            most[i] /= excess(odd.scope, odd.uses, odd.window)
        return slots, most, best

    def _kinds(self, slots: IntArray) -> IntArray:
        return KIND_OF[self._keys[slots] >> KEY_BITS]

    def _odd(self, slot: int, nats: float, window: int) -> OddPair:
        key = int(self._keys[slot])
        group = GROUPS[key >> KEY_BITS]
        bits = PAIR_BITS if len(group) == 2 else TRIPLE_BITS
        scope: dict[str, str] = {}
        for place, attribute in enumerate(reversed(group)):
            scope |= self.names.scope(attribute, key >> place * bits & (1 << bits) - 1)
        return OddPair(
            scope=scope,
            nats=nats,
            window=window,
            periods=WINDOW_PERIODS[window],
            uses=float(self._sums[slot, FIRST + 3 * window]),
            kind=KINDS[KIND_OF[key >> KEY_BITS]],
        )
