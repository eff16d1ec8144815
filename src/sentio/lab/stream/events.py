"""What happened, each system in its own words: alarms, planned works, changes, tickets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from sentio.lab.stream.names import imsi_of
from sentio.lab.stream.parcels import Parcel
from sentio.lab.stream.tables import csv_parcel, dated
from sentio.lab.wire.text import clock, glue

ISO, BASIC = "%Y-%m-%dT%H:%M:%SZ", "%Y%m%dT%H%M%SZ"
MS_US = 1000
Row = Mapping[str, Any]  # an event as plain values
CHANGES, TICKETS = "changes", "crm"


def write(start_ns: int, events: pa.RecordBatch) -> Iterator[Parcel]:
    """Write a file for each kind of event that happened in a period."""
    rows = events.to_pylist()
    by_kind = {kind: [row for row in rows if row["event_kind"] == kind] for kind in WRITERS}
    for kind, told in by_kind.items():
        if told:
            yield WRITERS[kind](start_ns, told)


def _alarms(start_ns: int, rows: Sequence[Row]) -> Parcel:
    """Write alarms as a batch of ONAP VES fault events; one that is over is NORMAL."""
    body = orjson.dumps({"eventList": [_fault(number, row) for number, row in enumerate(rows)]})
    return Parcel("faults", dated("ves", start_ns, "json"), body, "ves")


def _fault(number: int, row: Row) -> dict[str, object]:
    at_us = int(row["ts"]) // MS_US
    severity = str(row["severity"])
    return {
        "commonEventHeader": {
            "domain": "fault",
            "eventName": f"Fault_{row['element_kind']}",
            "eventId": row["event_id"],
            "sequence": number,
            "priority": "High" if severity in {"critical", "major"} else "Low",
            "reportingEntityName": "ems-1",
            "sourceName": row["element"],
            "nfNamingCode": row["element_kind"],
            "startEpochMicrosec": at_us,
            "lastEpochMicrosec": at_us,
            "version": "4.1",
            "vesEventListenerVersion": "7.2.1",
        },
        "faultFields": {
            "faultFieldsVersion": "4.0",
            "alarmCondition": str(row["title"]).title().replace(" ", ""),
            "eventSourceType": "equipment",
            "specificProblem": row["title"],
            "eventSeverity": "NORMAL" if severity == "cleared" else severity.upper(),
            "vfStatus": "Active",
        },
    }


def _works(start_ns: int, rows: Sequence[Row]) -> Parcel:
    """Write notices of planned works as one mail with a calendar (MAINTNOTE)."""
    lines = [
        "From: works@transport.example", "To: noc@operator.example",
        f"Subject: {len(rows)} planned work(s)", "MIME-Version: 1.0",
        "Content-Type: text/calendar; charset=utf-8; method=REQUEST", "",
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example transport//Works//EN",
    ]  # fmt: skip
    for row in rows:
        lines += _notice(row)
    body = "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()
    return Parcel("works", dated("works", start_ns, "eml"), body, "maintnote")


def _notice(row: Row) -> Iterator[str]:
    begins_ns = int(json.loads(row["attributes"])["planned_start_ns"])
    moments = clock(np.array([row["ts"], begins_ns, row["end_ts"]]), BASIC).to_pylist()
    yield "BEGIN:VEVENT"
    yield f"UID:{row['event_id']}@transport.example"
    for name, moment in zip(("DTSTAMP", "DTSTART", "DTEND"), moments, strict=True):
        yield f"{name}:{moment}"
    yield f"SUMMARY:{row['title']}"
    yield "X-MAINTNOTE-PROVIDER:transport.example"
    yield f"X-MAINTNOTE-MAINTENANCE-ID:{row['event_id']}"
    yield f"X-MAINTNOTE-OBJECT-ID:{row['element']}"
    yield f"X-MAINTNOTE-OBJECT-KIND:{row['element_kind']}"
    yield "X-MAINTNOTE-IMPACT:NO-IMPACT"  # that is what they all say
    yield f"X-MAINTNOTE-STATUS:{str(row['state'] or 'CONFIRMED').upper()}"
    yield "END:VEVENT"


def _changes(start_ns: int, rows: Sequence[Row]) -> Parcel:
    """Write records of changes as a table (column map `change_records`)."""
    columns = {
        "change_id": _texts(rows, "event_id"),
        "implemented_at": _clocks(rows),
        "ci": _texts(rows, "element"),
        "ci_class": _texts(rows, "element_kind"),
        "change_summary": _texts(rows, "title"),
        "change_state": pa.array(["implemented"] * len(rows)),
    }
    return csv_parcel(CHANGES, dated("changes", start_ns), columns, "delimited")


def _tickets(start_ns: int, rows: Sequence[Row]) -> Parcel:
    """Write complaints as the CRM exports them."""
    subject = np.array([int(row["element"]) for row in rows])
    stamps = [f"T{int(row['ts']) // 1_000_000}" for row in rows]
    columns = {
        "ticket_id": glue(pa.array(stamps), "-", pa.array(subject % 97).cast(pa.string())),
        "created_at": _clocks(rows),
        "category": _texts(rows, "title"),
        "description": pa.array(["It does not work as it used to"] * len(rows)),
        "priority": pa.array(["medium"] * len(rows)),
        "status": pa.array(["open"] * len(rows)),
        "imsi": imsi_of(subject),
    }
    return csv_parcel(TICKETS, dated("tickets", start_ns), columns, "tickets")


def _texts(rows: Sequence[Row], name: str) -> pa.Array:
    return pa.array([row[name] for row in rows], pa.string())


def _clocks(rows: Sequence[Row]) -> pa.StringArray:
    return clock(np.array([row["ts"] for row in rows], dtype=np.int64), ISO)


WRITERS = {"alarm": _alarms, "planned_work": _works, "change": _changes, "ticket": _tickets}
