"""The exact truth of a fault: what, where, when, and who felt it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sentio.kernel.arrays import IntArray
from sentio.lab.faults.effect import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What an ideal observer would know of a fault, or of a decoy (``harmful`` is False).

    ``scope`` maps dimensions of a use's path (among them `ring`, `router`, `amf`, `smf`, `dns`,
    `ims`) to the member that is hit. A use is touched when the fault made an indicator of it
    materially worse.
    """

    name: str
    kind: str
    harmful: bool
    scope: Mapping[str, str]
    element: str
    element_kind: str
    domain: str
    start_ns: int
    end_ns: int
    severity: float
    services: tuple[str, ...]
    subjects: IntArray  # sorted, everyone with a touched use
    sessions: int
    sessions_by_period: Mapping[int, int]  # start of the period, touched uses
    cured_by: tuple[str, ...]  # kinds of changes on ``element`` that end it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """An event that a fault or decoy shows: an alarm, a change, a planned work.

    ``after_ns`` counts from the start of the fault; negative is before.
    """

    event_kind: str
    element: str
    element_kind: str
    title: str
    severity: str | None = None
    after_ns: int = 0
    lasts_ns: int = 0
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distortion:
    """What is wrong with the data and not with the network."""

    kind: str  # drop, double, skew, stuck, units, high
    scope: Mapping[str, tuple[int, ...]]
    amount: float = 0.0
    indicator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A fault or decoy as the operator plays it: what it does, and what it shows."""

    name: str
    kind: str
    is_harmful: bool
    scope: Mapping[str, str]
    element: str
    element_kind: str
    domain: str
    start_ns: int
    end_ns: int
    severity: float
    effects: tuple[Effect, ...] = ()
    ramp_ns: int = 0
    signs: tuple[Sign, ...] = ()
    distortions: tuple[Distortion, ...] = ()
    cured_by: tuple[str, ...] = ()
    holiday: int = -1  # day since 1970 on which nobody works

    def strength(self, ts_ns: int) -> float:
        """Tell how strong it is at a moment, [0, 1]."""
        if not self.start_ns <= ts_ns < self.end_ns:
            return 0.0
        return min(1.0, (ts_ns - self.start_ns) / self.ramp_ns) if self.ramp_ns else 1.0
