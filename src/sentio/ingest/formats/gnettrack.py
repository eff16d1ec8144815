"""Drive tests of a phone, a row a second (G-NetTrack Pro, and logs that name columns alike)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.csv.headers import Header, find_header, up_to
from sentio.ingest.wire.csv.tables import tables_below
from sentio.ingest.wire.drive.seconds import LAYOUT, RADIO, Seconds, columns_of, typed
from sentio.ingest.wire.drive.windows import OpenWindow, nullable, stream_columns
from sentio.ingest.wire.pieces.columns import constants, record_batch
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.streams import put_back, read_fully
from sentio.ingest.wire.times.iso8601 import zone_of
from sentio.kernel.arrays import BoolArray, IntArray
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind

HEAD_BYTES = 65_536
SECOND_MS = 1000.0

STREAMING = "stream_trace"
DOWNLOAD = "file"

APPS: tuple[tuple[str, str], ...] = (
    (r"netflix", "netflix"),
    (r"amazon.?prime|prime.?video|(?<![a-z])prime(?![a-z])", "amazon_prime"),
    (r"youtube|(?<![a-z])yt(?![a-z])", "youtube"),
    (r"disney", "disney_plus"),
    (r"twitch", "twitch"),
    (r"hulu", "hulu"),
    (r"tiktok", "tiktok"),
    (r"(?<![a-z])(?:video|vod|stream|streaming|dash|hls)(?![a-z])", ""),
)
"""Words in a path that say the run watched video, and which application it was."""

UPLOAD = re.compile(r"(?<![a-z])(?:upload|uploads|uplink)(?![a-z])")
TAG = re.compile(r"([^/!\\]+?)[_-]?\d{4}[.-]\d\d[.-]\d\d[^/!\\]*$")
"""A log is named by the phone's own word and the time: ``B_2019.12.16_13.40.04.csv``."""

MUST = tuple(frozenset(LAYOUT[name]) for name in ("time", "longitude_deg", "latitude_deg"))
TELLING = tuple(
    frozenset(LAYOUT[name])
    for name in ("rsrp_dbm", "radio_technology", "throughput_dl_kbps", "state", "cell")
)


