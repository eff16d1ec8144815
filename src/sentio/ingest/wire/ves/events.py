"""Alarms, changes and other happenings out of VES events, as columns (X.733, TS 28.532)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import orjson
import pyarrow as pa

from sentio.ingest.wire.pm import dn
from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.ingest.wire.ves.values import Json, as_object, as_text
from sentio.model.record import EVENT, Quality

MAX_TITLE_CHARS = 1024
MAX_NAME_CHARS = 1024
MAX_STATE_CHARS = 64
MAX_ATTRIBUTE_BYTES = 2**20
MAX_BATCH_BYTES = 32 * 2**20

HEADER = "commonEventHeader"

SEVERITIES = {
    "critical": "critical",
    "major": "major",
    "minor": "minor",
    "warning": "warning",
    "indeterminate": "indeterminate",
    "cleared": "cleared",
    "normal": "cleared",  # what VES calls an alarm that is over
    "emergency": "critical",  # syslog, RFC 5424 table 2
    "alert": "critical",
    "error": "major",
}

IDENTIFIER_FIELDS = {
    "imsi": "imsi",
    "supi": "imsi",
    "imei": "imei",
    "imeisv": "imei",
    "pei": "imei",
    "msisdn": "msisdn",
    "gpsi": "msisdn",
    "phonenumber": "msisdn",
}
"""Fields that name a subscriber, in lower case, and the identifier column that each goes to."""

_TRAFFIC = frozenset({"mobileFlow", "sipSignaling", "voiceQuality", "syslog"})
_ADDRESS = re.compile(
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)"  # IPv4
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){5,7}[0-9A-Fa-f]{1,4}"  # IPv6, MAC
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}"  # IPv6, shortened
    r"|(?<![\w-])(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}"
    r"|(?<!\d)\d{14,16}(?!\d)"  # IMSI, IMEI
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the common event header says, understood."""

    domain: str
    ts: int
    end_ts: int | None
    source: str
    source_kind: str
    quality: Quality
    namespace: str
    event_id: str | None
    left: dict[str, Any]  # the other fields, as they came


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What the columns of one event say, but for its attributes."""

    ts: int
    end_ts: int | None
    event_kind: str
    event_id: str | None
    element: str
    element_kind: str | None
    severity: str | None = None
    state: str | None = None
    value: float | None = None
    title: str | None = None
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One row of events: its columns, all the rest as JSON, and what names a subscriber."""

    columns: Happening
    attributes: str
    identifiers: Mapping[str, str]


class EventRows:
    """Collects rows and turns them into one batch of events."""

    def __init__(self) -> None:
        self._rows: list[EventRow] = []
        self._bytes = 0

    def add(self, row: EventRow) -> None:
        """Add one event."""
        self._rows.append(row)
        self._bytes += len(row.attributes) + 256

    def are_due(self, batch_rows: int) -> bool:
        """Tell whether a batch is full."""
        return len(self._rows) >= batch_rows or self._bytes >= MAX_BATCH_BYTES

    def __len__(self) -> int:
        """Count the events that wait."""
        return len(self._rows)

    def take(self) -> tuple[pa.RecordBatch, int]:
        """Give the batch and how many rows of the input stand behind it; start anew."""
        rows = self._rows
        self.__init__()
        columns = {
            name: pa.array([getattr(row.columns, name) for row in rows], type=kind)
            for name, kind in EVENT.items()
            if name not in {"attributes", "quality"}
        }
        columns["attributes"] = pa.array([row.attributes for row in rows], type=pa.string())
        quality = [int(row.columns.quality) for row in rows]
        columns["quality"] = pa.array(quality, type=pa.uint8())
        for name in sorted({name for row in rows for name in row.identifiers}):
            columns[name] = pa.array([row.identifiers.get(name) for row in rows], type=pa.string())
        return pa.RecordBatch.from_pydict(columns), len(rows)


