"""A video session rebuilt from its requests' CMCD: segments, stalls, initial delay (CTA-5004).

CMCD tells that a buffer ran dry, seldom for how long. Between two requests of one media type the
buffer obeys ``bl_now = bl_before + media that arrived - media that was played``, so the wall clock
between them, less what was played, is the time that nothing was played.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from sentio.ingest.wire.cdn import cmcd
from sentio.ingest.wire.cdn.access_log import Request

SHORTEST_STALL_S = 0.1  # CTA-5004 rounds bl to 100 ms: a shorter stall cannot be told from none
EMPTY_BUFFER_S = 0.05  # half the rounding of bl
LONGEST_REQUEST_MS = 86_400_000.0  # a transfer of more than a day is a clock error
LONGEST_SEGMENT_S = 3600.0  # sane range of segment_duration_s
LARGEST_KBPS = 1e6  # sane range of segment_bitrate_kbps
DAY_MS = 86_400_000.0
FIRST_ERROR = 400

KINDS = ("v", "av", "a", "m", "i", "c", "tt", "k", "o")
"""Object types (key ot), video first."""
VIDEO_KINDS = (0.0, 1.0)
OPENING_KINDS = (3.0, 4.0)  # manifest and initialisation segment


class Step(NamedTuple):
    """What one request tells of the session: lengths in s, rates in kbit/s; all numbers or None.

    ``kind`` is an index into `KINDS`; flags are 0 or 1, so that a session packs into doubles.
    """

    start_ms: float
    kind: float | None
    bitrate_kbps: float | None
    duration_s: float | None
    buffer_s: float | None
    taken_s: float | None
    is_starved: float
    starved_s: float | None
    is_startup: float
    start_delay_ms: float | None
    rate: float
    throughput_kbps: float | None
    volume_bytes: float
    ttfb_ms: float | None
    is_served: float


class Stall(NamedTuple):
    """One stall: where in the media, and for how long, in seconds."""

    position_s: float
    duration_s: float


class Rebuilt(NamedTuple):
    """A session: its video segments, its stalls (not the initial loading), its initial delay."""

    video: tuple[Step, ...]
    stalls: tuple[Stall, ...]
    initial_s: float | None


def step_of(request: Request) -> Step:
    """Take out of a request what the session needs."""
    fields = request.fields
    duration_ms = cmcd.number(fields, "d")
    buffer_ms = cmcd.number(fields, "bl")
    starved_ms = cmcd.number(fields, "bsd")
    rate = cmcd.number(fields, "pr")
    served = request.status is None or request.status < FIRST_ERROR
    return Step(
        start_ms=_start_ms(request),
        kind=_kind(cmcd.word(fields, "ot")),
        bitrate_kbps=_between(cmcd.number(fields, "br"), LARGEST_KBPS),
        duration_s=_between(duration_ms, LONGEST_SEGMENT_S * 1000, 1000),
        buffer_s=None if buffer_ms is None or buffer_ms < 0 else buffer_ms / 1000,
        taken_s=_between(request.taken_ms, LONGEST_REQUEST_MS, 1000),
        is_starved=float(cmcd.flag(fields, "bs")),
        starved_s=_between(starved_ms, LONGEST_SEGMENT_S * 1000, 1000),
        is_startup=float(cmcd.flag(fields, "su")),
        start_delay_ms=cmcd.number(fields, "msd"),
        rate=rate if rate is not None and 0 < rate <= 16 else 1.0,
        throughput_kbps=_between(cmcd.number(fields, "mtp"), 1e8),
        volume_bytes=request.bytes or 0.0,
        ttfb_ms=request.ttfb_ms,
        is_served=float(served and request.method in (None, "GET")),
    )


def pack(step: Step) -> list[float]:
    """Write a step as doubles, 8 bytes each; NaN stands for None."""
    return [math.nan if value is None else value for value in step]


def unpack(packed: Sequence[float]) -> list[Step]:
    """Read packed steps back."""
    width = len(Step._fields)
    return [
        Step._make([None if value != value else value for value in packed[at : at + width]])  # noqa: PLR0124  (only NaN differs from itself)
        for at in range(0, len(packed), width)
    ]


def has_segment(step: Step) -> bool:
    """Tell whether the request fetched media of known length and bitrate that can be video."""
    return (
        step.is_served == 1
        and step.bitrate_kbps is not None
        and step.duration_s is not None
        and (step.kind is None or step.kind in VIDEO_KINDS)
    )


def rebuild(steps: Sequence[Step]) -> Rebuilt | None:
    """Rebuild a session; None if it holds no video segment.

    Segments without an object type count as video only where no segment is said to be video.

    Parameters
    ----------
    steps
        All requests of the session, in any order.
    """
    ordered = sorted(steps, key=lambda step: step.start_ms)
    segments = [step for step in ordered if has_segment(step)]
    video = [step for step in segments if step.kind is not None] or segments
    if not video:
        return None
    return Rebuilt(tuple(video), tuple(_stalls(ordered, video)), _initial_s(ordered, video))


def _stalls(ordered: list[Step], video: list[Step]) -> list[Stall]:
    """Join each starvation back to the video request before it (CTA-5004: "since the prior")."""
    found: list[Stall] = []
    before: Step | None = None
    starving: Step | None = None
    position_s = 0.0  # media asked for before the request `before`
    segments = iter([*video, None])
    following = next(segments)
    for step in ordered:
        if step.is_starved and before is not None:
            starving = step
        if step is not following:
            continue
        following = next(segments)
        if before is not None:
            if starving is not None:
                found += _stall(before, step, starving, position_s)
            position_s += before.duration_s or 0.0
        before, starving = step, None
    if before is not None and starving is not None:
        found += _stall(before, starving, starving, position_s)
    return found


def _stall(before: Step, now: Step, starving: Step, position_s: float) -> list[Stall]:
    media_s = before.duration_s or 0.0
    gap_s = (now.start_ms - before.start_ms) / 1000
    if starving.starved_s is not None:
        length_s = starving.starved_s
    elif before.buffer_s is not None and now.buffer_s is not None:
        length_s = gap_s - (before.buffer_s + media_s - now.buffer_s) / before.rate
    else:
        # Estimate: in a steady buffer one segment is played while the next is fetched.
        length_s = gap_s - (media_s if before.buffer_s is None else before.buffer_s) / before.rate
    if _ran_dry_after(before, now):
        position_s += media_s
    if position_s <= 0:
        return []  # nothing was played yet: that is the initial loading
    return [Stall(position_s, max(min(length_s, gap_s), SHORTEST_STALL_S))]


def _ran_dry_after(before: Step, now: Step) -> bool:
    """Tell whether the buffer outlasted the download of ``before`` and ran dry only after it."""
    if before.taken_s is not None and before.buffer_s is not None:
        return before.taken_s < before.buffer_s
    return now.buffer_s is not None and now.buffer_s <= EMPTY_BUFFER_S


def _initial_s(ordered: list[Step], video: list[Step]) -> float | None:
    """Time from the first request to the first picture; None where the log starts later.

    ``msd`` (version 2) says it. Otherwise the session must begin with a request in startup: of
    the time to the first video request at which something has been played, what was played is
    taken off. Without buffer lengths: the time until the first video segment had arrived.
    """
    told = [step.start_delay_ms for step in ordered if step.start_delay_ms is not None]
    if told:
        return max(told[0], 0.0) / 1000
    if not (ordered[0].is_startup or ordered[0].kind in OPENING_KINDS) or not any(
        step.is_startup for step in ordered
    ):
        return None
    arrived_s = video[0].buffer_s or 0.0
    for before, now in pairwise(video):
        arrived_s += before.duration_s or 0.0
        elapsed_s = (now.start_ms - ordered[0].start_ms) / 1000
        if now.buffer_s is None:
            return elapsed_s
        if now.is_starved:
            break
        played_s = arrived_s - now.buffer_s
        if played_s > EMPTY_BUFFER_S:
            # Not before the first segment has arrived, however coarse the log's clock.
            return min(max(elapsed_s - played_s / now.rate, video[0].taken_s or 0.0), elapsed_s)
    first = video[0]
    begin_s = (first.start_ms - ordered[0].start_ms) / 1000
    return begin_s + first.taken_s if first.taken_s is not None else None


def _start_ms(request: Request) -> float:
    """Moment of the request: the player's own ``ts``, else the log's time less the transfer."""
    own_ms = cmcd.number(request.fields, "ts")
    logged_ms = request.time_ns / 1e6
    if own_ms is not None and abs(own_ms - logged_ms) < DAY_MS:
        return own_ms
    return max(logged_ms - (_between(request.taken_ms, LONGEST_REQUEST_MS) or 0.0), 0.0)


def _kind(word: str | None) -> float | None:
    return float(KINDS.index(word)) if word in KINDS else None


def _between(value: float | None, high: float, divisor: float = 1.0) -> float | None:
    return value / divisor if value is not None and 0 < value <= high else None
