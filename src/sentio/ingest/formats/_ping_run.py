"""One run of ping: numbers unwrapped, gaps found, late and repeated answers put in their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sentio.experience.columns import BoolArray, FloatArray, IntArray
from sentio.ingest.formats._active_times import SECOND_NS, offset_ns
from sentio.ingest.formats._active_windows import (
    DEFAULT_INTERVAL_NS,
    MS_NS,
    Messages,
    filled,
    spacing_ns,
)
from sentio.ingest.formats._ping_lines import Answers, Mark

NUMBERS = 65_536
"""icmp_seq has 16 bits and starts again (RFC 792)."""

MAX_GAP = 20_000
"""A larger step of the number is no outage but a damaged line or another run."""
MAX_LATE = 1_000
"""An answer may come this many messages late."""
MAX_LOST_AT_ONCE = 500_000
"""Losses that one block may tell of; past that only short gaps are believed."""
SHORT_GAP = 100
HOLD_NS = 60 * SECOND_NS
"""An answer may come this much late; then its window is handed on."""
PAUSE_NS = 600 * SECOND_NS
"""A longer silence with consecutive numbers is a pause of the log, or a changed clock."""
STEP_BACK_NS = 5 * SECOND_NS
MAX_WITHOUT_TIME = 1_000_000
"""Answers without a time that are held until the run ends, when their times are known."""

Emit = Callable[[Messages, float | None, bool], None]
Reject = Callable[[IntArray, str, str], None]


@dataclass(slots=True)
class Run:
    """The state of a run between two blocks.

    ``emit(messages, interval_ms, is_guessed)`` takes finished messages; ``reject(lines, reason,
    message)`` takes lines that cannot be believed.
    """

    emit: Emit
    reject: Reject
    given_interval_ns: float | None
    end_ns: int
    start_ns: int = 0
    offset_ns: int | None = None
    has_header: bool = False
    header_ns: int = 0
    base: int | None = None
    last_raw: int | None = None
    last_number: int = 0
    last_sent: int = 0
    highest: int = -1
    interval_ns: float | None = None
    is_broken: bool = False
    answered: tuple[IntArray, IntArray, FloatArray] = field(
        default_factory=lambda: (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    )
    anchor: tuple[int, int] | None = None  # number and time of the last message handed on
    mark: tuple[int, int] | None = None  # number and time of the first message known lost
    is_timed: bool | None = None
    is_over: bool = False

    def take(self, answers: Answers) -> None:
        """Add lines that speak of messages."""
        if not len(answers):
            return
        if self.is_timed is None:
            self.is_timed = bool((answers.at_ns > 0).any())
        answers = self._timed(answers) if self.is_timed else self._bounded(answers)
        raw, sent = self._numbers(answers), self._sent(answers)
        if len(raw):
            self._place(answers, raw, sent)
        if self.is_timed:
            self._hand_on()

    def finish(self, sent: int = 0, lasted_ms: int = 0, at_ns: int = 0) -> None:
        """End the run, by its statistics if there are any: packets sent, time it lasted, stamp."""
        if self.is_over:
            return
        self.is_over = True
        if not self.is_timed:
            self._give_times(sent, lasted_ms)
        last = self._last_by_statistics(sent)
        if len(self.answered[0]) or self.anchor is not None or self.mark is not None:
            self._hand_on(last)
        elif 0 < sent <= MAX_GAP:
            self._all_lost(sent, lasted_ms, at_ns)

    def _timed(self, answers: Answers) -> Answers:
        """Put local stamps on UTC and drop lines whose stamp is missing or damaged."""
        is_bad = answers.at_ns <= 0
        if is_bad.any():
            self.reject(answers.line[is_bad], "bad_time", "a line without a time among others")
            answers = answers.where(~is_bad)
        if self.offset_ns is None and answers.is_local.any():
            first = int(answers.at_ns[answers.is_local][0])
            self.offset_ns = (offset_ns(first, self.start_ns) if self.start_ns else None) or 0
        return answers

    def _bounded(self, answers: Answers) -> Answers:
        room = MAX_WITHOUT_TIME - len(self.answered[0])
        if len(answers) > room:
            self.reject(answers.line[room:], "too_large", "too many answers without a time")
            answers = answers.where(np.arange(len(answers)) < room)
        return answers

    def _numbers(self, answers: Answers) -> IntArray:
        """Number the messages; where lines name none, in the order printed."""
        counted = np.cumsum(answers.number < 0) + (self.last_raw or 0)
        return np.where(answers.number < 0, counted, answers.number)

    def _sent(self, answers: Answers) -> IntArray:
        at_ns = answers.at_ns - np.where(answers.is_local, self.offset_ns or 0, 0)
        back = np.rint(np.nan_to_num(answers.rtt_ms) * MS_NS).astype(np.int64)
        return at_ns - back if self.is_timed else np.zeros(len(answers), dtype=np.int64)

    def _place(self, answers: Answers, raw: IntArray, sent: IntArray) -> None:
        is_break, step = self._steps(raw, sent)
        alone = is_break & np.append(is_break[1:], False)
        if alone.any():
            what = f"icmp_seq leaves its row by more than {MAX_GAP}, or against the time"
            self.reject(answers.line[alone], "out_of_range", what)
            answers, raw, sent = answers.where(~alone), raw[~alone], sent[~alone]
            is_break, step = self._steps(raw, sent)
        edges = [*np.flatnonzero(is_break).tolist(), len(raw)]
        if not is_break[0]:
            self._extend(answers, self.last_number + np.cumsum(step), sent, slice(0, edges[0]))
        for start, end in zip(edges[:-1], edges[1:], strict=True):
            self._begin_again()
            step[start] = 0
            number = raw[start] + np.cumsum(step[start:end])
            self._extend(answers.where(_between(start, end, len(raw))), number, sent[start:end])
        self.last_raw = int(raw[-1])
