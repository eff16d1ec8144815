"""A fault notification or an alarm record as one row of events (TS 28.532, FaultMnS)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sentio.ingest.wire.pieces.numbered import Refused, quoted
from sentio.ingest.wire.pm import dn
from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.ingest.wire.ves.events import (
    MAX_ATTRIBUTE_BYTES,
    MAX_NAME_CHARS,
    MAX_TITLE_CHARS,
    SEVERITIES,
    EventRow,
    Happening,
    object_name,
    without_subscriber,
)
from sentio.ingest.wire.ves.values import as_object, as_text
from sentio.model.record import Quality

Json = Mapping[str, Any]  # Any: JSON

ALARMS = frozenset(
    (
        *("notifynewalarm", "notifynewsecalarm", "notifychangedalarm", "notifyclearedalarm"),
        "notifychangedalarmgeneral",
    )
)
ACKNOWLEDGED = "notifyackstatechanged"
RECORD_TIMES = ("alarmClearedTime", "alarmChangedTime", "alarmRaisedTime")
_COLUMNS = frozenset({"alarmId", "eventTime"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What all rows say alike."""

    at_ns: int
    kind: str  # of the notification, in lower case; empty for an alarm record
    severity: str | None
    quality: Quality


def is_fault(value: Json) -> bool:
    """Tell whether an object is a notification, or a record of an alarm."""
    return "notificationType" in value or ("alarmId" in value and "perceivedSeverity" in value)


def fault_row(value: object) -> EventRow:
    """Turn one of them into a row.

    Raises
    ------
    Refused
        It is neither, does not say when or where, or is too large.
    """
    found = as_object(value)
    if not is_fault(found):
        what = "it is no fault notification and no alarm record"
        raise Refused(what, reason="not_telemetry")
    element = _element(found)
    said = _said(found)
    happening = _happening(found, said, element)
    left = {name: value for name, value in found.items() if name not in _COLUMNS}
    identifiers: dict[str, str] = {}
    try:
        clean = without_subscriber(left, identifiers, is_traffic=False)
        attributes = orjson.dumps(clean).decode("utf-8")
    except (RecursionError, orjson.JSONEncodeError) as error:
        raise Refused("its fields are nested too deeply", reason="too_large") from error
    if len(attributes) > MAX_ATTRIBUTE_BYTES:
        what = f"its fields take more than {MAX_ATTRIBUTE_BYTES} bytes"
        raise Refused(what, reason="too_large")
    return EventRow(columns=happening, attributes=attributes, identifiers=identifiers)


def _happening(found: Json, said: _Said, element: str) -> Happening:
    is_alarm = said.kind in ALARMS or not said.kind
    is_over = is_alarm and said.severity == "cleared"
    state = ("cleared" if is_over else "active") if is_alarm else _state(found, said.kind)
    return Happening(
        ts=said.at_ns,
        end_ts=said.at_ns if is_over or not is_alarm else None,
        event_kind="alarm" if is_alarm else _kind(said.kind),
        event_id=as_text(found.get("alarmId"))[:MAX_NAME_CHARS] or None,
        element=element,
        element_kind=dn.kind_of(element) or None,
        severity=said.severity if is_alarm else None,
        state=state,
        value=_number(as_object(found.get("thresholdInfo")).get("observedValue")),
        title=_title(found),
        quality=said.quality,
    )


def _said(found: Json) -> _Said:
    kind = as_text(found.get("notificationType")).lower()
    names = ("eventTime",) if kind else RECORD_TIMES
    moments = [time_ns(as_text(found.get(name))) for name in names if found.get(name)]
    at_ns = next((each for each in moments if each is not None), None)
    if at_ns is None:
        name = names[0] if kind else names[-1]
        what = f"{name} {quoted(as_text(found.get(name)))} is no time"
        raise Refused(what, field=name, reason="bad_time")
    word = as_text(found.get("perceivedSeverity")).lower()
    is_cleared = kind == "notifyclearedalarm" or (not kind and _is_cleared(found))
    severity = "cleared" if is_cleared else SEVERITIES.get(word)
    needs_one = (not kind or kind in ALARMS) and severity is None
    return _Said(
        at_ns=at_ns,
        kind=kind,
        severity=severity,
        quality=Quality.PARTIAL if needs_one else Quality.GOOD,
    )


def _is_cleared(record: Json) -> bool:
    return bool(as_text(record.get("alarmClearedTime")))


def _element(found: Json) -> str:
    for name in ("objectInstance", "href", "systemDN"):
        if element := object_name(as_text(found.get(name))):
            return element
    plain = as_text(found.get("objectInstance"))
    if plain and len(plain) <= MAX_NAME_CHARS:
        return plain
    raise Refused(
        "objectInstance, href and systemDN name no object", field="objectInstance", reason="missing"
    )


def _kind(notification: str) -> str:
    is_change = notification == ACKNOWLEDGED or "moi" in notification
    if "heartbeat" in notification:
        return "heartbeat"
    return "change" if is_change else "notification"


def _state(found: Json, kind: str) -> str | None:
    if kind != ACKNOWLEDGED:
        return None
    return as_text(found.get("ackState")).lower()[:64] or None


def _title(found: Json) -> str | None:
    names = ("specificProblem", "additionalText", "probableCause")
    texts = (as_text(found.get(name)) for name in names)
    return next((text[:MAX_TITLE_CHARS] for text in texts if text), None)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value)
    return number if abs(number) < float("inf") else None
