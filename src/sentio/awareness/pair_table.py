"""Sums for every pair and triple of attributes seen lately: a hash table, folded row by row.

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
FORGOTTEN_PERIODS, FORGOTTEN_USES = 150, 2.0
"""A slot untouched for so long is given up if fewer uses than these have taught its level."""
KEY_BITS = 52  # of a key, below the number of its group: of attributes' codes
PAIR_BITS, TRIPLE_BITS = 26, 17  # for each code of a pair, or of a triple
BLOCK = 64  # rows, of which each group is folded in one go
FULLEST = 0.6  # share of the slots, beyond which the table must grow

LONG_AGO = 1 << 12  # periods, after which a slot is as after this
FADES = np.array(
    [[keeps**passed for keeps in (*KEEPS, LEVEL_KEEPS)] for passed in range(LONG_AGO + 1)],
    dtype=np.float32,
)
"""What is left of each window's sums and of the level after so many periods."""

_compiled = numba.njit(cache=True, fastmath=True, error_model="numpy")


@_compiled
def key_of(group: int, one: int, other: int, third: int, size: int) -> np.int64:  # pragma: no cover
    """Give the key of members of a group of two or three; -1 for none, or where there is no room.

    A member below 0 is none; of a pair, ``third`` must be 0.
    """
    bits = np.int64(PAIR_BITS if size == 2 else TRIPLE_BITS)
    if min(one, other, third) < 0 or max(one, other, third) >> bits > 0:
        return np.int64(FREE)
    key = np.int64(one) << bits | np.int64(other)
    if size == 3:
        key = key << bits | np.int64(third)
    return np.int64(group) << KEY_BITS | key


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
    fades = FADES[min(passed, LONG_AGO)]
    if n > 0.0:
        usual = held[LEVEL_LOST] / (held[LEVEL_N] + LEVEL_USES)
        odd = abs(lost - n * usual) / np.sqrt(n)
        weight = min(1.0, ODD / max(odd, 1e-6))
        held[LEVEL_N] += weight * n
        held[LEVEL_LOST] += weight * lost
    held[LEVEL_N] *= fades[-1]
    held[LEVEL_LOST] *= fades[-1]
    for k in range(len(KEEPS)):
        at = FIRST + 3 * k
        held[at] *= fades[k]
        held[at + 1] *= fades[k] * fades[k]
        held[at + 2] *= fades[k]
    last[slot] = now


@_compiled
def fold(
    codes: Codes,
    fall: Singles,
    first_row: int,
    age: int,
    sign: float,
    groups: Codes,
    now: int,
    keys: Keys,
    last: Codes,
    sums: Singles,
    touched: Keys,
    count: int,
    used: int,
) -> tuple[int, int, int]:  # pragma: no cover
    """Fold uses of a period so many periods ago in (sign 1), or take them out again (-1).

    ``groups`` are the places of each group's codes in a row, -1 for no third; shape (groups, 3).

    Returns
    -------
    row, count, used
        The first row that is not folded (all are, unless the table is full), how many slots were
        touched for the first time in this period, and how many slots are used.
    """
    most = int(FULLEST * len(keys)) - len(groups) * BLOCK
    weight = FADES[age, : len(KEEPS)]
    for begin in range(first_row, len(codes), BLOCK):
        if used > most:
            return begin, count, used
        end = min(begin + BLOCK, len(codes))
        for g in range(len(groups)):
            one, other, third = groups[g, 0], groups[g, 1], groups[g, 2]
            size = 2 if third < 0 else 3
            for row in range(begin, end):
                last_code = codes[row, third] if size == 3 else 0
                key = key_of(g, codes[row, one], codes[row, other], last_code, size)
                if key == FREE:
                    continue
                slot = slot_of_key(keys, key)
                if keys[slot] == FREE:
                    keys[slot], last[slot] = key, now - 1
                    sums[slot, :] = 0.0
                    used += 1
                if last[slot] != now:
                    bring_up(slot, now, last, sums)
                    touched[count] = slot
                    count += 1
                add(slot, sign, fall[row], weight, sums)
    return len(codes), count, used


@_compiled
def add(
    slot: np.int64, sign: float, fall: float, weight: Singles, sums: Singles
) -> None:  # pragma: no cover
    """Add a use to the windows of a slot, or take it away."""
    for k in range(len(KEEPS)):
        at = FIRST + 3 * k
        sums[slot, at] += sign * weight[k]
        sums[slot, at + 1] += sign * weight[k] * weight[k]
        sums[slot, at + 2] += sign * weight[k] * fall


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
def is_forgotten(passed: int, held: Singles) -> bool:  # pragma: no cover
    """Tell whether a slot that was not touched for so long tells nothing that chance would not."""
    known = (held[LEVEL_N] + held[FIRST]) * LEVEL_KEEPS**passed
    return passed > FORGOTTEN_PERIODS and known < FORGOTTEN_USES


@_compiled
def rehash(
    keys: Keys,
    last: Codes,
    sums: Singles,
    now: int,
    to_keys: Keys,
    to_last: Codes,
    to_sums: Singles,
) -> int:  # pragma: no cover
    """Carry slots that still tell something over into an empty table; gives how many there are."""
    used = 0
    for i in range(len(keys)):
        if keys[i] == FREE or is_forgotten(now - last[i], sums[i]):
            continue
        slot = slot_of_key(to_keys, keys[i])
        to_keys[slot], to_last[slot] = keys[i], last[i]
        to_sums[slot, :] = sums[i, :]
        used += 1
    return used
