"""The numbers of a structure written in Thrift's compact protocol; the rest is stepped over."""

from __future__ import annotations

from collections.abc import Mapping

import numba
import numpy as np

from sentio.kernel.arrays import IntArray

ROLE, PLACE, VALUE = 0, 1, 2
BEGIN = 0  # the place of an event that says that a structure begins; fields count from 1
NO_ROLE = -1
MOST_PLACES = 32
MAX_DEPTH = 64

_CUT, _DAMAGED = -1, -2
_TRUE, _FALSE, _BYTE, _I16, _I64, _DOUBLE, _BINARY = 1, 2, 3, 4, 6, 7, 8
_LIST, _SET, _STRUCT = 9, 10, 12

Roles = Mapping[tuple[int, int], int]
"""Which role the structures have that stand at a place of a structure of a role; the outer is 0."""


def numbers_of(data: bytes, roles: Roles) -> tuple[IntArray, int]:
    """Find the whole numbers in those structures that have a role.

    Returns
    -------
    events, size_bytes
        In the order written: role, place, value; int64, shape (events, 3). Then the length of the
        whole structure.

    Raises
    ------
    IndexError
        If the bytes end before the structure.
    ValueError
        If they are no such structure.
    """
    turns = np.full((max(roles.values(), default=0) + 1, MOST_PLACES), NO_ROLE, dtype=np.int64)
    for (role, place), child in roles.items():
        turns[role, place] = child
    raw = np.frombuffer(data, dtype=np.uint8)
    count, end = _walk(raw, turns, np.empty((0, 3), dtype=np.int64))
    if end == _CUT:
        raise IndexError("the structure is cut short")
    if end == _DAMAGED:
        raise ValueError("the structure is damaged")
    events = np.empty((count, 3), dtype=np.int64)
    _walk(raw, turns, events)
    return events, int(end)


@numba.njit(nogil=True, cache=True)
def _varint(data: np.ndarray, at: int) -> tuple[int, int]:
    number = np.uint64(0)
    for i in range(10):
        if at + i >= len(data):
            return 0, _CUT
        byte = data[at + i]
        number |= np.uint64(byte & 127) << np.uint64(7 * i)
        if byte < 128:
            return np.int64(number), at + i + 1
    return 0, _DAMAGED


@numba.njit(nogil=True, cache=True)
def _walk(data: np.ndarray, turns: np.ndarray, events: np.ndarray) -> tuple[int, int]:  # noqa: C901, PLR0911, PLR0912, PLR0915  (compiled: one state machine)
    """Go through a structure; give the number of events and where it ends."""
    roles = np.empty(MAX_DEPTH, dtype=np.int64)
    places = np.zeros(MAX_DEPTH, dtype=np.int64)  # of a structure: its last field
    left = np.full(MAX_DEPTH, -1, dtype=np.int64)  # of a list: elements to come
    kinds = np.zeros(MAX_DEPTH, dtype=np.int64)  # of a list: what its elements are
    roles[0], depth, at, count = 0, 0, 0, 0
    while depth >= 0:
        role = roles[depth]
        if left[depth] == 0:
            left[depth] = -1
            depth -= 1
            continue
        if left[depth] > 0:
            left[depth] -= 1
            kind, place, child = kinds[depth], 0, role
            if kind <= _FALSE:  # truths in a list take a byte each
                kind = _BYTE
        else:
            if at >= len(data):
                return count, _CUT
            byte = np.int64(data[at])
            at += 1
            kind = byte & 15
            if kind == 0:
                depth -= 1
                continue
            if byte >> 4:
                places[depth] += byte >> 4
            else:
                number, at = _varint(data, at)
                if at < 0:
                    return count, at
                places[depth] = (number >> 1) ^ -(number & 1)
            place = places[depth]
            is_known = role >= 0 and 0 < place < turns.shape[1] and role < turns.shape[0]
            child = turns[role, place] if is_known else NO_ROLE
        if kind <= _FALSE:
            continue
        if kind == _BYTE or kind == _DOUBLE:  # noqa: PLR1714  (compiled)
            at += 1 if kind == _BYTE else 8
        elif _I16 <= kind <= _I64:
            number, at = _varint(data, at)
            if at < 0:
                return count, at
            if role >= 0 and place > 0:
                if count < len(events):
                    events[count, 0] = role
                    events[count, 1] = place
                    events[count, 2] = (number >> 1) ^ -(number & 1)
                count += 1
        elif kind == _BINARY:
            number, at = _varint(data, at)
            if at < 0 or number < 0:
                return count, min(at, _DAMAGED) if at < 0 else _DAMAGED
            if number > len(data) - at:
                return count, _CUT
            at += number
        elif kind == _STRUCT or kind == _LIST or kind == _SET:  # noqa: PLR1714  (compiled)
            depth += 1
            if depth >= MAX_DEPTH:
                return count, _DAMAGED
            roles[depth], places[depth], left[depth] = child, 0, -1
            if kind == _STRUCT:
                if child >= 0:
                    if count < len(events):
                        events[count, 0] = child
                        events[count, 1] = 0
                        events[count, 2] = 0
                    count += 1
                continue
            if at >= len(data):
                return count, _CUT
            byte = np.int64(data[at])
            at += 1
            kinds[depth], size = byte & 15, byte >> 4
            if size == 15:
                size, at = _varint(data, at)
                if at < 0 or size < 0:
                    return count, _CUT if at == _CUT else _DAMAGED
            if size > len(data) - at:
                return count, _CUT
            left[depth] = size
        else:
            return count, _DAMAGED
        if at > len(data):
            return count, _CUT
    return count, at
