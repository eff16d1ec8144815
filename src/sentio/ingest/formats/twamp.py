"""TWAMP and STAMP results: packets with times, or statistics of a session (RFC 5357, RFC 8762)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from sentio.ingest.format import HEAD_BYTES, Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.active.run import Run
from sentio.ingest.wire.active.twamp_packets import NAMES, columns_of, packets
from sentio.ingest.wire.active.twamp_tables import (
    flattened,
    is_table,
    measurements,
    statistics_batches,
    statistics_header,
)
from sentio.ingest.wire.active.windows import (
    MS_NS,
    WINDOW_MS,
    Messages,
    number_option,
    window_columns,
)
from sentio.ingest.wire.csv.headers import Header, find_header, plain_name, up_to
from sentio.ingest.wire.csv.pieces import reject_faults
from sentio.ingest.wire.csv.tables import tables_below
from sentio.ingest.wire.json.documents import Document
from sentio.ingest.wire.json.keys import begins_as_json
from sentio.ingest.wire.json.results import no_object, results
from sentio.ingest.wire.json.values import Object, objects, text, written
from sentio.ingest.wire.pieces.columns import constants, record_batch
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.blocks import blocks
from sentio.ingest.wire.text.streams import put_back, read_fully
from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.kernel.arrays import IntArray
from sentio.kernel.errors import ConfigError, FormatError
from sentio.model.record import Kind

SERVICE = "vehicle"
CLOCKS = ("unsynchronised", "synchronised")
PACKET_LISTS = ("packets", "samples", "results", "probes")
REFLECTORS = ("reflector", "remote", "destination", "far_end", "target", "server")
STARTS = ("start", "start_time", "startTime", "timestamp", "time", "begin")
MANY = 50_000

PACKET_COLUMNS = (
    frozenset(NAMES["seq"]),
    frozenset(NAMES["t1"]),
    frozenset({*NAMES["t4"], *NAMES["rtt_ms"], *NAMES["rtt_us"], *NAMES["rtt_ns"]}),
)
JSON_PACKET = re.compile(
    rb'"(?i:seq|seqno|sequence|sequence_number|sn)"\s*:\s*"?\d+"?[^{}]{0,400}?"(?i:t1|sender_timestamp)"\s*:'
)
JSON_SESSION = re.compile(
    rb'"(?:protocol|test|type|tool|mode)"\s*:\s*"(?i:twamp|stamp|twamp[-_ ]light)"'
)


def sniff(head: bytes, name: str) -> float:
    """Recognise a tool's table, columns seq, t1 and t4, or JSON that says TWAMP or STAMP."""
    if begins_as_json(head):
        return 0.9 if JSON_PACKET.search(head) or JSON_SESSION.search(head) else 0.0
    if find_header(head, PACKET_COLUMNS):
        return 0.9
    if any(is_table(line) for line in head[:8192].decode("latin-1").splitlines()):
        return 0.95
    named = re.search(r"twamp|(?<![a-z])stamp(?![a-z])", name.lower())
    return 0.8 if named and statistics_header(head) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read packets into windows of messages, statistics into measurements of the session.

    Options: ``service`` (vehicle), ``window_ms`` (1000), ``transfer_interval_ms``, ``clocks``
    (``synchronised`` makes the latency one way, t2 - t1; otherwise it is the round trip),
    ``encoding`` (otherwise UTF-8 or Latin-1), ``subject``, ``segment``, ``slice``.

    Raises
    ------
    FormatError
        The input is neither a table, nor JSON, nor delimited text with a known header.
    """
    session = _Session(reading)
    head = read_fully(stream, HEAD_BYTES)
    whole = put_back(head, stream)
    packet_header, other = find_header(head, PACKET_COLUMNS), statistics_header(head)
    if begins_as_json(head):
        yield from session.json(whole)
    elif packet_header is not None:
        yield from session.csv(whole, packet_header)
    elif any(is_table(line) for line in head.decode("latin-1").splitlines()):
        yield from session.console(whole)
    elif other is not None:
        yield from session.statistics(whole, other)
    elif head:
        raise FormatError(
            "no result of TWAMP or STAMP",
            where=reading.origin.name,
            expected="columns seq, t1 and t4, a table of twampy or twping, or JSON",
        )


def replay_head(head: bytes) -> bytes:
    """Put the header in front of a rejected row; documents and lines stand alone."""
    if begins_as_json(head):
        return b""
    return up_to(find_header(head, PACKET_COLUMNS) or statistics_header(head), head)


class _Session:
    """One result file on its way through."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._service = reading.options.get("service", SERVICE)
        self._out = Gathering(reading, kind=Kind.EXPERIENCE, service=self._service)
        clocks = reading.options.get("clocks", CLOCKS[0])
        if clocks not in CLOCKS:
            raise ConfigError(
                f"clocks are {clocks!r}", where="option clocks", expected=" or ".join(CLOCKS)
            )
        self._one_way = clocks == CLOCKS[1]
        self._window_ms = number_option(reading, "window_ms", WINDOW_MS) or WINDOW_MS
        self._server = ""
        modified = reading.origin.modified_ns
        self._at_ns = modified if modified is not None else reading.received_ns
        interval = number_option(reading, "transfer_interval_ms", None)
        self._run = Run(
            emit=self._emit,
            reject=self._reject_lines,
            may_lose=lambda _: False,  # packets have no header that tells of others
            window_ns=int(self._window_ms * MS_NS),
            end_ns=self._at_ns,
            given_interval_ns=None if interval is None else interval * MS_NS,
        )
        self._raw: Callable[[int], bytes] = lambda _: b""
        self._rejected = 0

    def csv(self, stream: BinaryIO, header: Header) -> Iterator[Piece]:
        columns = columns_of(header.names)
        wanted = list(dict.fromkeys(columns.values()))
        for some in tables_below(header, stream, self._reading, wanted):
            yield from self._out.flush()
            reject_faults(some, self._out)
            self._packets(
                {ours: some.column(n) for ours, n in columns.items()}, some.lines, some.raw
            )
        self._run.finish()
        yield from self._out.flush()

    def statistics(self, stream: BinaryIO, header: Header) -> Iterator[Piece]:
        for some in tables_below(header, stream, self._reading, header.names):
            reject_faults(some, self._out)
            kept, batches, late = statistics_batches(some, header, self._reading.origin.source)
            self._out.keep(kept)
            for row in late:
                message, line = "no time that can be read. Row skipped", int(some.lines[row])
                self._reject(line, "time", "bad_time", message, some.raw(int(row)))
            for batch in batches:
                self._out.put(Kind.MEASUREMENT, batch)
            yield from self._out.flush()

    def console(self, stream: BinaryIO) -> Iterator[Piece]:
        for block in blocks(stream):
            for index in range(len(block)):
                raw = block.raw(index)
                if not raw.strip():
                    continue
                measured = measurements(raw[:400].decode("latin-1"))
                if measured is None:
                    message = "no line of a TWAMP result. Line skipped"
                    self._reject(block.first_line + index, "", "unreadable", message, raw)
                    continue
                self._out.keep()
                self._measure(measured, self._at_ns)
            yield from self._out.flush()

    def json(self, stream: BinaryIO) -> Iterator[Piece]:
        waiting: list[Object] = []
        first = 1
        for document in results(stream):
            waiting += self._document(document)
            while len(waiting) >= MANY:
                self._json_packets(waiting[:MANY], first)
                waiting, first = waiting[MANY:], first + MANY
                yield from self._out.flush()
            if self._out.is_full:
                yield from self._out.flush()
        self._json_packets(waiting, first)
        self._run.finish()
        yield from self._out.flush()

    def _document(self, document: Document) -> list[Object]:
        value = document.value
        refusal = no_object(document)
        if refusal is not None:
            reason, what = refusal
            self._reject(document.line, "", reason, f"{what}. Skipped", document.raw)
            return []
        if columns_of([plain_name(key) for key in value]):
            return [value]
        self._server = next((found for key in REFLECTORS if (found := text(value, key))), "")
        found = [packet for key in PACKET_LISTS for packet in objects(value, key)]
        ts = next((at for key in STARTS if (at := time_ns(str(value.get(key)))) is not None), None)
        measured = flattened({k: v for k, v in value.items() if k not in {*PACKET_LISTS, *STARTS}})
        if measured:
            self._out.keep()
            self._measure(measured, self._at_ns if ts is None else ts)
        elif not found:
            message = "a result without packets and without statistics. Skipped"
            self._reject(document.line, "", "not_telemetry", message, document.raw)
        return found

    def _json_packets(self, found: Sequence[Object], first: int) -> None:
        if not found:
            return
        plainly = [{plain_name(key): value for key, value in packet.items()} for packet in found]
        names = columns_of(list(dict.fromkeys(key for packet in plainly for key in packet)))
        if not names:
            names = {"seq": "seq", "t1": "t1", "t4": "t4"}
        table = {
            ours: pa.array(
                ["" if (v := packet.get(name)) is None else str(v)[:64] for packet in plainly],
                type=pa.string(),
            )
            for ours, name in names.items()
        }
        lines = np.arange(first, first + len(found))
        self._packets(table, lines, lambda row: written(found[row]))

    def _packets(
        self, table: Mapping[str, pa.Array], lines: IntArray, raw: Callable[[int], bytes]
    ) -> None:
        def raw_of(line: int) -> bytes:
            row = int(np.searchsorted(lines, line))
            return raw(row) if row < len(lines) and lines[row] == line else b""

        self._raw, self._rejected = raw_of, 0

        def reject(index: int, field: str, reason: str, message: str) -> None:
            what = f"{message}. Row skipped"
            self._reject(int(lines[index]), field, reason, what, raw(index))

        self._run.take(packets(table, lines, reject, one_way=self._one_way))
        self._out.keep(len(lines) - self._rejected)

    def _emit(self, messages: Messages, interval_ns: float | None, is_guessed: bool) -> None:
        del is_guessed  # packets carry their times
        interval_ms = None if interval_ns is None else round(interval_ns / MS_NS, 3)
        columns = window_columns(messages, window_ms=self._window_ms, interval_ms=interval_ms)
        if self._one_way:
            columns["one_way_delay_ms"] = columns.pop("rtt_ms")
        count = len(columns["ts"])
        texts = {"subject_kind": "thing", "device_serial": self._reading.origin.source}
        texts |= {"server": self._server} | constants(self._reading)
        every = {name: pa.array([value] * count) for name, value in texts.items() if value}
        batch = record_batch(Kind.EXPERIENCE, {**columns, **every})
        self._out.put(Kind.EXPERIENCE, batch, self._service)

    def _measure(self, measured: Mapping[str, tuple[float | None, str]], ts: int) -> None:
        element = self._server or self._reading.origin.source
        self._out.measure(measured, ts=ts, element=element, element_kind="probe")

    def _reject_lines(self, lines: IntArray, reason: str, message: str) -> None:
        for line in lines:
            self._reject(int(line), "seq", reason, f"{message}. Row skipped", self._raw(int(line)))

    def _reject(self, line: int, field: str, reason: str, what: str, raw: bytes) -> None:
        self._rejected += 1
        self._out.reject(what, line=line, field=field, reason=reason, raw=raw)


FORMAT = Format(
    name="twamp",
    title="TWAMP and STAMP results",
    standard="RFC 5357, RFC 8762; console of twampy and twping",
    sniff=sniff,
    read=read,
    replay_head=replay_head,
)
