"""One run of numbered probes (ping, TWAMP): gaps become losses, late answers find their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sentio.ingest.wire.active.steps import MAX_GAP, Echoes, steps, strays
from sentio.ingest.wire.active.windows import (
    DEFAULT_INTERVAL_NS,
    MS_NS,
    Messages,
    filled,
    spacing_ns,
)
from sentio.ingest.wire.times.iso8601 import SECOND_NS
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray

HOLD_NS = 60 * SECOND_NS
"""An answer may come this much late; then the window of its message is handed on."""
MAX_WITHOUT_TIME = 1_000_000
"""Answers without a time that wait until the run ends, when their times are known."""

PASSES = 3
"""How often damaged lines are looked for: one may hide the next."""
LONGEST_RTT_MS = 600_000.0
"""An answer that takes longer is a damaged line."""

Emit = Callable[[Messages, float | None, bool], None]
Reject = Callable[[IntArray, str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Lines of a block that speak of one message each, in the order printed.

    ``number`` is -1 where the line names none, ``at_ns`` 0 where it has no stamp; ``rtt_ms`` is
    NaN for a line that says a message is lost (or not answered yet).
    """

    line: IntArray
    number: IntArray
    at_ns: IntArray
    is_local: BoolArray
    rtt_ms: FloatArray

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.line)

    def where(self, mask: BoolArray | slice) -> Answers:
        """Keep some of the lines."""
        return Answers(
            line=self.line[mask],
            number=self.number[mask],
            at_ns=self.at_ns[mask],
            is_local=self.is_local[mask],
            rtt_ms=self.rtt_ms[mask],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A line that begins or ends a run: a header, a start time or the statistics."""

    line: int
    kind: str  # header, start, statistics
    at_ns: int = 0
    is_local: bool = False
    host: str = ""
    epoch_ns: int = 0
    sent: int = 0
    received: int = 0
    lasted_ms: int = 0


def _none() -> tuple[IntArray, IntArray, FloatArray]:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)


@dataclass(slots=True, kw_only=True)
class Run:
    """A run and what of it is still open.

    ``emit(messages, interval_ns, is_guessed)`` takes messages that are settled, ``reject(lines,
    reason, message)`` lines that cannot be believed. ``end_ns`` is when a run ended whose lines
    carry no time; ``window_ns`` the length of the windows that messages are cut at. ``may_lose``
    is asked before messages count as lost that only a header or the statistics tell of: a small
    input must not make up millions.
    """

    emit: Emit
    reject: Reject
    may_lose: Callable[[int], bool]
    window_ns: int
    end_ns: int
    given_interval_ns: float | None
    keeps_zone: bool = False  # local stamps are on UTC already
    start_ns: int = 0  # what "Start time" says
    header: Mark | None = None
    is_timed: bool | None = None
    zone_ns: int | None = None
    interval_ns: float | None = None
    base: int | None = None  # number of the first message
    before: tuple[int, int] | None = None  # last line: number as printed, time sent
    last: int = 0  # its number, unwrapped
    highest: int = -1
    is_split: bool = False
    is_over: bool = False
    answered: tuple[IntArray, IntArray, FloatArray] = field(default_factory=_none)
    handed: tuple[int, int] | None = None  # number and time of the last message handed on
    lost: tuple[int, int] | None = None  # number and time of the first message said to be lost

    def take(self, answers: Answers) -> None:
        """Add lines that speak of messages, in the order printed."""
        if self.is_timed is None and len(answers):
            self.is_timed = bool((answers.at_ns > 0).any())
        is_endless = answers.rtt_ms > LONGEST_RTT_MS
        if is_endless.any():
            self.reject(answers.line[is_endless], "out_of_range", "an answer after ten minutes")
            answers = answers.where(~is_endless)
        echoes = self._timed(answers) if self.is_timed else self._untimed(answers)
        if len(echoes):
            self._place(echoes)
        if self.is_timed:
            self._hand_on(is_end=False)

    def finish(self, statistics: Mark | None = None) -> None:
        """End the run, by its statistics if it has any."""
        if self.is_over:
            return
        self.is_over = True
        if statistics is not None:
            self._settle(statistics)
        if not self.is_timed:
            self._give_times(statistics)
        self._hand_on(is_end=True)

    def _timed(self, answers: Answers) -> Echoes:
        """Put local stamps on UTC; lines without a time among others are damaged."""
        is_bad = answers.at_ns <= 0
        if is_bad.any():
            self.reject(answers.line[is_bad], "bad_time", "no time, or not one that can be read")
            answers = answers.where(~is_bad)
        if self.zone_ns is None and answers.is_local.any():
            first = int(answers.at_ns[answers.is_local][0])
            self.zone_ns = self._zone(first)
        at_ns = answers.at_ns - np.where(answers.is_local, self.zone_ns or 0, 0)
        took_ns = np.rint(np.nan_to_num(answers.rtt_ms) * MS_NS).astype(np.int64)
        return self._echoes(answers, at_ns - took_ns)

    def _zone(self, local_ns: int) -> int:
        """Guess the zone of local stamps from the start time, which is on UTC."""
        if self.keeps_zone or not self.start_ns:
            return 0
        return _offset_ns(local_ns, self.start_ns) or 0

    def _untimed(self, answers: Answers) -> Echoes:
        room = max(MAX_WITHOUT_TIME - len(self.answered[0]), 0)
        if len(answers) > room:
            self.reject(answers.line[room:], "too_large", "too many answers without a time")
            answers = answers.where(np.arange(len(answers)) < room)
        return self._echoes(answers, np.zeros(len(answers), dtype=np.int64))

    def _echoes(self, answers: Answers, sent_ns: IntArray) -> Echoes:
        """Give each line its number; where it names none (Windows), the order printed counts."""
        printed = self.before[0] if self.before else 0
        counted = printed + np.cumsum(answers.number < 0)
        return Echoes(
            line=answers.line,
            number=np.where(answers.number < 0, counted, answers.number),
            sent_ns=sent_ns,
            rtt_ms=answers.rtt_ms,
        )

    def _place(self, echoes: Echoes) -> None:
        step, is_break = steps(echoes, self.before, self.interval_ns)
        for _ in range(PASSES):
            interval = self.interval_ns or 0.0
            is_stray = strays(echoes, is_break, self.before, interval_ns=interval)
            if not is_stray.any() or is_stray.all():
                break
            what = "its number or time leaves the row of its neighbours"
            self.reject(echoes.line[is_stray], "out_of_range", what)
            echoes = echoes.where(~is_stray)
            step, is_break = steps(echoes, self.before, self.interval_ns)
        edges = [*np.flatnonzero(is_break).tolist(), len(echoes)]
        first = edges[0]
        base = int(echoes.number[0]) if self.before is None else self.last
        self._extend(echoes.where(slice(0, first)), base + np.cumsum(step[:first]))
        for start, end in pairwise(edges):
            self._begin_again()
            number = echoes.number[start] + np.cumsum(step[start:end])
            self._extend(echoes.where(slice(start, end)), number)
        self.before = int(echoes.number[-1]), int(echoes.sent_ns[-1])

    def _begin_again(self) -> None:
        """Close what stands before a break: nothing is known of the messages between."""
        if not self.is_timed:
            self._give_times(None)
        self._hand_on(is_end=True)
        self.answered, self.handed, self.lost = _none(), None, None
        self.base, self.highest, self.is_split = None, -1, True

    def _extend(self, echoes: Echoes, number: IntArray) -> None:
        """Add lines whose numbers follow each other; the first answer to a message counts."""
        if not len(echoes):
            return
        self.last, self.highest = int(number[-1]), max(self.highest, int(number.max()))
        if self.base is None:
            self.base = self._first_number(int(number[0]))
        is_late = number <= (self.handed[0] if self.handed else -1)
        if is_late.any():
            what = "the answer came so late that its message has been counted as lost"
            self.reject(echoes.line[is_late], "incomplete", what)
        if self.lost is None:
            self.lost = int(number[0]), int(echoes.sent_ns[0])
        came = ~np.isnan(echoes.rtt_ms) & ~is_late & (number >= 0)
        old = self.answered
        numbers = np.concatenate([old[0], number[came]])
        unique, place = np.unique(numbers, return_index=True)
        sent = np.concatenate([old[1], echoes.sent_ns[came]])[place]
        self.answered = unique, sent, np.concatenate([old[2], echoes.rtt_ms[came]])[place]
        if self.is_timed:
            self.interval_ns = spacing_ns(unique, sent) or self.interval_ns

    def _first_number(self, seen: int) -> int:
        """Say where a run began: at 1 (iputils), at 0 (BSD, BusyBox), or in the middle."""
        begins_here = self.header is not None and not self.is_split
        return min(seen, 1) if begins_here and seen <= MAX_GAP and self.may_lose(seen) else seen

    def _hand_on(self, *, is_end: bool) -> None:
        """Hand on what is settled: all at the end, else what was sent a minute ago or earlier."""
        interval = self.given_interval_ns or self.interval_ns
        points = self._points(is_end=is_end)
        if points is None:
            return
        first = self.handed[0] + 1 if self.handed else min(self.base or 0, int(points[0][0]))
        last = self.highest if is_end else int(points[0][-1])
        if last < first:
            return
        messages = filled(
            points, first=first, last=last, interval_ns=interval or DEFAULT_INTERVAL_NS
        )
        until = int(messages.sent_ns[-1]) + 1
        if not is_end:
            until = (until - HOLD_NS) // self.window_ns * self.window_ns
        ready = int(np.searchsorted(messages.sent_ns, until))
        if ready:
            part = Messages(
                sent_ns=messages.sent_ns[:ready], latency_ms=messages.latency_ms[:ready]
            )
            self.emit(part, interval, not self.is_timed and not self.start_ns)
            # What comes later cannot have left within a window that is closed.
            self.handed = first + ready - 1, until
            number, sent, latency = self.answered
            is_open = number > self.handed[0]
            self.answered = number[is_open], sent[is_open], latency[is_open]

    def _points(self, *, is_end: bool) -> tuple[IntArray, IntArray, FloatArray] | None:
        """Give what the times of lost messages are reckoned from; None while there is nothing."""
        number, sent, latency = self.answered
        known = self.handed
        if not len(number) and known is None:
            known = self.lost if is_end and self.highest >= 0 else None
            if known is None:
                return None
        if known is None:
            return number, sent, latency
        return (
            np.concatenate([[known[0]], number]),
            np.concatenate([[known[1]], sent]),
            np.concatenate([[np.nan], latency]),
        )

    def _settle(self, statistics: Mark) -> None:
        """Count what was sent after the last answer, and a run that nobody answered."""
        if self.is_split or not statistics.sent > 0:
            return
        begun = self.base if self.base is not None else 1
        last = begun + statistics.sent - 1
        missing = last - max(self.highest, begun - 1)
        if missing > MAX_GAP or not self.may_lose(missing):
            line = np.array([statistics.line])
            self.reject(line, "out_of_range", "more packets sent than the run can explain")
            return
        self.highest = max(self.highest, last)
        if self.base is None:
            self.base, self.lost = begun, (begun, self._began_ns(statistics))
            self.is_timed = self.is_timed or self.lost[1] > 0
            if statistics.sent > 1 and statistics.lasted_ms:
                self.interval_ns = statistics.lasted_ms * MS_NS / (statistics.sent - 1)

    def _began_ns(self, statistics: Mark) -> int:
        if self.start_ns:
            return self.start_ns
        ended = statistics.at_ns - (self.zone_ns or 0 if statistics.is_local else 0)
        return max(ended - statistics.lasted_ms * MS_NS, 0) if ended > 0 else 0

    def _give_times(self, statistics: Mark | None) -> None:
        """Place messages that carry no time: from the start time, or so that they end now."""
        interval = self.given_interval_ns
        if interval is None and statistics is not None and statistics.sent > 1:
            interval = statistics.lasted_ms * MS_NS / (statistics.sent - 1) or None
        self.interval_ns = interval or DEFAULT_INTERVAL_NS
        begun = self.base or 0
        lasted = round((self.highest - begun) * self.interval_ns)
        first = self.start_ns or max(self.end_ns - lasted, 0)
        number, _, latency = self.answered
        sent = first + np.rint((number - begun) * self.interval_ns).astype(np.int64)
        self.answered = number, sent, latency
        if self.lost is not None:
            self.lost = self.lost[0], first + round((self.lost[0] - begun) * self.interval_ns)


def _offset_ns(local_ns: int, utc_ns: int) -> int | None:
    """Guess a zone's offset from one moment on both clocks; None if they do not fit.

    Offsets are quarters of an hour up to 14 hours; the local stamp may follow the other by up to
    two minutes (output is buffered).
    """
    quarter = 900 * SECOND_NS
    offset = (local_ns - utc_ns + 30 * SECOND_NS) // quarter * quarter
    late = local_ns - utc_ns - offset
    is_near = -30 * SECOND_NS <= late <= 120 * SECOND_NS
    return offset if is_near and abs(offset) <= 56 * quarter else None
