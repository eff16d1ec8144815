"""Sums for every pair of attributes that was seen lately: a hash table, folded into row by row.

A slot is brought up to the period only when a use touches it, so a period costs what its uses cost
and not what was ever seen. Collisions are passed on to the next free slot.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Singles = npt.NDArray[np.float32]
Keys = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

KEEPS = (0.0, 0.75, 0.96)
"""How much of a period's evidence is left in the next: the period alone, windows of 4 and of 25."""
LEVEL_KEEPS = 0.9996  # a period, of what a pair usually falls: half is gone after six days
LEVEL_USES = 50.0  # of its own that weigh as much as the belief that a pair is as its parts are
ODD = 3.0  # deviations beyond which a period teaches less
LEVEL_N, LEVEL_LOST, FIRST = 0, 1, 2
WIDTH = FIRST + 3 * len(KEEPS)
"""A slot: uses and loss that taught its level, then of each window uses, their squared weights and
their loss in deviations."""
FREE = -1
CODE_BITS = 26
FULLEST = 0.6  # share of the slots, beyond which the table must grow

_compiled = numba.njit(cache=True, fastmath=True, error_model="numpy")


@_compiled
def key_of(pair: int, one: int, other: int) -> np.int64:  # pragma: no cover
    """Give the key of a pair of members."""
    return (np.int64(pair) << (2 * CODE_BITS)) | (np.int64(one) << CODE_BITS) | np.int64(other)


@_compiled
def slot_of_key(keys: Keys, key: np.int64) -> np.int64:  # pragma: no cover
    """Give the slot of a key, or the free slot where it belongs."""
    mask = len(keys) - 1
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    slot = np.int64((mixed >> np.uint64(20)) & np.uint64(mask))
    while keys[slot] != key and keys[slot] != FREE:
        slot = (slot + 1) & mask
    return slot


@_compiled
def bring_up(slot: np.int64, now: int, last: Codes, sums: Singles) -> None:  # pragma: no cover
    """Let a slot's last period teach its level, then let its windows fade up to now."""
    passed = now - last[slot]
    held = sums[slot]
    n, lost = held[FIRST], held[FIRST + 2]
    keeps = LEVEL_KEEPS**passed
    if n > 0.0:
        usual = held[LEVEL_LOST] / (held[LEVEL_N] + LEVEL_USES)
        odd = abs(lost - n * usual) / np.sqrt(n)
        weight = min(1.0, ODD / max(odd, 1e-6))
        held[LEVEL_N] += weight * n
        held[LEVEL_LOST] += weight * lost
    held[LEVEL_N] *= keeps
    held[LEVEL_LOST] *= keeps
    for k in range(len(KEEPS)):
        fades = KEEPS[k] ** passed
        at = FIRST + 3 * k
        held[at] *= fades
        held[at + 1] *= fades * fades
        held[at + 2] *= fades
    last[slot] = now


@_compiled
def fold(
    codes: Codes,
    fall: Singles,
    first_row: int,
    age: int,
    sign: float,
    pairs: Codes,
    now: int,
    keys: Keys,
    last: Codes,
    sums: Singles,
    touched: Keys,
    count: int,
    used: int,
) -> tuple[int, int, int]:  # pragma: no cover
    """Fold uses of a period so many periods ago in (sign 1), or take them out again (-1).

    Returns
    -------
    row, count, used
        The first row that is not folded (all are, unless the table is full), how many slots were
        touched for the first time in this period, and how many slots are used.
    """
    most = int(FULLEST * len(keys)) - len(pairs)
    for row in range(first_row, len(codes)):
        if used > most:
            return row, count, used
        for p in range(len(pairs)):
            one, other = codes[row, pairs[p, 0]], codes[row, pairs[p, 1]]
            if one < 0 or other < 0:
                continue
            key = key_of(p, one, other)
            slot = slot_of_key(keys, key)
            if keys[slot] == FREE:
                keys[slot], last[slot] = key, now - 1
                sums[slot, :] = 0.0
                used += 1
            if last[slot] != now:
                bring_up(slot, now, last, sums)
                touched[count] = slot
                count += 1
            for k in range(len(KEEPS)):
                fades = 1.0 if age == 0 else KEEPS[k] ** age
                at = FIRST + 3 * k
                sums[slot, at] += sign * fades
                sums[slot, at + 1] += sign * fades * fades
                sums[slot, at + 2] += sign * fades * fall[row]
    return len(codes), count, used


@_compiled
def odd_slots(touched: Keys, sums: Singles, least: float, found: Keys) -> int:  # pragma: no cover
    """Find the slots that fell by more than so many deviations in any window; gives how many."""
    count = 0
    for i in range(len(touched)):
        slot = touched[i]
        held = sums[slot]
        usual = held[LEVEL_LOST] / (held[LEVEL_N] + LEVEL_USES)
        for k in range(len(KEEPS)):
            at = FIRST + 3 * k
            n2 = held[at + 1]
            if n2 > 1.0 and held[at + 2] - held[at] * usual > least * np.sqrt(n2):
                found[count] = slot
                count += 1
                break
    return count


@_compiled
def rehash(
    keys: Keys, last: Codes, sums: Singles, to_keys: Keys, to_last: Codes, to_sums: Singles
) -> int:  # pragma: no cover
    """Carry used slots over into an empty table; gives how many there are."""
    used = 0
    for i in range(len(keys)):
        if keys[i] == FREE:
            continue
        slot = slot_of_key(to_keys, keys[i])
        to_keys[slot], to_last[slot] = keys[i], last[i]
        to_sums[slot, :] = sums[i, :]
        used += 1
    return used