def event_row(header: Header, event: Json, key: str, fields: Json) -> EventRow | str:
    """Turn an event into one row, or say why it is too large; ``event[key]`` is ``fields``."""
    used: set[str] = set()
    columns = _MAKERS.get(header.domain, _notification)(header, _Fields(fields, used))
    used_header = {"eventId"} if columns.event_id == header.event_id else set[str]()
    left = {
        **event,
        HEADER: {name: each for name, each in header.left.items() if name not in used_header},
        key: {name: each for name, each in fields.items() if name not in used},
    }
    identifiers: dict[str, str] = {}
    try:
        clean = without_subscriber(left, identifiers, is_traffic=header.domain in _TRAFFIC)
        attributes = orjson.dumps(clean).decode("utf-8")
    except (RecursionError, orjson.JSONEncodeError):
        return "its fields are nested too deeply"
    if len(attributes) > MAX_ATTRIBUTE_BYTES:
        return f"its fields take more than {MAX_ATTRIBUTE_BYTES} bytes"
    return EventRow(columns=columns, attributes=attributes, identifiers=identifiers)


class _Fields:
    """The fields of a domain; those that become a column are noted as used."""

    def __init__(self, fields: Json, used: set[str]) -> None:
        self._fields = fields
        self._used = used

    def text(self, *names: str) -> str | None:
        """Give the first of these fields that holds text."""
        for name in names:
            if found := as_text(self._fields.get(name)):
                self._used.add(name)
                return found
        return None

    def number(self, name: str) -> float | None:
        """Give a field's number, if it is one."""
        try:
            value = float(as_text(self._fields.get(name)))
        except ValueError:
            return None
        return value if abs(value) < float("inf") else None

    def severity(self, *names: str) -> str | None:
        """Give the severity in the words of X.733; the source's own word stays an attribute."""
        for name in names:
            if found := as_text(self._fields.get(name)):
                return SEVERITIES.get(found.lower())
        return None

    def below(self, name: str) -> _Fields:
        """Go down into a field that holds fields; nothing there is noted as used."""
        return _Fields(as_object(self._fields.get(name)), set())


class _Known(TypedDict, total=False):
    """Columns that a domain knows, or knows better than the header."""

    ts: int
    end_ts: int | None
    event_id: str | None
    element: str
    element_kind: str | None
    severity: str | None
    state: str | None
    title: str | None
    value: float | None
    quality: Quality


def _row(header: Header, kind: str, **known: Unpack[_Known]) -> Happening:
    """Fill the columns from the header, but for what is known better."""
    title = (known.get("title") or as_text(header.left.get("eventName")))[:MAX_TITLE_CHARS]
    if header.domain in _TRAFFIC:
        title = _ADDRESS.sub("[withheld]", title)
    return Happening(
        ts=known.get("ts", header.ts),
        end_ts=known.get("end_ts", header.end_ts),
        event_kind=kind,
        event_id=known.get("event_id", header.event_id),
        element=known.get("element", header.source),
        element_kind=known.get("element_kind", header.source_kind),
        severity=known.get("severity"),
        state=(known.get("state") or "")[:MAX_STATE_CHARS] or None,
        value=known.get("value"),
        title=title or None,
        quality=header.quality | known.get("quality", Quality.GOOD),
    )


def _alarm(header: Header, **known: Unpack[_Known]) -> Happening:
    """Fill the columns of an alarm, which ends when it is cleared and not before."""
    is_over = known.get("severity") == "cleared"
    if not is_over:
        known["end_ts"] = None
    known["state"] = "cleared" if is_over else "active"
    return _row(header, "alarm", **known)


def _fault(header: Header, fields: _Fields) -> Happening:
    severity = fields.severity("eventSeverity")
    title = fields.text("specificProblem") or fields.text("alarmCondition")
    quality = Quality.GOOD if severity else Quality.PARTIAL
    return _alarm(header, severity=severity, title=title, quality=quality)


