"""An alarm log as columns: when, which kind, on which element, and who neighbours whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Codes: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """The elements whose alarms may reach an element: itself and its neighbours.

    Those of element ``e`` are ``members[starts[e]:starts[e + 1]]``.
    """

    starts: Codes
    members: Codes

    @property
    def sizes(self) -> Codes:
        """Elements in each neighbourhood, shape (elements,)."""
        return np.diff(self.starts)


def neighbourhood(elements: int, links: Iterable[tuple[int, int]] = ()) -> Neighbourhood:
    """Make the neighbourhoods of ``elements`` from links, each of which holds both ways."""
    near = [{element} for element in range(elements)]
    for one, other in links:
        near[one].add(other)
        near[other].add(one)
    starts = np.cumsum([0, *(len(each) for each in near)], dtype=np.int64)
    members = np.fromiter((each for some in near for each in sorted(some)), np.int64)
    return Neighbourhood(starts=starts, members=members)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLog:
    """Alarms raised, in order of time; made by `alarm_log`."""

    time_s: Floats
    kind: Codes
    element: Codes
    kinds: int
    near: Neighbourhood

    @property
    def span_s(self) -> float:
        """Time that the log covers, in seconds; at least one."""
        return float(self.time_s[-1] - self.time_s[0]) + 1.0 if len(self.time_s) else 1.0

    @property
    def counts(self) -> Codes:
        """Alarms of each kind, shape (kinds,)."""
        return np.bincount(self.kind, minlength=self.kinds)

    @property
    def exposure(self) -> Floats:
        """Elements that the alarms of each kind may reach, summed, shape (kinds,)."""
        reached = self.near.sizes[self.element].astype(np.float64)
        return np.bincount(self.kind, reached, minlength=self.kinds).astype(np.float64)


def alarm_log(
    time_s: npt.ArrayLike,
    kind: npt.ArrayLike,
    *,
    element: npt.ArrayLike,
    kinds: int | None = None,
    near: Neighbourhood | None = None,
) -> AlarmLog:
    """Put alarms in order of time.

    Parameters
    ----------
    time_s
        When each alarm was raised, seconds from any origin, shape (alarms,).
    kind, element
        Codes from 0, shape (alarms,).
    kinds
        Number of kinds; the highest code plus one, if absent.
    near
        Which elements neighbour which; none, if absent.
    """
    times = np.asarray(time_s, dtype=np.float64)
    codes = np.asarray(kind, dtype=np.int64)
    elements = np.asarray(element, dtype=np.int64)
    order = np.argsort(times, kind="stable")
    return AlarmLog(
        time_s=times[order],
        kind=codes[order],
        element=elements[order],
        kinds=int(codes.max(initial=-1)) + 1 if kinds is None else kinds,
        near=neighbourhood(int(elements.max(initial=-1)) + 1) if near is None else near,
    )
