"""Records that are missing: of a whole source, or of one place in it, while all others go on.

Fewer records may be fewer uses. So a place is told only where something else saw the uses go on:
the load that the element measures itself, or else that nobody around took them over. Many places
that have less at once are one matter of people (a holiday), not many of data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentio.awareness.brought import Brought
from sentio.awareness.key_book import SEPARATOR, KeyBook
from sentio.awareness.usual import coded
from sentio.awareness.volumes import WINDOWS, Judged, Volumes
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.model.data_fault import Doubt, Key
from sentio.model.topology import Topology

Held: TypeAlias = npt.NDArray[np.generic]

WHOLE, MEASURED = "uses", "measured"
KINDS = ("silent", "fewer")
COARSE = ("upf", "edge", "server")  # probes sit there; large enough for a part to be missed
FINE = ("cell", "gnb", "link")
NATS = 14.0  # chance exceeds it once in ten years of a thousand places
WELL_PERIODS = 2  # that a fault is over before it is told to be
LESS, NOTHING = 0.65, 0.05  # of the expected: a holiday takes a quarter of a source, not a third
FEWEST = {True: 24.0, False: 40.0}  # expected in the window, of a coarse and of a fine place
MOST_AT_ONCE = 0.1  # of the places of a kind: more are a matter of people
TAKEN_OVER = 0.4  # of what is missing
Load = Callable[[str], float | None]
"""``load(element)``: what it measures of its own load over what is usual; 0 where it fell silent,
None where it never measured any. That of no element is that of the whole network."""


class Missing:
    """Counts of all sources and places, and which of them are far below what is usual."""

    def __init__(self) -> None:
        self.book, self.volumes = KeyBook(), Volumes()
        self._group = np.zeros(0, dtype=np.int64)
        self._kinds: list[str] = []  # of the groups, in the order of their numbers
        self._of_kind = np.zeros((2, 0), dtype=np.bool_)  # whether a group is fine, is of wholes
        self._parts: list[list[str]] = []
        self._ill: dict[str, int] = {}  # sources at fault: periods since that is over, 0 while not

    def see(self, brought: Brought, *, open_keys: frozenset[Key]) -> None:
        """Take in a period; what is at fault teaches nothing."""
        ill = {key[1] for key in open_keys if key[0] in KINDS}
        self._ill = {s: n + 1 for s, n in self._ill.items() if n < WINDOWS[-1]}
        self._ill |= dict.fromkeys(ill, 0)
        codes, counts = self._counted(brought)
        whole = np.bincount(codes, counts, len(self.book)).astype(np.float64)
        self._settle()
        but = self._at_fault(open_keys)
        middle_ns = (brought.start_ns + brought.end_ns) // 2
        self.volumes.see(whole, middle_ns, group=self._group, but=but)

    def doubts(self, load: Load, topology: Topology, open_keys: frozenset[Key]) -> list[Doubt]:
        """Name sources and places that miss records, in the shortest window that shows it."""
        found: dict[int, Doubt] = {}
        ill = _ill(open_keys)
        for periods in WINDOWS:
            if periods > self.volumes.reach:
                break
            judged = self.volumes.judged(periods, self._group)
            fresh = [c for c in self._low(judged).tolist() if c not in found]
            for code in sorted(fresh, key=lambda c: -judged.nats[c]):
                each = self._doubt(code, judged, periods)
                if self._was_ill(each, periods) or (each.place and each.source in ill):
                    continue
                if not self._is_of_data(code, judged, load, topology):
                    continue
                found[code] = each
                if each.place_kind not in FINE:
                    ill.add(each.source)
        return list(found.values())

    def _was_ill(self, each: Doubt, periods: int) -> bool:
        """Tell whether a window reaches back into an earlier fault of the source."""
        well = self._ill.get(each.source, 0)
        return well > 0 and well + WELL_PERIODS - 1 < periods

    def still(self, key: Key) -> bool | None:
        """Tell whether a fault goes on; None where nothing can be told."""
        what, source, kind, place, _, _ = key
        name = SEPARATOR.join((source, kind or WHOLE, place))
        if name not in self.book.names:
            return None
        code = self.book.names.index(name)
        for periods in WINDOWS[:2]:
            judged = self.volumes.judged(periods, self._group)
            if judged.expected[code] >= FEWEST[True] / 2:
                return bool(judged.ratio[code] < (0.5 if what == "silent" else (1 + LESS) / 2))
        return None

    def is_usual(self, kind: str, place: str) -> bool | None:
        """Tell whether a place has as many uses as ever; None where that is not known."""
        judged = self.volumes.judged(min(3, max(self.volumes.reach, 1)), self._group)
        rows = [i for i, p in enumerate(self._parts) if p[1:] == [kind, place]]
        m = float(np.nansum(judged.expected[rows])) if rows else 0.0
        return None if m < FEWEST[True] else float(judged.seen[rows].sum()) > LESS * m

    def saved(self) -> tuple[dict[str, Held], dict[str, Any]]:  # Any: JSON
        """Give all that was learned, and the keys."""
        return self.volumes.saved(), {"keys": self.book.names, "ill": self._ill}

    @classmethod
    def restored(cls, arrays: Mapping[str, Held], more: Mapping[str, Any]) -> Missing:  # Any: JSON
        """Go on from what `saved` gave."""
        again = cls()
        again.book, again.volumes = KeyBook(more["keys"]), Volumes.restored(arrays)
        again._ill = {str(source): int(n) for source, n in more["ill"].items()}
        again._settle()
        return again

    def _counted(self, brought: Brought) -> tuple[IntArray, FloatArray]:
        uses = brought.uses
        kinds = [kind for kind in (*COARSE, *FINE) if kind in uses.column_names]
        parts = [_counts_of(brought, kind) for kind in (WHOLE, *kinds)] if uses.num_rows else []
        if brought.measured.num_rows:
            parts.append(_whole(*coded(brought.measured, "source"), MEASURED))
        counts = np.concatenate([np.zeros(0), *(count for _, count in parts)])
        return self.book.codes(pa.chunked_array([names for names, _ in parts], pa.string())), counts

    def _settle(self) -> None:
        """Put new keys into their groups: all sources, or the places of a kind in one source."""
        if len(self._group) == len(self.book):
            return
        fresh = [name.split(SEPARATOR) for name in self.book.names[len(self._group) :]]
        numbers: list[int] = []
        for source, kind, place in fresh:
            group = kind if kind in (WHOLE, MEASURED) else f"{kind}{SEPARATOR}{source}"
            if group not in self._kinds:
                self._kinds.append(group)
            numbers.append(self._kinds.index(group))
            self._parts.append([source, kind, place])
        self._group = np.append(self._group, np.array(numbers, dtype=np.int64))
        kinds = [each.split(SEPARATOR)[0] for each in self._kinds]
        self._of_kind = np.stack([np.isin(kinds, FINE), np.isin(kinds, (WHOLE, MEASURED))])

    def _at_fault(self, open_keys: frozenset[Key]) -> BoolArray:
        """Tell which keys a fault touches: its own, and all places of its source."""
        ill = _ill(open_keys) | {key[1] for key in open_keys if key[0] == "duplicates"}
        own = {(key[1], key[2], key[3]) for key in open_keys if key[0] in KINDS}
        if not ill and not own:
            return np.zeros(len(self._parts), dtype=np.bool_)
        touched = [s in ill or (s, kind, place) in own for s, kind, place in self._parts]
        return np.array(touched, dtype=np.bool_)

    def _low(self, judged: Judged) -> IntArray:
        is_fine, is_whole = self._of_kind[:, self._group]
        fewest = np.where(is_fine, FEWEST[False], FEWEST[True])
        with np.errstate(invalid="ignore"):
            low = (judged.nats > NATS) & (judged.expected >= fewest)
            low &= judged.ratio < np.where(is_fine, NOTHING, LESS)
        at_once = np.bincount(self._group, low, len(self._kinds))
        of_all = np.bincount(self._group, minlength=len(self._kinds))
        is_common = (at_once > np.maximum(1.0, MOST_AT_ONCE * of_all))[self._group]
        return np.flatnonzero(low & ~(is_common & ~is_whole))

    def _doubt(self, code: int, judged: Judged, periods: int) -> Doubt:
        source, kind, place = self._parts[code]
        is_whole = kind in (WHOLE, MEASURED)
        return Doubt(
            what="silent" if judged.ratio[code] < NOTHING else "fewer",
            source=source,
            place_kind="" if kind == WHOLE else kind,
            place="" if is_whole else place,
            seen=float(judged.seen[code]),
            expected=float(judged.expected[code]),
            nats=float(judged.nats[code]),
            periods=periods,
        )

    def _is_of_data(self, code: int, judged: Judged, load: Load, topology: Topology) -> bool:
        """Tell whether it is the records that are missing, and not the uses."""
        source, kind, place = self._parts[code]
        seen, expected = float(judged.seen[code]), float(judged.expected[code])
        ratio = seen / expected
        measured = _load(place, load, topology)
        if kind == MEASURED:
            return True
        if kind == WHOLE:  # a day off leaves things as busy as ever, but not the network
            return ratio < LESS * min(measured if measured is not None else 1.0, 1.0)
        if measured is not None:
            return measured > (1.0 + ratio) / 2.0
        near = topology.neighbours.get(place)
        if near is None and kind in FINE:
            return False  # its people may be anywhere
        around = [
            i for i, (own, k, other) in enumerate(self._parts)
            if own == source and k == kind and i != code and (near is None or other in near)
        ]  # fmt: skip
        if not around:
            return False
        # against what is usual at this hour, since those around are few and the change is theirs
        common = float(np.nan_to_num(judged.expected[code] / judged.usual[code], nan=1.0))
        more = np.nan_to_num(judged.seen[around] - common * judged.usual[around])
        return float(more.sum()) < TAKEN_OVER * (expected - seen)


def _ill(open_keys: frozenset[Key]) -> set[str]:
    """Name the sources of which a large part is missing: what else is must wait."""
    return {key[1] for key in open_keys if key[0] in KINDS and key[2] not in FINE}


def _load(place: str, load: Load, topology: Topology) -> float | None:
    """Give the load of a place; where it measures none itself, the mean of what is under it."""
    own = load(place)
    if own is not None or not place:
        return own
    below = [each for one in topology.below(place) if (each := load(one)) is not None]
    return float(np.mean(below)) if below else None


def _counts_of(brought: Brought, kind: str) -> tuple[pa.Array, FloatArray]:
    """Count uses by source, or by source and place."""
    source, sources = brought.coded("source")
    if kind == WHOLE:
        return _whole(source, sources, WHOLE)
    place, places = brought.coded(kind)
    here = (place >= 0) & (source >= 0)
    at = source[here] * len(places) + place[here]
    count = np.bincount(at, minlength=len(sources) * len(places)).astype(np.float64)
    used = np.flatnonzero(count)
    one, other = (
        pa.array(names, pa.string()).take(pa.array(codes))
        for names, codes in zip((sources, places), np.divmod(used, len(places)), strict=True)
    )
    return pc.binary_join_element_wise(one, kind, other, SEPARATOR), count[used]


def _whole(source: IntArray, sources: list[str], kind: str) -> tuple[pa.Array, FloatArray]:
    count = np.bincount(source[source >= 0], minlength=len(sources)).astype(np.float64)
    used = np.flatnonzero(count)
    names = pa.array([sources[i] for i in used.tolist()], pa.string())
    return pc.binary_join_element_wise(names, kind, "", SEPARATOR), count[used]
