"""WebRTC statistics of video calls: webrtc-internals dumps, getStats lines and rows (W3C)."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

import orjson

from sentio.ingest.format import HEAD_BYTES, Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.csv.pieces import reject_faults
from sentio.ingest.wire.csv.tables import header_of, tables
from sentio.ingest.wire.json.items import json_rows, placed
from sentio.ingest.wire.json.keys import begins_as_json
from sentio.ingest.wire.json.values import written
from sentio.ingest.wire.pieces.columns import Record
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.streams import put_back, read_fully
from sentio.ingest.wire.webrtc.dump import Bad, Series, series_of
from sentio.ingest.wire.webrtc.metrics import column_of, plain
from sentio.ingest.wire.webrtc.reports import TIMES, Snapshot, snapshots
from sentio.ingest.wire.webrtc.windows import Call
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind

WINDOW_MS = 10_000
MAX_DUMP_BYTES = 256 * 2**20
MAX_OPEN_CALLS = 10_000
MAX_HELD_ROWS = 1000
MIN_COLUMNS = 3
_REPORT = re.compile(rb'"(?:inbound-rtp|remote-inbound-rtp|candidate-pair)"')


def sniff(head: bytes, name: str) -> float:
    """Tell how sure these bytes are WebRTC statistics: a dump, reports, or columns of them."""
    del name
    if begins_as_json(head):
        if _is_dump(head):
            return 0.95
        return 0.9 if _REPORT.search(head) and b'"timestamp"' in head else 0.0
    names, _ = header_of(head)
    metrics = {found[0].name for each in names if (found := column_of(each)) and found[0]}
    has_time = any(plain(each).startswith(TIMES) or _is_time(each) for each in names)
    return 0.9 if len(metrics) >= MIN_COLUMNS and has_time else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield one record for each end of a call and window of ``window_ms`` (default 10 s).

    Rows are series of a dump, lines of JSON, or rows of CSV. Options: ``window_ms``; ``subject``,
    the account that the calls are of; ``timezone`` has no effect, since statistics carry epochs.
    """
    out = Gathering(reading, Kind.EXPERIENCE, service="video_call")
    calls = _Calls(out, reading)
    head = read_fully(stream, HEAD_BYTES)
    whole = put_back(head, stream)
    if _is_dump(head):
        yield from _read_dump(whole, calls, out)
    elif begins_as_json(head):
        yield from _read_lines(whole, calls, out, reading)
    else:
        yield from _read_rows(whole, calls, out, reading)
    calls.close_all()
    yield from out.flush()


def _is_dump(head: bytes) -> bool:
    # The list of getUserMedia calls may fill the whole head before the connections come.
    return b'"PeerConnections"' in head or b'"getUserMedia"' in head


def _is_time(name: str) -> bool:
    column = column_of(name)
    return column is not None and column[2]


def _read_dump(stream: BinaryIO, calls: _Calls, out: Gathering) -> Iterator[Piece]:
    content = read_fully(stream, MAX_DUMP_BYTES + 1)
    if len(content) > MAX_DUMP_BYTES:
        raise FormatError(f"the dump is larger than {MAX_DUMP_BYTES >> 20} MiB")
    try:
        dump: object = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise FormatError(f"the dump is not JSON: {error}", expected="one JSON object") from None
    connections = dump.get("PeerConnections") if isinstance(dump, dict) else None
    number = 0
    for name, connection in (connections if isinstance(connections, dict) else {}).items():
        stats = connection.get("stats") if isinstance(connection, dict) else None
        if not isinstance(stats, dict):
            continue
        good: list[Series] = []
        for key, found in series_of(stats):
            number += 1
            if isinstance(found, Bad):
                raw = written({key: stats[key]})
                out.reject(
                    f"{found.what} ({key[:80]})",
                    line=number,
                    field=found.field or key[:80],
                    reason=found.reason,
                    raw=raw,
                )
            else:
                good.append(found)
        calls.take_series(name, good, number)
        if out.is_full:
            yield from out.flush()


def _read_lines(
    stream: BinaryIO, calls: _Calls, out: Gathering, reading: Reading
) -> Iterator[Piece]:
    broken: FormatError | None = None
    try:
        for number, item in json_rows(stream):
            try:
                found: object = orjson.loads(item)
            except orjson.JSONDecodeError as error:
                what = f"not JSON: {error}"
                out.reject(what, line=number, field="", reason="unreadable", raw=item)
                continue
            calls.take(snapshots(found), number, item)
            if out.is_full:
                yield from out.flush()
    except FormatError as error:
        broken = error
    if broken is not None:
        calls.close_all()
        yield from out.flush()
        raise placed(broken, reading.origin.name)