def sniff(head: bytes, name: str) -> float:
    """Say how sure a header is of a drive test: place and time, radio, and what the phone did."""
    del name
    header = find_header(head, (*MUST, TELLING[0]))
    if header is None:
        return 0.0
    return (0.0, 0.5, 0.7, 0.85, 0.95, 0.97)[sum(bool(t & set(header.names)) for t in TELLING)]


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read a run: downloads give a record a second, videos a record a minute.

    A second in which a download run was idle (state I, no traffic) is no experience: it is kept
    as a measurement of the cell. Options: ``service``, ``timezone`` (of the stamps; UTC),
    ``subject``, ``segment``, ``encoding`` (otherwise UTF-8 or Latin-1).

    Raises
    ------
    FormatError
        No line among the first five names the columns.
    """
    zone = str(zone_of(reading))
    head = read_fully(stream, HEAD_BYTES)
    if not head:
        return
    header = find_header(head, (*MUST, TELLING[0]))
    if header is None:
        raise FormatError(
            "no header of a drive test",
            where=reading.origin.name,
            expected="Timestamp, Longitude, Latitude, RSRP or Level within the first 5 lines",
            next_step="Check the delimiter (comma, semicolon, tab, bar) and the names.",
        )
    yield from _Run(reading, header).read(put_back(head, stream), zone)


def replay_head(head: bytes) -> bytes:
    """Put the header in front of a rejected row."""
    return up_to(find_header(head, (*MUST, TELLING[0])), head)


class _Run:
    """One log on its way through: what it is of, and the window that is still open."""

    def __init__(self, reading: Reading, header: Header) -> None:
        name = reading.origin.name.lower()
        app = next((app for words, app in APPS if re.search(words, name)), None)
        inferred = DOWNLOAD if app is None else STREAMING
        self._service = reading.options.get("service") or inferred
        self._app = app or None
        self._rate = "throughput_ul_kbps" if UPLOAD.search(name) else "throughput_dl_kbps"
        self._header = header
        self._out = Gathering(reading, kind=Kind.EXPERIENCE, service=self._service)
        self._window = OpenWindow()
        self._constants = {"device_serial": _device(reading), **constants(reading)}

    def read(self, stream: BinaryIO, zone: str) -> Iterator[Piece]:
        names = list(dict.fromkeys(columns_of(self._header).values()))
        for table in tables_below(self._header, stream, self._out.reading, names):
            yield from self._out.flush()
            self._take(typed(table, self._header, self._out, zone))
        rest = self._window.rest()
        if rest is not None:
            self._stream(*rest)
        yield from self._out.flush()

    def _take(self, seconds: Seconds) -> None:
        is_use = self._is_use(seconds)
        self._measure(seconds.where(~is_use))
        uses = seconds.where(is_use)
        if self._service == STREAMING:
            self._stream(*self._window.take(uses))
        else:
            self._each(uses)

    def _is_use(self, seconds: Seconds) -> BoolArray:
        down, up = seconds.number["throughput_dl_kbps"], seconds.number["throughput_ul_kbps"]
        if self._service == STREAMING:
            return ~np.isnan(down)
        state = seconds.text["state"].fill_null("").to_numpy(zero_copy_only=False)
        is_idle = (state == "I") & (np.nan_to_num(down) == 0) & (np.nan_to_num(up) == 0)
        return ~np.isnan(seconds.number[self._rate]) & ~is_idle

    def _each(self, uses: Seconds) -> None:
        self._out.keep(len(uses))
        columns: dict[str, pa.Array | None] = {
            "ts": pa.array(uses.ts),
            "duration_ms": pa.array(np.full(len(uses), SECOND_MS)),
            "packet_loss_ratio": nullable(uses.number["loss_percent"] / 100),
            "quality": pa.array(uses.quality),
        }
        for name in (*RADIO, self._rate, "rtt_ms", "speed_kmh", "longitude_deg", "latitude_deg"):
            columns[name] = nullable(uses.number[name])
        self._put(columns, uses.text, len(uses))

    def _stream(self, uses: Seconds, window: IntArray) -> None:
        if len(uses):
            self._out.keep(len(uses))
            columns = stream_columns(uses, window)
            texts = {name: columns.pop(name) for name in uses.text if name in columns}
            self._put(columns, texts, len(columns["ts"]))

    def _put(
        self, columns: Mapping[str, pa.Array | None], texts: Mapping[str, pa.Array], count: int
    ) -> None:
        segment = texts["operator"]
        if "segment" in self._constants:
            segment = segment.fill_null(self._constants["segment"])
        every = {"subject_kind": "user", "app": self._app, **self._constants}
        every = {n: pa.array([v] * count) for n, v in every.items() if v and n != "segment"}
        named = {n: texts[n] for n in ("cell", "gnb", "radio_technology")}
        batch = record_batch(Kind.EXPERIENCE, {**columns, **named, "segment": segment, **every})
        self._out.put(Kind.EXPERIENCE, batch, self._service)

    def _measure(self, idle: Seconds) -> None:
        """Keep idle seconds as measurements of the radio, in long form."""
        self._out.keep(len(idle))
        device = self._constants["device_serial"]
        for ours, (theirs, unit) in RADIO.items():
            known = idle.where(~np.isnan(idle.number[ours]))
            count = len(known)
            is_cell = known.text["cell"].is_valid()
            batch = record_batch(
                Kind.MEASUREMENT,
                {
                    "ts": pa.array(known.ts),
                    "granularity_ms": pa.array(np.full(count, 1000)),
                    "element": known.text["cell"].fill_null(device),
                    "element_kind": pa.array(np.where(is_cell, "cell", "device")),
                    "indicator": pa.array([theirs] * count, pa.string()),
                    "value": pa.array(known.number[ours]),
                    "unit": pa.array([unit] * count, pa.string()),
                    "quality": pa.array(known.quality),
                },
            )
            self._out.put(Kind.MEASUREMENT, batch)


def _device(reading: Reading) -> str:
    """Name the phone by the word its log is named with, else by the feed."""
    tag = TAG.search(reading.origin.name)
    return f"{reading.origin.source}/{tag[1]}" if tag else reading.origin.source


FORMAT = Format(
    name="gnettrack",
    title="Drive test of a phone (G-NetTrack Pro)",
    standard="G-NetTrack Pro log; radio quantities of TS 36.214 and TS 38.215",
    sniff=sniff,
    read=read,
    replay_head=replay_head,
)
