"""ONAP VES events, version 5 and 7 (Common Event Format 28 to 30.2.1), single or batched."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, BinaryIO

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.json.documents import Document, documents
from sentio.ingest.wire.json.keys import key_paths
from sentio.ingest.wire.pieces.numbered import Pieces, quoted
from sentio.ingest.wire.pm import dn
from sentio.ingest.wire.pm.counters import MeasurementRows, Scope
from sentio.ingest.wire.times.iso8601 import epoch_ns
from sentio.ingest.wire.ves.events import (
    HEADER,
    MAX_NAME_CHARS,
    EventRows,
    Header,
    event_row,
)
from sentio.ingest.wire.ves.values import (
    Bad,
    Json,
    Object,
    as_list,
    as_object,
    as_text,
    measurements,
    perf3gpp,
    written,
)
from sentio.model.record import Kind, Quality
from sentio.model.topology import DOMAIN_OF_KIND

MICROSECOND_NS = 1000
MAX_INTERVAL_S = 31 * 86_400
MAX_LIST_DEPTH = 4

_WRAPPERS = ((), ("event",), ("eventList",), ("eventList", "event"))
_USED = frozenset({"domain", "startEpochMicrosec", "lastEpochMicrosec", "sourceName"})
_RADIO = ("gnb", "enb", "nodeb", "o-du", "o-cu", "o-ru", "odu", "ocu")
_CORE = frozenset(
    ("upf", "amf", "smf", "pcf", "udm", "udr", "ausf", "nrf", "nssf", "nef", "mme", "sgw", "hss")
)


def sniff(head: bytes, name: str) -> float:  # noqa: ARG001  (the header is proof enough)
    """Look for the common event header where an event has it."""
    paths = key_paths(head)
    if any((*wrapper, HEADER) in paths for wrapper in _WRAPPERS):
        return 0.97
    fields = {path[-1] for path in paths if path[:-1] in {("event",), ("eventList",)}}
    return 0.6 if any(_is_fields(key) for key in fields) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read events and measurements; a row is one event, or one value of it that is refused.

    An event with several values gives several measurements. One of them being no number costs
    that value only; where no value of an event can be kept, the event is refused as one row.
    """
    reader = _Reader(reading)
    for document in documents(stream):
        yield from reader.pieces(document)
    yield from reader.rest()


class _Reader:
    """Sorts events into rows of events and rows of measurements."""

    def __init__(self, reading: Reading) -> None:
        self._out = Pieces(reading)
        self._batch_rows = reading.batch_rows
        self._events = EventRows()
        self._measurements = MeasurementRows()
        self._line = 0
        self._raw = b""

    def _due(self) -> Iterator[Piece]:
        """Hand on what is full."""
        if self._events.are_due(self._batch_rows) or self._out.are_due:
            yield from self._make_events()
        if self._measurements.are_due(self._batch_rows):
            yield from self._make_measurements()

    def rest(self) -> Iterator[Piece]:
        """Hand on what has not been handed on yet."""
        if self._measurements:
            yield from self._make_measurements()
        if self._events or self._out.has_rejections:
            yield from self._make_events()

    def _make_events(self) -> Iterator[Piece]:
        batch, rows = self._events.take()
        yield from self._out.make(Kind.EVENT, batch, rows_kept=rows)

    def _make_measurements(self) -> Iterator[Piece]:
        batch, rows = self._measurements.take()
        yield from self._out.make(Kind.MEASUREMENT, batch, rows_kept=rows)

    def pieces(self, document: Document) -> Iterator[Piece]:
        """Take all events of one JSON document; hand on what is full meanwhile."""
        self._line, self._raw = document.line, document.raw
        if document.reason:
            self._reject("", document.reason, f"the document {document.why}")
            yield from self._due()
            return
        is_empty = True
        for place, event in _events(document.value, "", 0):
            is_empty = False
            self._raw = document.raw if not place else written(event)
            self._take_event(place, event)
            yield from self._due()
        if is_empty:
            what = "the document holds no VES event"
            self._reject("", "not_telemetry", what)
            yield from self._due()

    def _take_event(self, place: str, event: object) -> None:
        fields = as_object(event)
        header = as_object(fields.get(HEADER))
        if not header:
            what = "an event without commonEventHeader says neither when nor where"
            self._reject(f"{place}{HEADER}", "missing", what)
            return
        known = _header(fields, header)
        if isinstance(known, Bad):
            self._reject(f"{place}{HEADER}.{known.field}", known.reason, known.what)
            return
        key, body = _body(fields, known.domain)
        collection = _collection(known.domain, body)
        if collection is not None:
            self._take_collection(place, known, collection)
        elif known.domain.startswith("measurement"):
            bad: list[Bad] = []
            objects = measurements(body, bad)
            self._take_values(place, known, objects, bad, body.get("measurementInterval"))
        else:
            row = event_row(known, fields, key, body)
            if isinstance(row, str):
                self._reject(f"{place}{key}", "too_large", f"the event is refused: {row}")
            else:
                self._events.add(row)

    def _take_collection(self, place: str, header: Header, collection: Json) -> None:
        bad: list[Bad] = []
        objects = list(perf3gpp(collection, bad))
        self._take_values(place, header, objects, bad, collection.get("granularityPeriod"))

    def _take_values(
        self, place: str, header: Header, objects: list[Object], bad: list[Bad], interval: object
    ) -> None:
        granularity_ms = _interval_ms(interval)
        end = header.end_ts
        if end is None:
            end = header.ts + (granularity_ms or 0) * 1_000_000
        if not any(each.results.cells for each in objects):
            first = (
                bad[0]
                if bad
                else Bad(field="", reason="not_telemetry", what="the event holds no value")
            )
            self._reject(f"{place}{first.field}", first.reason, first.what)
            return
        for i, each in enumerate(objects):
            element = each.name or header.source
            scope = Scope(
                ts=end,
                granularity_ms=granularity_ms,
                element=element,
                element_kind=dn.kind_of(element) or header.source_kind,
                quality=header.quality | each.quality,
            )
            self._measurements.add(scope, each.results, rows=0 if i else 1)
        for one in bad:
            self._out.reject(
                one.what,
                line=self._line,
                field=f"{place}{one.field}",
                reason=one.reason,
                raw=one.raw,
            )

    def _reject(self, field: str, reason: str, what: str) -> None:
        self._out.reject(what, line=self._line, field=field, reason=reason, raw=self._raw)