def _threshold_crossing(header: Header, fields: _Fields) -> Happening:
    is_over = (fields.text("alertAction") or "").upper() == "CLEAR"
    severity = "cleared" if is_over else fields.severity("eventSeverity")
    title, value = fields.text("alertDescription"), fields.number("alertValue")
    return _alarm(header, severity=severity, title=title, value=value)


def _state_change(header: Header, fields: _Fields) -> Happening:
    return _row(header, "change", state=fields.text("newState"))


def _syslog(header: Header, fields: _Fields) -> Happening:
    severity, title = fields.severity("syslogSev"), fields.text("syslogMsg")
    return _row(header, "notification", severity=severity, title=title)


def _notification(header: Header, fields: _Fields) -> Happening:
    said = " ".join(filter(None, (fields.text("changeType"), fields.text("changeIdentifier"))))
    return _row(header, "notification", state=fields.text("newState"), title=said)


def _standard(header: Header, fields: _Fields) -> Happening:
    data = fields.below("data")
    said = (data.text("notificationType") or "").lower()
    when = time_ns(data.text("eventTime") or "")
    ts = header.ts if when is None else when
    name = object_name(data.text("objectInstance") or "") or object_name(data.text("href") or "")
    known: _Known = {
        "ts": ts,
        "end_ts": None if header.end_ts is None else max(header.end_ts, ts),
        "event_id": (data.text("alarmId") or "")[:MAX_NAME_CHARS] or header.event_id,
        "element": name or header.source,
        "element_kind": dn.kind_of(name) if name else header.source_kind,
        "title": data.text("specificProblem") or data.text("additionalText"),
    }
    kind = _standard_kind(said, header.namespace.lower(), has_alarm=bool(data.text("alarmId")))
    if kind != "alarm":
        return _row(header, kind, **known)
    is_over = "clearedalarm" in said
    known["severity"] = "cleared" if is_over else data.severity("perceivedSeverity")
    return _alarm(header, **known)


def _standard_kind(said: str, namespace: str, *, has_alarm: bool) -> str:
    if "alarm" in said or "threshold" in said or (not said and (has_alarm or "fault" in namespace)):
        return "alarm"
    if "heartbeat" in said or (not said and "heartbeat" in namespace):
        return "heartbeat"
    if "moi" in said or "attributevalue" in said or (not said and "provisioning" in namespace):
        return "change"
    return "notification"


def object_name(text: str) -> str:
    """Give the DN of a managed object, also from a URI such as .../ManagedElement=1/NRCellDU=2."""
    if "=" not in text or len(text) > MAX_NAME_CHARS:
        return ""
    if "/" not in text:
        return text
    return ",".join(part for part in text.partition("?")[0].split("/") if "=" in part)


_MAKERS: dict[str, Callable[[Header, _Fields], Happening]] = {
    "fault": _fault,
    "thresholdCrossingAlert": _threshold_crossing,
    "stateChange": _state_change,
    "syslog": _syslog,
    "stndDefined": _standard,
    "heartbeat": lambda header, _: _row(header, "heartbeat"),
    "pnfRegistration": lambda header, _: _row(header, "registration"),
}


def without_subscriber(value: object, identifiers: dict[str, str], *, is_traffic: bool) -> object:
    """Copy a value; what names a subscriber moves to ``identifiers``, addresses of traffic go."""
    if isinstance(value, dict):
        clean: dict[str, object] = {}
        for key, below in value.items():
            if column := IDENTIFIER_FIELDS.get(key.lower()):
                if text := as_text(below).removeprefix("imsi-").removeprefix("msisdn-"):
                    identifiers.setdefault(column, text)
            else:
                clean[key] = without_subscriber(below, identifiers, is_traffic=is_traffic)
        return clean
    if isinstance(value, list):
        return [without_subscriber(each, identifiers, is_traffic=is_traffic) for each in value]
    if is_traffic and isinstance(value, str):
        return _ADDRESS.sub("[withheld]", value)
    return value
