"""Rows of a source that are rejected, doubled, late or suspect: far more than it usually has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sentio.awareness.brought import Brought
from sentio.model.data_fault import Doubt, Key, What

KINDS: tuple[What, ...] = ("rejected", "duplicates", "late", "suspect")
KEEPS = 0.98
MORE, TIMES = 0.04, 4.0  # of a source's rows beyond the usual, and as a multiple of it
FEWEST = 20.0  # rows
NATS = 12.0
FEWEST_PERIODS = 6  # in which a source sent anything, before its usual share is known
GOES_ON = 0.5  # of the share that was told


class RowShares:
    """The usual share of each kind of bad rows, by source."""

    def __init__(self) -> None:
        self.usual: dict[str, list[float]] = {}  # source -> periods, and a share of each kind

    def doubts(self, brought: Brought, *, open_keys: frozenset[Key]) -> list[Doubt]:
        """Take in a period; name the sources with far more bad rows than usual."""
        found: list[Doubt] = []
        for row in brought.quality.to_pylist():
            source, read = str(row["source"]), float(row["rows_read"] or 0.0)
            if read < FEWEST:
                continue
            known = self.usual.setdefault(source, [0.0] * (len(KINDS) + 1))
            known[0] += 1.0
            counts = {kind: float(row[kind] or 0.0) for kind in KINDS}
            counts["rejected"] -= counts["duplicates"]  # which are rejected as well
            for place, kind in enumerate(KINDS, start=1):
                share, usual = counts[kind] / read, known[place]
                each = Doubt(
                    what=kind,
                    source=source,
                    seen=share,
                    expected=usual,
                    nats=_nats(share, max(usual, 0.01), read),
                )
                is_more = share > usual + MORE and share > TIMES * usual and each.nats > NATS
                if known[0] > FEWEST_PERIODS and (is_more or each.key in open_keys):
                    if share > usual + GOES_ON * MORE:
                        found.append(each)
                else:
                    step = max(1.0 - KEEPS, 1.0 / known[0])
                    known[place] += step * (min(share, 0.2) - usual)
        return found

    def saved(self) -> Mapping[str, Any]:  # Any: JSON
        """Give the usual shares."""
        return self.usual

    @classmethod
    def restored(cls, known: Mapping[str, Any]) -> RowShares:  # Any: JSON
        """Go on from what `saved` gave."""
        again = cls()
        again.usual = {source: [float(x) for x in shares] for source, shares in known.items()}
        return again


def _nats(share: float, usual: float, rows: float) -> float:
    """Kullback-Leibler distance of a share from the usual, times the rows."""
    if share <= usual:
        return 0.0
    p = min(share, 1.0 - 1e-9)
    return float(rows * (p * np.log(p / usual) + (1 - p) * np.log((1 - p) / (1 - usual))))