def _read_rows(
    stream: BinaryIO, calls: _Calls, out: Gathering, reading: Reading
) -> Iterator[Piece]:
    for table in tables(stream, reading):
        reject_faults(table, out)
        columns = [table.column(name).to_pylist() for name in table.names]
        for i, cells in enumerate(zip(*columns, strict=True)):
            row = dict(zip(table.names, cells, strict=True))
            calls.take(_row_snapshots(row), int(table.lines[i]), table.raw(i))
        if out.is_full:
            yield from out.flush()


def _row_snapshots(row: Mapping[str, str]) -> list[Snapshot]:
    """Read a CSV row: one report a row where a column says its type, else a flat row."""
    return snapshots({name: value for name, value in row.items() if value})


@dataclass(slots=True)
class _Row:
    """A row that some calls' records may yet come of; ``calls`` counts those still open."""

    number: int
    raw: bytes
    calls: int
    is_kept: bool = False


@dataclass(slots=True)
class _Open:
    call: Call
    held: list[_Row] = field(default_factory=list[_Row])


class _Calls:
    """The ends of calls that are open, the longest unheard first."""

    def __init__(self, out: Gathering, reading: Reading) -> None:
        self._out = out
        self._name = reading.origin.name
        self._account = reading.options.get("subject") or None
        self._window_ns = _window_ms(reading.options.get("window_ms", "")) * 10**6
        self._open: OrderedDict[str, _Open] = OrderedDict()

    def take(self, shots: list[Snapshot], number: int, raw: bytes) -> None:
        """Add a row's snapshots to their calls."""
        usable = [shot for shot in shots if shot.samples and shot.time_ns is not None]
        if not usable:
            timeless = any(shot.samples for shot in shots)
            reason = "missing" if timeless else "not_telemetry"
            what = "the row has no time" if timeless else "the row holds no statistic that is used"
            self._out.reject(what, line=number, field="timestamp", reason=reason, raw=raw)
            return
        found = {id(each): each for each in (self._see(shot) for shot in usable)}
        self._count([*found.values()], number, raw)

    def take_series(self, name: str, series: list[Series], number: int) -> None:
        """Add the series of a dump's connection: all samples in order of their times."""
        if not series:
            return
        found = _Open(Call(f"{self._name}#{name}", self._account, self._window_ns))
        samples = sorted(
            (
                (time_ns, order, value)
                for order, each in enumerate(series)
                for time_ns, value in zip(each.times_ns, each.values, strict=True)
            ),
            key=lambda sample: sample[:2],
        )
        for time_ns, order, value in samples:
            self._note(found, found.call.step(time_ns))
            found.call.see(time_ns, series[order].stream, series[order].metric, value)
        self._note(found, found.call.end())
        if found.call.has_record:
            self._out.keep(len(series))
            return
        for each in series:
            what = f"the connection holds no two samples of {each.metric.name}"
            self._out.reject(what, line=number, field="values", reason="incomplete", raw=b"")

    def close_all(self) -> None:
        """Give the last window of every call."""
        while self._open:
            self._close(next(iter(self._open)))

    def _see(self, shot: Snapshot) -> _Open:
        found, time_ns = self._call(shot), shot.time_ns or 0
        self._note(found, found.call.step(time_ns))
        for stream, metric, value in shot.samples:
            found.call.see(time_ns, stream, metric, value)
        return found

    def _call(self, shot: Snapshot) -> _Open:
        key = shot.call or self._name
        key = f"{key}:{shot.party}" if shot.party else key
        if key not in self._open:
            if len(self._open) >= MAX_OPEN_CALLS:
                self._close(next(iter(self._open)))
            account = self._account or shot.person
            self._open[key] = _Open(Call(key, account, self._window_ns))
        self._open.move_to_end(key)
        return self._open[key]

    def _count(self, found: list[_Open], number: int, raw: bytes) -> None:
        """Count a row as kept; until a call of it has a record, it may yet be rejected."""
        if any(each.call.has_record or len(each.held) >= MAX_HELD_ROWS for each in found):
            self._out.keep()
            return
        row = _Row(number, raw, calls=len(found))
        for each in found:
            each.held.append(row)

    def _note(self, found: _Open, record: Record | None) -> None:
        if record is not None:
            for row in found.held:
                self._out.keep(0 if row.is_kept else 1)
                row.is_kept = True
            self._out.add(Kind.EXPERIENCE, record)
            found.held.clear()

    def _close(self, key: str) -> None:
        found = self._open.pop(key)
        self._note(found, found.call.end())
        for row in found.held:
            row.calls -= 1
            if not row.is_kept and not row.calls:
                what = "the call holds no two rows between which anything could be measured"
                self._out.reject(what, line=row.number, field="", reason="incomplete", raw=row.raw)


def _window_ms(text: str) -> int:
    value = int(text) if re.fullmatch(r"\d{1,8}", text, re.ASCII) else WINDOW_MS
    return value if value >= 100 else WINDOW_MS


FORMAT = Format(
    name="webrtc_stats",
    title="WebRTC statistics (getStats, webrtc-internals)",
    standard="W3C Identifiers for WebRTC's Statistics API",
    sniff=sniff,
    read=read,
)
