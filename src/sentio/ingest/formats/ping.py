"""What ping prints, as windows of messages that came in time, late or never (RFC 792)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.active.operators import operator_in
from sentio.ingest.wire.active.ping_lines import Lines, parse
from sentio.ingest.wire.active.run import Mark, Run
from sentio.ingest.wire.active.steps import MAX_LOST_AT_ONCE, SHORT_GAP
from sentio.ingest.wire.active.windows import (
    MS_NS,
    WINDOW_MS,
    Messages,
    number_option,
    window_columns,
)
from sentio.ingest.wire.pieces.columns import constants, record_batch
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.blocks import Block, blocks
from sentio.ingest.wire.times.iso8601 import zone_of
from sentio.kernel.arrays import IntArray
from sentio.model.record import Kind, Quality

SERVICE = "vehicle"

SURE = re.compile(
    rb"(?m)^(?:\[?[\d:. TZ+-]{10,40}\]?:? ?)?"
    rb"(?:\d+ bytes from [^\r\n]{1,200}(?:seq|req)=\d+ [^\r\n]*time[=<]"
    rb"|Reply from [0-9A-Fa-f.:]+: (?:bytes=\d+ )?time[=<]"
    rb"|PING [^\r\n]{1,200} bytes of data|PING [^\r\n]{1,200}: \d+ (?:data bytes|\(\d+\) bytes)"
    rb"|Pinging [^\r\n]{1,200} with \d+ bytes of data:)"
)
EMPTY_RUN = re.compile(rb"^Start time: \d{10,13}\r?\n(?:End time: \d{10,13}\s*)?$")


def sniff(head: bytes, name: str) -> float:
    """Recognise an answer or a header; a log that only has its times needs its name as well."""
    if SURE.search(head):
        return 0.95
    return 0.6 if "ping" in name.lower() and EMPTY_RUN.match(head) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read runs of ping; every line that is not blank is a row, and a lost message has none.

    Options: ``service`` (vehicle), ``window_ms`` (1000), ``transfer_interval_ms`` (the median
    spacing of the messages), ``timezone`` of the stamps (by the log's own "Start time", else
    UTC), ``segment`` (an operator's name in the path), ``subject``, ``slice``.
    """
    log = _Log(reading)
    for block in blocks(stream):
        yield from log.out.flush()
        log.take(block)
    log.run.finish()
    yield from log.out.flush()


class _Log:
    """A log on its way through; it may hold several runs."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._service = reading.options.get("service", SERVICE)
        self.out = Gathering(reading, kind=Kind.EXPERIENCE, service=self._service)
        self._zone = str(zone_of(reading))
        self._window_ms = number_option(reading, "window_ms", WINDOW_MS) or WINDOW_MS
        interval = number_option(reading, "transfer_interval_ms", None)
        self._interval_ns = None if interval is None else interval * MS_NS
        self._constants = _constants(reading)
        self._server = ""
        self._rejected: list[tuple[int, str, str]] = []
        self._lost = 0
        self.run = self._new_run()

    def take(self, block: Block) -> None:
        """Read one block: the lines between two marks belong to one run."""
        lines = parse(block, self._zone)
        self._rejected, self._lost = [], 0
        at = 0
        for mark in lines.marks:
            at = self._answers(lines, at, mark.line)
            self._see(mark)
        self._answers(lines, at, None)
        self._count(block, lines)

    def _answers(self, lines: Lines, start: int, before_line: int | None) -> int:
        line = lines.answers.line
        end = len(line) if before_line is None else int(np.searchsorted(line, before_line))
        if end > start:
            if self.run.is_over:
                self.run = self._new_run()
            self._server = self._server or lines.host
            self.run.take(lines.answers.where(slice(start, end)))
        return end

    def _see(self, mark: Mark) -> None:
        if mark.kind == "statistics":
            self.run.finish(mark)
            return
        is_begun = self.run.before is not None or self.run.is_over or self.run.header is not None
        if is_begun or (mark.kind == "start" and self.run.start_ns):
            self.run.finish()
            self.run = self._new_run()
        if mark.kind == "start":
            self.run.start_ns = mark.epoch_ns
            self._server = ""
        else:
            self.run.header = mark
            self._server = mark.host

    def _new_run(self) -> Run:
        modified = self._reading.origin.modified_ns
        return Run(
            emit=self._emit,
            reject=self._reject,
            may_lose=self._may_lose,
            window_ns=int(self._window_ms * MS_NS),
            end_ns=modified if modified is not None else self._reading.received_ns,
            given_interval_ns=self._interval_ns,
            keeps_zone="timezone" in self._reading.options,
        )

    def _emit(self, messages: Messages, interval_ns: float | None, is_guessed: bool) -> None:
        interval_ms = None if interval_ns is None else round(interval_ns / MS_NS, 3)
        columns = window_columns(messages, window_ms=self._window_ms, interval_ms=interval_ms)
        count = len(columns["ts"])
        quality = int(Quality.CLOCK if is_guessed else Quality.GOOD)
        texts = {"subject_kind": "thing", "server": self._server, **self._constants}
        every = {name: pa.array([text] * count) for name, text in texts.items() if text}
        columns["quality"] = pa.array(np.full(count, quality))
        batch = record_batch(Kind.EXPERIENCE, {**columns, **every})
        self.out.put(Kind.EXPERIENCE, batch, self._service)

    def _may_lose(self, count: int) -> bool:
        self._lost += max(count, 0)
        return count <= SHORT_GAP or self._lost <= MAX_LOST_AT_ONCE

    def _reject(self, lines: IntArray, reason: str, message: str) -> None:
        self._rejected += [(int(line), reason, message) for line in lines]

    def _count(self, block: Block, lines: Lines) -> None:
        self.out.keep(lines.used - len(self._rejected))
        for line, reason, message in self._rejected:
            raw = block.raw(line - block.first_line)
            self.out.reject(message, line=line, field="", reason=reason, raw=raw)
        for index in lines.unknown:
            self.out.reject(
                "no line that ping prints. Expected an answer, a loss or the statistics",
                line=block.first_line + int(index),
                field="",
                reason="unreadable",
                raw=block.raw(int(index)),
            )


def _constants(reading: Reading) -> dict[str, str]:
    """Name the thing that pings, and its operator: by the options, else by the path."""
    given = constants(reading)
    segment = given.get("segment") or operator_in(reading.origin.name)
    source = reading.origin.source
    device = given.get("device_serial") or (f"{source}/{segment}" if segment else source)
    return {**given, "segment": segment, "device_serial": device}


FORMAT = Format(
    name="ping",
    title="Output of ping",
    standard="RFC 792 and RFC 4443 echo; output of iputils, BusyBox, BSD and Windows",
    sniff=sniff,
    read=read,
)
