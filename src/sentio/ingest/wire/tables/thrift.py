"""The numbers of a structure written in Thrift's compact protocol; the rest is stepped over."""

from __future__ import annotations

from collections.abc import Mapping

import numba
import numpy as np
import numpy.typing as npt

from sentio.kernel.arrays import IntArray

BEGIN = 0  # the place of an event that says that a structure begins; fields count from 1
NO_ROLE = -1
MOST_PLACES = 32
MAX_DEPTH = 64

_CUT, _DAMAGED = -1, -2
_STOP, _FALSE, _BYTE, _I16, _I64, _DOUBLE, _BINARY = 0, 2, 3, 4, 6, 7, 8
_LIST, _SET, _STRUCT = 9, 10, 12
_ROLE, _LAST, _LEFT, _KIND = 0, 1, 2, 3  # where we are: role; last field; elements left, of a kind

Bytes = npt.NDArray[np.uint8]

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
def _walk(data: Bytes, turns: IntArray, events: IntArray) -> tuple[int, int]:
    """Go through a structure; give the number of events and where it ends."""
    stack = np.zeros((MAX_DEPTH, 4), dtype=np.int64)
    stack[0, _LEFT] = -1
    depth = at = count = 0
    while depth >= 0:
        if stack[depth, _LEFT] == 0:
            depth -= 1
            continue
        role = stack[depth, _ROLE]
        kind, place, child, at = _next(data, at, stack, depth, turns)
        if at < 0:
            return count, at
        if kind == _STOP:
            depth -= 1
        elif kind in (_STRUCT, _LIST, _SET):
            depth += 1
            if depth == MAX_DEPTH:
                return count, _DAMAGED
            at = _enter(data, at, kind, child, stack, depth)
            if kind == _STRUCT and child >= 0:
                count = _note(events, count, child, BEGIN, 0)
        else:
            value, at = _scalar(data, at, kind)
            if role >= 0 and place > 0 and _I16 <= kind <= _I64:
                count = _note(events, count, role, place, value)
        if at < 0:
            return count, at
    return count, at


@numba.njit(nogil=True, cache=True)
def _next(
    data: Bytes, at: int, stack: IntArray, depth: int, turns: IntArray
) -> tuple[int, int, int, int]:
    """Give type, place and role of the next field or element, and where it stands."""
    if stack[depth, _LEFT] > 0:
        stack[depth, _LEFT] -= 1
        # truths take a byte in a list, none as fields
        kind = _BYTE if stack[depth, _KIND] <= _FALSE else stack[depth, _KIND]
        return kind, 0, stack[depth, _ROLE], at
    if at >= len(data):
        return 0, 0, 0, _CUT
    byte = np.int64(data[at])
    at += 1
    if byte & 15 == _STOP:
        return _STOP, 0, 0, at
    if byte >> 4:
        stack[depth, _LAST] += byte >> 4
    else:
        number, at = _varint(data, at)
        stack[depth, _LAST] = (number >> 1) ^ -(number & 1)
    role, place = stack[depth, _ROLE], stack[depth, _LAST]
    is_known = role >= 0 and 0 < place < turns.shape[1]
    child = turns[role, place] if is_known else NO_ROLE
    return byte & 15, place, child, at  # pyright: ignore[reportReturnType]  (compiled)


@numba.njit(nogil=True, cache=True)
def _enter(data: Bytes, at: int, kind: int, role: int, stack: IntArray, depth: int) -> int:
    """Begin a structure, or a list whose elements have the role."""
    stack[depth, _ROLE], stack[depth, _LAST], stack[depth, _LEFT] = role, 0, -1
    if kind == _STRUCT:
        return at
    if at >= len(data):
        return _CUT
    byte = np.int64(data[at])
    at += 1
    stack[depth, _KIND], size = byte & 15, byte >> 4
    if size == 15:
        size, at = _varint(data, at)
    stack[depth, _LEFT] = size
    if at >= 0 and (size < 0 or stack[depth, _KIND] == _STOP):
        return _DAMAGED
    return _CUT if size > len(data) - at else at  # an element takes a byte or more


@numba.njit(nogil=True, cache=True)
def _scalar(data: Bytes, at: int, kind: int) -> tuple[int, int]:
    """Give the value of a number (0 for the rest), and what stands behind it."""
    if kind <= _FALSE:
        return 0, at
    if _I16 <= kind <= _I64:
        number, at = _varint(data, at)
        return (number >> 1) ^ -(number & 1), at
    if kind == _BINARY:
        size, at = _varint(data, at)
        if at < 0:
            return 0, at
        if size < 0:
            return 0, _DAMAGED
    elif kind == _BYTE:
        size = 1
    elif kind == _DOUBLE:
        size = 8
    else:
        return 0, _DAMAGED
    return 0, at + size if size <= len(data) - at else _CUT


@numba.njit(nogil=True, cache=True)
def _varint(data: Bytes, at: int) -> tuple[int, int]:
    number = np.uint64(0)
    for i in range(10):
        if at + i >= len(data):
            return 0, _CUT
        byte = data[at + i]
        number |= np.uint64(byte & 127) << np.uint64(7 * i)
        if byte < 128:
            return np.int64(number), at + i + 1  # pyright: ignore[reportReturnType]  (compiled)
    return 0, _DAMAGED


@numba.njit(nogil=True, cache=True)
def _note(events: IntArray, count: int, role: int, place: int, value: int) -> int:
    if count < len(events):
        events[count, 0], events[count, 1], events[count, 2] = role, place, value
    return count + 1
