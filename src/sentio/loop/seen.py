"""Which rows a source has sent lately: duplicates are told apart from new rows, exactly.

The memory is the rows of the last commits, at least `WINDOW_ROWS` where there are so many. It is
found again from the facts themselves after a restart, so a crash changes nothing.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

WINDOW_ROWS = 500_000

Ints = npt.NDArray[np.int64]


class Seen:
    """The row hashes of a source's last commits, and of the commit being made."""

    def __init__(self) -> None:
        self._commits: list[Ints] = []
        self._open: list[Ints] = []
        self._table = np.zeros(1 << 12, dtype=np.int64)
        self._count = 0

    def is_new(self, hashes: Ints) -> npt.NDArray[np.bool_]:
        """Tell, row by row in order, which have not been seen; they are seen from now on."""
        self._make_room(len(hashes))
        new = _insert(self._table, hashes)
        fresh = hashes[new]
        self._count += len(fresh)
        self._open.append(fresh)
        return new

    def close_commit(self) -> None:
        """End the commit being made, and forget commits beyond the window."""
        self._commits.append(np.concatenate([*self._open, np.empty(0, dtype=np.int64)]))
        self._open = []
        while sum(map(len, self._commits[1:])) >= WINDOW_ROWS:
            self._commits.pop(0)
        kept = sum(map(len, self._commits))
        if kept < self._count:
            self._rebuild(max(2 * kept, 1 << 12))

    def remember(self, hashes: Ints) -> None:
        """Take in the rows of an earlier commit, oldest commit first."""
        self._make_room(len(hashes))
        _insert(self._table, hashes)
        self._commits.append(hashes)
        self._count += len(hashes)

    def _make_room(self, rows: int) -> None:
        if 2 * (self._count + rows) > len(self._table):
            self._rebuild(2 * (self._count + rows))

    def _rebuild(self, size: int) -> None:
        self._table = np.zeros(1 << int(np.ceil(np.log2(size))), dtype=np.int64)
        everything = [*self._commits, *self._open]
        self._count = sum(map(len, everything))
        for hashes in everything:
            _insert(self._table, hashes)


@numba.njit(nogil=True, cache=True)
def _insert(table: Ints, hashes: Ints) -> npt.NDArray[np.bool_]:
    new = np.empty(len(hashes), dtype=np.bool_)
    mask = len(table) - 1
    for i in range(len(hashes)):
        wanted = hashes[i] if hashes[i] != 0 else np.int64(1)
        place = (wanted ^ (wanted >> 32)) & mask
        while table[place] != 0 and table[place] != wanted:
            place = (place + 1) & mask
        new[i] = table[place] == 0
        table[place] = wanted
    return new
