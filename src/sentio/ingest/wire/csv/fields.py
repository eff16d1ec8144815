"""Where the needed fields of delimited lines lie: one pass over the bytes, 64 at a time."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from sentio.ingest.wire.text.masks import WIDTH, count, equal_bytes, lowest, ones, padded

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

NEWLINE, RETURN = 10, 13


def find_fields(
    data: Bytes, delimiter: int, columns: int, needed: list[int]
) -> tuple[Places, Places, Ints]:
    """Find the needed fields of each line; a line with another number of fields is skipped.

    Parameters
    ----------
    data
        uint8, shape (bytes,): whole lines, the last one ended too. A return in front of the
        newline belongs to the line's end.
    columns
        How many fields a line has.
    needed
        Which of them are wanted.

    Returns
    -------
    starts, ends
        int32, shape (needed, rows): first byte of each field, and the byte behind it.
    skipped
        The 1-based numbers of the skipped lines among the non-empty ones.
    """
    wanted = np.full(columns, -1, dtype=np.int64)
    wanted[needed] = np.arange(len(needed))
    lines = count(data, NEWLINE)
    starts = np.empty((len(needed), lines), dtype=np.int32)
    ends = np.empty((len(needed), lines), dtype=np.int32)
    skipped = np.empty(lines, dtype=np.int64)
    last, rest = max(needed, default=0), padded(data)
    rows, lost = _find(data, rest, np.uint8(delimiter), wanted, last, starts, ends, skipped)
    return starts[:, :rows], ends[:, :rows], skipped[:lost]


@numba.njit(nogil=True, cache=True, boundscheck=False)
def _find(  # noqa: C901  (one pass, inlined)
    data: Bytes,
    rest: Bytes,
    delimiter: np.uint8,
    wanted: Ints,
    last: int,
    starts: Places,
    ends: Places,
    skipped: Ints,
) -> tuple[int, int]:
    whole = len(data) // WIDTH * WIDTH
    rows = lost = column = line = begin = line_begin = 0
    for at in range(0, len(data), WIDTH):
        block, place = (data, at) if at < whole else (rest, 0)
        newlines = equal_bytes(block, place, np.uint8(NEWLINE))
        flags = newlines | equal_bytes(block, place, delimiter)
        while flags != 0:
            if column > last:  # nothing more is needed of this line: its fields are only counted
                if newlines == 0:
                    column += np.int64(ones(flags))
                    break
                end = newlines & (~newlines + np.uint64(1))
                column += np.int64(ones(flags & (end - np.uint64(1))))
                flags &= ~(end - np.uint64(1))
            bit = lowest(flags)
            i = at + np.int64(bit)
            flags &= flags - np.uint64(1)
            if column <= last and wanted[column] >= 0:
                starts[wanted[column], rows] = begin
                ends[wanted[column], rows] = i
            column += 1
            begin = i + 1
            if (newlines >> bit) & np.uint64(1):
                newlines &= newlines - np.uint64(1)
                if i > line_begin and data[i - 1] == RETURN:
                    i -= 1
                    if column - 1 == last:
                        ends[wanted[last], rows] = i
                if i > line_begin:
                    line += 1
                    if column == len(wanted):
                        rows += 1
                    else:
                        skipped[lost] = line
                        lost += 1
                column = 0
                line_begin = begin
    return rows, lost
