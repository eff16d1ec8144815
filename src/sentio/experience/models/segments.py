"""The media segments of streaming sessions: lists that fit each other, and sizes by a ladder."""

from __future__ import annotations

import numba
import numpy as np

from sentio.experience.columns import Columns, FloatArray, IntArray, Lists, Texts

LADDER_KBPS = np.array([400.0, 800.0, 1600.0, 3500.0, 9000.0, 16000.0])
LADDER_PIXELS = np.array(
    [
        426.0 * 240,
        640.0 * 360,
        854.0 * 480,
        1280.0 * 720,
        1920.0 * 1080,
        2560.0 * 1440,
        3840.0 * 2160,
    ]
)
"""Coded size assumed for a bitrate below each step, and above the last: a usual ladder (ours)."""

_HELD = ("handheld", "phone", "smartphone", "mobile", "tablet")
HANDHELD: dict[str, float] = dict.fromkeys(_HELD, 1.0)
"""Device classes whose small screen forgives."""


def lists_of(columns: Columns, name: str) -> Lists:
    """Give a column that the catalogue calls a list."""
    column = columns[name]
    assert isinstance(column, Lists)  # noqa: S101  (the catalogue says so)
    return column


def texts_of(columns: Columns, name: str) -> Texts:
    """Give a column that the catalogue calls a text."""
    column = columns[name]
    assert isinstance(column, Texts)  # noqa: S101  (the catalogue says so)
    return column


def fitted(lists: Lists, like: Lists, *, otherwise: float) -> FloatArray:
    """Give one number per segment, whatever a row's own list looks like.

    A list that is too short goes on with its last number, one too long is cut; an unknown number
    (NaN) repeats the one before.

    Parameters
    ----------
    like
        The lists that say how many segments each row has.
    otherwise
        What stands where a row has no number at all, or none yet.

    Returns
    -------
    numbers
        shape (segments,), the rows of ``like`` end to end.
    """
    if np.array_equal(lists.offsets, like.offsets) and not np.isnan(lists.values).any():
        return lists.values
    return _fit(lists.values, lists.offsets, like.offsets, otherwise)


def ladder_pixels(bitrate_kbps: FloatArray) -> FloatArray:
    """Coded pixels that a service would usually send at such a bitrate."""
    return LADDER_PIXELS[np.searchsorted(LADDER_KBPS, bitrate_kbps, side="right")]


def of_segments(per_row: FloatArray, like: Lists) -> FloatArray:
    """Repeat each row's number for each of its segments, along the last axis."""
    return np.repeat(per_row, like.counts, axis=-1)


@numba.njit(nogil=True, cache=True)
def _fit(
    values: FloatArray, offsets: IntArray, like_offsets: IntArray, otherwise: float
) -> FloatArray:
    out = np.empty(like_offsets[-1])
    for row in range(len(like_offsets) - 1):
        known, at, end = otherwise, offsets[row], offsets[row + 1]
        for segment in range(like_offsets[row], like_offsets[row + 1]):
            if at < end:
                if not np.isnan(values[at]):
                    known = values[at]
                at += 1
            out[segment] = known
    return out
