"""What a DASH client's play list says of stalls (3GPP TS 26.247 V16.8.1 clause 10.2.7).

Play lists are few and short (one report a session), so they are walked entry by entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

REBUFFERING, SWITCH = "rebuffering", "representation switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceEntry:
    """One stretch of uninterrupted play: a ``Trace`` entry of the play list.

    Attributes
    ----------
    start_s
        When it began, in seconds from the start of the play list.
    media_start_s
        The media time it began at (``sstart``).
    duration_s
        Media time that it played.
    playback_speed
        Media seconds a second; 1 is normal, negative is rewinding, 0 and below tell no length.
    stop_reason
        Why it ended, in the words of the clause, such as ``rebuffering``.
    """

    representation: str
    start_s: float
    media_start_s: float
    duration_s: float
    playback_speed: float = 1.0
    stop_reason: str = ""

    @property
    def end_s(self) -> float:
        """When it ended, in seconds from the start of the play list."""
        speed = abs(self.playback_speed)
        return self.start_s + (self.duration_s / speed if speed > 0.0 else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """How one play list went; stall positions are media time played so far, as P.1203 wants."""

    initial_delay_s: float
    stall_position_s: tuple[float, ...]
    stall_duration_s: tuple[float, ...]
    switches: int
    media_s: float
    session_s: float


def playback_of(trace: Sequence[TraceEntry]) -> Playback:
    """Work out the stalls of a play list, its entries in order of time.

    A pause by the user is no stall; nor is a rebuffering that the report ends with, for its end
    is not known. Overlapping entries (clocks are not perfect) make a stall of length 0, which is
    left out.

    Examples
    --------
    >>> first = TraceEntry(
    ...     representation="a", start_s=5, media_start_s=0, duration_s=10, stop_reason="rebuffering"
    ... )
    >>> then = TraceEntry(representation="a", start_s=30, media_start_s=10, duration_s=50)
    >>> found = playback_of([first, then])
    >>> found.initial_delay_s, found.stall_position_s, found.stall_duration_s, found.session_s
    (5.0, (10.0,), (15.0,), 80.0)
    """
    if not trace:
        return Playback(
            initial_delay_s=0.0,
            stall_position_s=(),
            stall_duration_s=(),
            switches=0,
            media_s=0.0,
            session_s=0.0,
        )
    played_s, stalls = 0.0, list[tuple[float, float]]()
    for entry, following in pairwise(trace):
        played_s += entry.duration_s
        gap_s = following.start_s - entry.end_s
        if entry.stop_reason == REBUFFERING and gap_s > 0.0:
            stalls.append((played_s, gap_s))
    return Playback(
        initial_delay_s=max(0.0, float(trace[0].start_s)),
        stall_position_s=tuple(position for position, _ in stalls),
        stall_duration_s=tuple(gap for _, gap in stalls),
        switches=sum(entry.stop_reason == SWITCH for entry in trace),
        media_s=float(sum(entry.duration_s for entry in trace)),
        session_s=float(trace[-1].end_s),
    )
