"""Attributes of uses as numbers that stay: what has a code in one period has it in all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.awareness.usual import coded

Codes = npt.NDArray[np.int32]

PLACES = ("cell", "gnb", "ring", "router")  # each lies within the next
BUILT = {"release": ("app", "app_version"), "build": ("device_model", "firmware")}
"""A version says something only together with what it is a version of."""
ATTRIBUTES = (
    *PLACES,
    *("upf", "edge", "server", "app", "device_model", "slice", "segment"),
    *BUILT,
)
EACH = "thing"
"""Things are watched one by one as well; a thing makes a pair with itself."""
NESTED = frozenset({*combinations(PLACES, 2), ("app", "release"), ("device_model", "build")})
PAIRS = (
    *(pair for pair in combinations(ATTRIBUTES, 2) if pair not in NESTED),
    (EACH, EACH),
)
WIDE = ("ring", "router", "upf", "edge", "server", "app", "device_model", "slice", "segment")
"""What three of still have uses enough to tell anything."""
TRIPLES = tuple(
    triple for triple in combinations(WIDE, 3) if NESTED.isdisjoint(combinations(triple, 2))
)
GROUPS: tuple[tuple[str, ...], ...] = (*PAIRS, *TRIPLES)
COLUMNS = (*ATTRIBUTES, EACH)


@dataclass(slots=True)
class Names:
    """The names of each attribute's members, in the order of their coming."""

    members: dict[str, list[tuple[str, ...]]] = field(
        default_factory=dict[str, list[tuple[str, ...]]]
    )
    _of: dict[str, dict[tuple[str, ...], int]] = field(
        default_factory=dict[str, dict[tuple[str, ...], int]]
    )

    def codes(self, uses: pa.Table, things: Collection[str]) -> Codes:
        """Give codes of all `COLUMNS` of each use, -1 for none; shape (rows, columns).

        ``things`` are the services that things use.
        """
        found = np.full((uses.num_rows, len(COLUMNS)), -1, dtype=np.int32)
        found[:, len(ATTRIBUTES)] = self._each(uses, things)
        for place, name in enumerate(ATTRIBUTES):
            if name in BUILT:
                found[:, place] = self._built(uses, name)
            elif name in uses.column_names:
                codes, members = coded(uses, name)
                known = self._known(name, ((member,) for member in members))
                found[:, place] = np.append(known, -1)[codes]
        return found

    def scope(self, attribute: str, code: int) -> dict[str, str]:
        """Give a member as the scope that it is: a version is one of its app."""
        parts = BUILT.get(attribute, ("subject" if attribute == EACH else attribute,))
        return dict(zip(parts, self.members[attribute][code], strict=True))

    def saved(self) -> Mapping[str, list[tuple[str, ...]]]:
        """Give all names."""
        return self.members

    @classmethod
    def restored(cls, saved: Mapping[str, Iterable[Iterable[str]]]) -> Names:
        """Go on from what `saved` gave."""
        again = cls()
        for attribute, members in saved.items():
            again._known(attribute, (tuple(member) for member in members))
        return again

    def _each(self, uses: pa.Table, things: Collection[str]) -> Codes:
        found = np.full(uses.num_rows, -1, dtype=np.int32)
        if not {"subject", "service"} <= set(uses.column_names):
            return found
        codes, services = coded(uses, "service")
        wanted = np.array([service in things for service in services] + [False])
        rows = np.flatnonzero(wanted[codes])
        who, at = np.unique(uses.column("subject").to_numpy()[rows], return_inverse=True)
        found[rows] = self._known(EACH, ((str(each),) for each in who.tolist()))[at]
        return found

    def _built(self, uses: pa.Table, name: str) -> Codes:
        whole, part = BUILT[name]
        nothing = np.full(uses.num_rows, -1, dtype=np.int32)
        if whole not in uses.column_names or part not in uses.column_names:
            return nothing
        (a, names_a), (b, names_b) = coded(uses, whole), coded(uses, part)
        pair = np.where((a >= 0) & (b >= 0), a * max(len(names_b), 1) + b, -1)
        used, at = np.unique(pair, return_inverse=True)
        is_one = used >= 0
        known = np.full(len(used), -1, dtype=np.int32)
        known[is_one] = self._known(
            name, ((names_a[p // len(names_b)], names_b[p % len(names_b)]) for p in used[is_one])
        )
        return known[at]

    def _known(self, attribute: str, members: Iterable[tuple[str, ...]]) -> Codes:
        of = self._of.setdefault(attribute, {})
        kept = self.members.setdefault(attribute, [])
        found: list[int] = []
        for member in members:
            code = of.get(member)
            if code is None:
                code = of[member] = len(kept)
                kept.append(member)
            found.append(code)
        return np.array(found, dtype=np.int32)
