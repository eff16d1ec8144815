"""What is usual for every watched series: one struct of arrays, learned and judged in one pass.

A series is a service at a member of a dimension. Usual is its mean MOS at this hour of the week,
drawn towards its own level and the course of its service as far as it has too few uses of its
own. What is odd teaches little (Huber weights), so that a fault never becomes the custom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import prod

import numpy as np
import numpy.typing as npt

from sentio.awareness.kernel import (
    LEAST_SCATTER,
    WEEK_KEEPS,
    WINDOWS,
    Singles,
    see_tiles,
    teach_week,
)
from sentio.kernel.arrays import IntArray

BEGIN_USES = 1.0  # of a service's first period, for each hour of the week
SLOTS, HOURS = 168, 24  # hours of a week and of a day
COURSE_USES = 200.0  # of a service, that weigh as much as what is known of other hours
WEEK_FIELDS = ("week_n", "week_sum")
FIELDS = ("hour_n", "hour_sum", "level_n", "level_sum", "variance")
PHI = "phi"
"""How much the period and each window scatter beyond what the scatter of uses explains, in each
part of the day: what is crowded in the evening scatters then."""
PARTS = 8  # of a day
WINDOW_FIELDS = ("window_n", "window_n2", "window_lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One period of every series: uses, sum and sum of squares of their MOS, shape (series,)."""

    n: Singles
    total: Singles
    total_sq: Singles


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How far each series fell; shape (series,).

    ``usual`` is the mean that was expected, ``fall`` the greatest fall over the windows in standard
    deviations (positive is worse), ``window`` what shows it: 0 is the period, k the k-th window.
    """

    usual: Singles
    fall: Singles
    window: npt.NDArray[np.int8]


class Baselines:
    """All baselines, growing as series appear.

    ``service`` is the code of each series' service, shape (series,); the arrays of `FIELDS` have
    the shape (capacity,), those of the week (168, capacity), those of windows (windows, capacity),
    `PHI` (8, 1 + windows, capacity).
    """

    def __init__(self, services: int) -> None:
        self.size = 0
        self.services = services
        self.slot = -1  # the hour of the week that is being learned
        self._begun = 0  # series that have begun
        self._hour = np.zeros((services, 2))
        self.service = np.zeros(0, dtype=np.int32)
        self.course = np.zeros((SLOTS, services, 2))  # uses and MOS sum of a whole service
        self.arrays: dict[str, Singles] = {}
        self._reserve(1024)

    def grow(self, service: IntArray) -> None:
        """Take in new series, each with the code of its service."""
        self.service = np.append(self.service, service.astype(np.int32))
        self.size = len(self.service)
        if service.size and int(service.max()) >= self.services:
            more = int(service.max()) + 1 - self.services
            self.course = np.concatenate([self.course, np.zeros((SLOTS, more, 2))], axis=1)
            self._hour = np.concatenate([self._hour, np.zeros((more, 2))])
            self.services += more
        self._reserve(self.size)

    def see(self, tick: Tick, *, slot: int, learn: bool = True) -> Seen:
        """Judge a period by what was usual before it, then learn from it.

        The next period is written over what this one gave.
        """
        size = self.size
        self._begin(tick)
        if slot != self.slot:
            self._turn(slot)
        level, course = self._of_services(slot)
        of = {name: array[..., :size] for name, array in self.arrays.items()}
        usual, fall, window = self._out[0, :size], self._out[1, :size], self._window[:size]
        see_tiles(
            tick.n, tick.total, tick.total_sq, self.service, level, course,
            of["week_n"][slot], of["week_sum"][slot], of["hour_n"], of["hour_sum"],
            of["level_n"], of["level_sum"],
            of["variance"], of[PHI][part_of(slot)],
            of["window_n"], of["window_n2"], of["window_lost"],
            self._hour, np.float32(1.0 if learn else 0.0), usual, fall, window,
        )  # fmt: skip
        return Seen(usual=usual, fall=fall, window=window)

    @property
    def phi(self) -> Singles:
        """What `PHI` is in the part of the day at hand, shape (1 + windows, series)."""
        return self.arrays[PHI][part_of(self.slot), :, : self.size]

    def saved(self) -> dict[str, npt.NDArray[np.generic]]:
        """Give all that was learned, by name."""
        held = {name: array[..., : self.size] for name, array in self.arrays.items()}
        now = {"slot": np.array(self.slot), "hour": self._hour}
        return {"service": self.service, "course": self.course, **now, **held}

    @classmethod
    def restored(cls, saved: Mapping[str, npt.NDArray[np.generic]]) -> Baselines:
        """Go on from what `saved` gave."""
        again = cls(saved["course"].shape[1])
        again.grow(np.asarray(saved["service"], dtype=np.int64))
        again.course = np.array(saved["course"], dtype=np.float64)
        again.slot, again._hour = int(saved["slot"]), np.array(saved["hour"], dtype=np.float64)
        for name, array in again.arrays.items():
            array[..., : again.size] = saved[name]
        again._begun = again.size
        return again

    def _reserve(self, size: int) -> None:
        room = self.arrays[PHI].shape[-1] if self.arrays else 0
        if size <= room:
            return
        room = max(size, 2 * room)
        self._out, self._window = np.empty((2, room), np.float32), np.empty(room, np.int8)
        shapes = {
            **dict.fromkeys(WEEK_FIELDS, (SLOTS, room)),
            **dict.fromkeys(FIELDS, (room,)),
            **dict.fromkeys(WINDOW_FIELDS, (len(WINDOWS), room)),
            PHI: (PARTS, 1 + len(WINDOWS), room),
        }
        rows = [prod(shape[:-1]) for shape in shapes.values()]
        block = np.zeros((sum(rows), room), dtype=np.float32)  # one, for the sake of large pages
        for (name, shape), end in zip(shapes.items(), accumulate(rows), strict=True):
            fresh = block[end - prod(shape[:-1]) : end].reshape(shape)
            if name in self.arrays:
                old = self.arrays[name]
                fresh[..., : old.shape[-1]] = old
            self.arrays[name] = fresh

    def _begin(self, tick: Tick) -> None:
        """Begin new services with what they show now, new series with their service's scatter."""
        if self._begun == self.size:
            return
        n, total, total_sq = (
            np.bincount(self.service, each, self.services)
            for each in (tick.n, tick.total, tick.total_sq)
        )
        mean = total / np.maximum(n, 1.0)
        variance = np.maximum(total_sq / np.maximum(n, 1.0) - mean**2, LEAST_SCATTER**2)
        is_new = (self.course[..., 0].sum(axis=0) == 0) & (n > 0)
        self.course[:, is_new, 0] = BEGIN_USES
        self.course[:, is_new, 1] = BEGIN_USES * mean[is_new]
        fresh = slice(self._begun, self.size)
        self.arrays["variance"][fresh] = np.where(n > 0, variance, 1.0)[self.service[fresh]]
        self.arrays[PHI][..., fresh] = self._usual_phi()[..., self.service[fresh]]
        self._begun = self.size

    def _usual_phi(self) -> Singles:
        """Mean of each service's series that have begun, shape (8, 1 + windows, services)."""
        old = slice(0, self._begun)
        count = np.bincount(self.service[old], minlength=self.services)
        held = self.arrays[PHI][..., old].reshape(PARTS * (1 + len(WINDOWS)), self._begun)
        phi = np.array([np.bincount(self.service[old], each, self.services) for each in held])
        phi = phi.reshape(PARTS, -1, self.services)
        return ((phi + 1.0) / (count + 1.0)).astype(np.float32)

    def _of_services(self, slot: int) -> tuple[Singles, Singles]:
        """Level of each service, and how far it lies above it at this hour of the week."""
        uses, total = self.course[..., 0], self.course[..., 1]
        all_uses = uses.sum(axis=0)
        level = np.where(all_uses > 0, total.sum(axis=0) / np.maximum(all_uses, 1.0), 0.0)
        near = [(slot - 1) % SLOTS, slot, (slot + 1) % SLOTS]
        hour = np.arange(slot % HOURS, SLOTS, HOURS)
        n, s = uses[hour].sum(axis=0), total[hour].sum(axis=0)
        daily = (s + COURSE_USES * level) / (n + COURSE_USES)
        n, s = uses[near].sum(axis=0), total[near].sum(axis=0)
        here = (s + COURSE_USES * daily) / (n + COURSE_USES)
        return level.astype(np.float32), (here - level).astype(np.float32)

    def _turn(self, slot: int) -> None:
        """Let the hour that is over teach the week.

        Not before: an hour that judged its periods by its own first would learn a fault at once.
        """
        held = self.arrays
        if self.slot >= 0:
            for hour, week in (("hour_n", "week_n"), ("hour_sum", "week_sum")):
                teach_week(held[week][self.slot, : self.size], held[hour][: self.size])
            self.course[self.slot] = self.course[self.slot] * WEEK_KEEPS + self._hour
            self._hour[:] = 0.0
        self.slot = slot


def part_of(slot: int) -> int:
    """Give the part of the day that an hour of the week lies in, [0, 8)."""
    return slot % HOURS * PARTS // HOURS
