"""A video session rebuilt from the player's states: starting, playing, rebuffering (CTA-5004-B)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sentio.ingest.wire.cdn import cmcd
from sentio.ingest.wire.cdn.sessions import LARGEST_KBPS, Stall

STARTING, PLAYING, REBUFFERING, PRELOADING = "s", "p", "r", "d"
ENDED, FATAL, QUIT = "e", "f", "q"
STATES = ("s", "p", "k", "r", "a", "w", "e", "f", "q", "d")
LONGEST_START_MS = 3_600_000.0
LONGEST_SILENCE_S = 3600.0  # between two reports: beyond it nobody knows what was played


class Report(NamedTuple):
    """One event report: its own time, its sequence number, its keys."""

    time_ms: float
    sequence: float
    fields: cmcd.Fields


class Playback(NamedTuple):
    """What the viewer saw: stretches of play at one bitrate, stalls, the start and the end."""

    stretches: tuple[tuple[float | None, float], ...]  # kbit/s, seconds
    stalls: tuple[Stall, ...]
    initial_s: float | None
    has_played: bool
    has_failed: bool


def play_back(reports: Sequence[Report]) -> Playback | None:
    """Go through a session's reports in time; None if none of them tells the player's state.

    From one report to the next the player is in the state that the first gave; of a state that
    lasts to the end of the reports nothing is known, so it counts nothing.
    """
    ordered = sorted(reports, key=lambda report: (report.time_ms, report.sequence))
    state = Progress()
    for report in ordered:
        state.see(report)
    return state.result() if state.is_known else None


class Progress:
    """The player as of the last report."""

    def __init__(self) -> None:
        self.is_known = False
        self._state = ""
        self._last_ms: float | None = None
        self._asked_ms: float | None = None
        self._initial_s: float | None = None
        self._rate = 1.0
        self._bitrate: float | None = None
        self._stretches: list[tuple[float | None, float]] = []
        self._stalls: list[Stall] = []
        self._played_s = 0.0
        self._has_played = False
        self._has_failed = False

    def see(self, report: Report) -> None:
        """Move on to a report: count what happened since the last one, then take its state."""
        self._pass(report.time_ms)
        fields = report.fields
        told = cmcd.number(fields, "msd")
        if told is not None and 0 <= told <= LONGEST_START_MS:
            self._initial_s = told / 1000
        rate = cmcd.number(fields, "pr")
        if rate is not None:
            self._rate = rate if 0 < rate <= 16 else self._rate
        if "ot" not in fields or cmcd.word(fields, "ot") in cmcd.VIDEO:
            self._bitrate = _kbps(fields) or self._bitrate
        state = cmcd.word(fields, "sta")
        if state in STATES:
            self._enter(state, report.time_ms)
        elif cmcd.word(fields, "e") == "e" and not self._has_played:
            self._has_failed = True

    def result(self) -> Playback:
        """Give the session as far as it is known."""
        return Playback(
            tuple(self._stretches),
            tuple(self._stalls),
            self._initial_s,
            self._has_played,
            self._has_failed,
        )

    def _pass(self, now_ms: float) -> None:
        if self._last_ms is None:
            self._last_ms = now_ms
            return
        passed_s = (now_ms - self._last_ms) / 1000
        self._last_ms = now_ms
        if not 0 < passed_s <= LONGEST_SILENCE_S:
            return
        if self._state == PLAYING:
            self._play(passed_s * self._rate)
        elif self._state == REBUFFERING and self._stalls:
            last = self._stalls[-1]
            self._stalls[-1] = Stall(last.position_s, last.duration_s + passed_s)

    def _play(self, media_s: float) -> None:
        self._played_s += media_s
        if self._stretches and self._stretches[-1][0] == self._bitrate:
            media_s += self._stretches.pop()[1]
        self._stretches.append((self._bitrate, media_s))

    def _enter(self, state: str, now_ms: float) -> None:
        self.is_known = True
        if state == REBUFFERING and self._state != REBUFFERING and self._has_played:
            self._stalls.append(Stall(self._played_s, 0.0))
        if state == STARTING and self._asked_ms is None and not self._has_played:
            self._asked_ms = now_ms
        if state == PLAYING and not self._has_played:
            self._has_played = True
            if self._initial_s is None and self._asked_ms is not None:
                self._initial_s = (now_ms - self._asked_ms) / 1000
        if state == FATAL:
            self._has_failed = True
        self._state = state


def _kbps(fields: cmcd.Fields) -> float | None:
    """Bitrate on the screen (pb) or else the one chosen (br, ab), in kbit/s."""
    for key in ("pb", "br", "ab"):
        value = cmcd.number(fields, key)
        if value is not None and 0 < value <= LARGEST_KBPS:
            return value
    return None