def _events(value: object, place: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Find the events of a document; each with its place, empty if it is the only one."""
    if isinstance(value, list) and depth < MAX_LIST_DEPTH:
        for i, each in enumerate(value):
            inner = _events(each, f"{place}[{i}].", depth + 1)
            first = next(inner, (f"{place}[{i}].", each))
            yield first
            yield from inner
    elif isinstance(value, dict) and depth < MAX_LIST_DEPTH:
        if "eventList" in value:
            yield from _events(as_list(value["eventList"]), f"{place}eventList", depth + 1)
        if isinstance(value.get("event"), list):
            yield from _events(value["event"], f"{place}event", depth + 1)
        elif isinstance(value.get("event"), dict):
            yield place, value["event"]
        elif HEADER in value or any(map(_is_fields, value)):
            yield place, value


def _header(event: Json, header: Json) -> Header | Bad:
    times = [epoch_ns(header.get(name)) for name in ("startEpochMicrosec", "lastEpochMicrosec")]
    start, last = (found[0] if found else None for found in times)
    if start is None and last is None:
        what = f"startEpochMicrosec {quoted(as_text(header.get('startEpochMicrosec')))} is no epoch"
        return Bad(field="startEpochMicrosec", reason="bad_time", what=f"{what} in microseconds")
    source = as_text(header.get("sourceName")) or as_text(header.get("reportingEntityName"))
    if not source or len(source) > MAX_NAME_CHARS:
        what = "sourceName and reportingEntityName name no element"
        return Bad(field="sourceName", reason="missing", what=what)
    domain = as_text(header.get("domain")) or _domain(event)
    if not domain:
        return Bad(field="domain", reason="missing", what="the event has no domain")
    is_sure = all(found is None or found[1] == MICROSECOND_NS for found in times)
    left = {key: value for key, value in header.items() if key not in _USED}
    if domain not in _KNOWN_DOMAINS:
        left["domain"] = domain
    return Header(
        domain=domain,
        ts=start if start is not None else last or 0,
        end_ts=last,
        source=source,
        source_kind=dn.kind_of(source) or _kind(header),
        quality=Quality.GOOD if is_sure else Quality.CLOCK,
        namespace=as_text(header.get("stndDefinedNamespace")),
        event_id=as_text(header.get("eventId"))[:MAX_NAME_CHARS] or None,
        left=left,
    )


_KNOWN_DOMAINS = frozenset(
    (
        "fault",
        "heartbeat",
        "measurement",
        "measurementsForVfScaling",
        "mobileFlow",
        "notification",
        "other",
        "perf3gpp",
        "pnfRegistration",
        "sipSignaling",
        "stateChange",
        "stndDefined",
        "syslog",
        "thresholdCrossingAlert",
        "voiceQuality",
    )
)


def _kind(header: Json) -> str:
    names = ("nfcNamingCode", "nfNamingCode", "nfType")
    kinds = (_kind_of_code(as_text(header.get(name))) for name in names)
    return next(filter(None, kinds), "network_function")


@lru_cache(maxsize=1024)
def _kind_of_code(code: str) -> str:
    code = code.lower()
    is_kind = code in _CORE or code in DOMAIN_OF_KIND
    return "gnb" if code.startswith(_RADIO) else code if is_kind else ""


def _domain(event: Json) -> str:
    return next((key[: -len("Fields")] for key in event if _is_fields(key)), "")


def _is_fields(key: str) -> bool:
    domain = key.removesuffix("Fields")
    return domain != key and domain in _KNOWN_DOMAINS


def _body(event: Json, domain: str) -> tuple[str, Json]:
    names = (f"{domain}Fields", *(key for key in event if key.endswith(("Fields", "Field"))))
    key = next((name for name in names if isinstance(event.get(name), dict)), f"{domain}Fields")
    return key, as_object(event.get(key))


def _collection(domain: str, body: Json) -> Json | None:
    """Find TS 28.532 results: in perf3gpp fields, or in a standard's data that carry them."""
    if domain == "perf3gpp":
        return as_object(body.get("measDataCollection")) or body
    if domain != "stndDefined":
        return None
    data = as_object(body.get("data"))
    for found in (as_object(data.get("event")), data):
        inner = as_object(found.get("perf3gppFields")) or found
        inner = as_object(inner.get("measDataCollection")) or inner
        if isinstance(inner.get("measInfoList"), list):
            return inner
    return None


def _interval_ms(value: object) -> int | None:
    """Read an interval in seconds, a number or its text; None if it is none or over a month."""
    try:
        seconds = float(as_text(value))
    except ValueError:
        return None
    return round(seconds * 1000) if 0 < seconds <= MAX_INTERVAL_S else None


FORMAT = Format(
    name="ves",
    title="ONAP VES events (JSON)",
    standard="ONAP VES Event Listener 5.4 and 7.2 (CommonEventFormat 30.2.1)",
    sniff=sniff,
    read=read,
)
