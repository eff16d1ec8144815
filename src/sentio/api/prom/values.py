"""What expressions are worth while they are worked out: series of values, one for each moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sentio.api.prom.errors import SlowQuery, UnsupportedQuery

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Labels: TypeAlias = Mapping[str, str]
Key: TypeAlias = tuple[tuple[str, str], ...]

NAME = "__name__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Samples of some series at the same moments.

    Attributes
    ----------
    stamps_ms
        int64, shape (moments,): rising, in equal steps.
    values
        float64, shape (series, moments); NaN where there is no sample.
    """

    labels: Sequence[Labels]
    stamps_ms: Ints
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """Series with a value at each step; float64, shape (series, steps), NaN where there is none."""

    labels: Sequence[Labels]
    values: Floats


Value: TypeAlias = Floats | Vector
"""A number at each step, shape (steps,), or series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one query may take."""

    points: int = 11_000  # a series, as in Prometheus
    series: int = 20_000  # of one selector
    samples: int = 20_000_000  # of one selector: 160 MB
    patience_s: float = 30.0


class Deadline:
    """Ends a query that takes too long."""

    def __init__(self, patience_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._patience_s = patience_s
        self._end_s = now_s() + patience_s

    @property
    def left_s(self) -> float:
        """Tell how much time is left, not below 0."""
        return max(0.0, self._end_s - self._now_s())

    def check(self) -> None:
        """Raise `SlowQuery` once the time is over."""
        if self._now_s() >= self._end_s:
            raise SlowQuery(
                f"the query took longer than {self._patience_s:g} s",
                next_step='Ask for fewer series, a shorter span, or dimension="all".',
            )


def key_of(labels: Labels) -> Key:
    """Give labels a form that can be compared."""
    return tuple(sorted(labels.items()))


def without_name(labels: Labels) -> Labels:
    """Drop the name, as whatever computes does."""
    return {name: text for name, text in labels.items() if name != NAME}


def unnamed(vector: Vector) -> Vector:
    """Drop the names; series that become the same are an error, as in Prometheus."""
    labels = [without_name(each) for each in vector.labels]
    if len({key_of(each) for each in labels}) != len(labels):
        raise UnsupportedQuery(
            "several metrics have series with the same labels",
            next_step="Name one metric, or aggregate first.",
        )
    return Vector(labels=labels, values=vector.values)
