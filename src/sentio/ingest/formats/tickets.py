"""Trouble and complaint tickets (CSV): mixed date forms, free text masked (TMF621)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.csv.people import PEOPLE, people
from sentio.ingest.wire.csv.pieces import pieces_of
from sentio.ingest.wire.csv.tables import Fault, Table, header_of, tables
from sentio.ingest.wire.csv.values import (
    masked,
    objects,
    of_length,
    role_columns,
    there,
    truths,
)
from sentio.ingest.wire.times.columns import Order, clock_ns, moments, order_of
from sentio.model.record import Kind, Quality

TICKET: dict[str, tuple[str, ...]] = {
    "id": (
        *("ticketid", "ticket", "ticketno", "ticketnumber", "troubleticketid", "caseid"),
        *("casenumber", "complaintid", "complaintno", "incidentid", "incidentnumber"),
        *("requestid", "referenceno", "referencenumber", "id", "number"),
    ),
    "created": (
        *("createdat", "created", "createddate", "creationdate", "createdon", "openedat"),
        *("opened", "opendate", "openeddate", "datemonthyear", "reportedat", "reporteddate"),
        *("reported", "complaintdate", "ticketdate", "datereceived", "receiveddate"),
        *("submittedat", "submitdate", "raisedon", "starttime", "timestamp", "datetime", "date"),
    ),
    "clock": ("time", "timeofday", "createdtime", "ticketissued"),
    "closed": (
        *("closedat", "closed", "closeddate", "closedon", "closuredate", "closingdate"),
        *("resolvedat", "resolved", "resolveddate", "resolutiondate", "dateresolved", "endtime"),
    ),
    "category": (
        *("category", "complaintcategory", "tickettype", "issuetype", "complainttype"),
        *("problemtype", "casetype", "topic", "type", "reason", "product"),
    ),
    "text": (
        *("customercomplaint", "complaintdescription", "complaint", "description", "text"),
        *("summary", "subject", "details", "issue", "message", "comment", "comments", "notes"),
    ),
    "priority": ("priority", "severity", "urgency", "impact"),
    "state": ("status", "ticketstatus", "ticketstate", "casestatus"),
    "channel": ("channel", "receivedvia", "contactchannel", "source", "origin", "medium"),
    "element": ("cell", "cellid", "siteid", "site", "element", "node"),
    "region": ("region", "state", "province", "city"),
}
ROLES: dict[str, tuple[str, ...]] = {**TICKET, **PEOPLE}

SEVERITIES: dict[str, str] = {
    **dict.fromkeys(("critical", "p1", "1", "urgent", "emergency", "blocker", "sev1"), "critical"),
    **dict.fromkeys(("major", "high", "p2", "2", "sev2"), "major"),
    **dict.fromkeys(("minor", "medium", "normal", "moderate", "p3", "3", "sev3"), "minor"),
    **dict.fromkeys(("warning", "low", "trivial", "p4", "p5", "4", "5", "sev4"), "warning"),
}
"""Priorities as ticket systems name them, to the severities of X.733."""

TICKET_WORDS = re.compile(r"ticket|complain|incident|trouble|case(?!c)", re.IGNORECASE)
SURVEY_WORDS = re.compile(r"nps|csat|survey", re.IGNORECASE)
LONGEST_TITLE = 120
LONGEST_TEXT = 4000


def sniff(head: bytes, name: str) -> float:
    """Tell how sure these bytes are tickets: a word for ticket, when it began, what it is about."""
    del name
    names, _ = header_of(head)
    roles = role_columns(names, ROLES)
    about = any(role in roles for role in ("text", "category", "state", "closed"))
    if "created" not in roles or not about or len(roles) < 3:
        return 0.0
    if any(TICKET_WORDS.search(roles[role]) for role in TICKET if role in roles):
        return 0.4 if any(SURVEY_WORDS.search(each) for each in names) else 0.9
    return 0.6 if "closed" in roles and "id" in roles and "text" in roles else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield tickets as events; ``end_ts`` is when they were closed.

    Options: ``encoding``, ``timezone``, ``date_order`` (dmy, mdy, ymd) where it must not be told
    from the dates themselves.
    """
    return pieces_of(_records(stream, reading), Kind.EVENT, reading)


def _records(
    stream: BinaryIO, reading: Reading
) -> Iterator[tuple[Table, Mapping[str, pa.Array], list[Fault]]]:
    order: Order | None = None
    for table in tables(stream, reading):
        roles = role_columns(table.names, ROLES)
        order = order or order_of(table.column(roles.get("created")), reading=reading)
        yield table, *_columns(table, roles, reading, order)


def _columns(
    table: Table, roles: Mapping[str, str], reading: Reading, order: Order
) -> tuple[dict[str, pa.Array], list[Fault]]:
    created, bad_created = moments(table.column(roles.get("created")), reading, order=order)
    closed, bad_closed = moments(_unless_truth(table, roles), reading, order=order)
    created = _with_clock(created, table.column(roles.get("clock")))
    is_missing = pc.is_null(created).to_numpy(zero_copy_only=False) & ~bad_created
    priority = there(table.column(roles.get("priority")))
    category = masked(there(table.column(roles.get("category"))))
    text = masked(of_length(there(table.column(roles.get("text"))), LONGEST_TEXT))
    element = there(table.column(roles.get("element")))
    is_early = pc.fill_null(pc.less(closed, created), False).to_numpy(zero_copy_only=False)
    columns: dict[str, pa.Array] = {
        "ts": created,
        "end_ts": closed,
        "event_kind": pa.array(["ticket"] * len(table)),
        "event_id": there(table.column(roles.get("id"))),
        **people(table, roles),
        "element": element,
        "element_kind": _element_kind(element, roles),
        "severity": _severities(priority),
        "state": masked(there(table.column(roles.get("state")))),
        "title": of_length(pc.coalesce(category, text), LONGEST_TITLE),
        "attributes": _attributes(table, roles, category=category, text=text, priority=priority),
        "quality": pa.array(
            np.where(is_early, int(Quality.SUSPECT), int(Quality.GOOD)).astype(np.uint8)
        ),
    }
    began = roles.get("created", "created")
    what = "the time the ticket was {} cannot be understood"
    faults = [
        Fault(rows=bad_created, field=began, reason="bad_time", what=what.format("created")),
        Fault(rows=is_missing, field=began, reason="missing", what="the ticket has no time"),
        Fault(
            rows=bad_closed,
            field=roles.get("closed", "closed"),
            reason="bad_time",
            what=what.format("closed"),
        ),
    ]
    return columns, faults


def _unless_truth(table: Table, roles: Mapping[str, str]) -> pa.StringArray:
    """Give the closing times; a column that says only yes or no has none."""
    texts = table.column(roles.get("closed"))
    known, _ = truths(texts)
    return pc.if_else(known.is_valid(), "", texts)


def _with_clock(created: pa.Int64Array, clocks: pa.StringArray) -> pa.Int64Array:
    """Add the time of day of a column of its own to dates that have none."""
    of_day, good = clock_ns(clocks)
    is_date = pc.fill_null(pc.equal(_modulo_day(created), 0), False)
    plus = np.where(good & is_date.to_numpy(zero_copy_only=False), of_day, 0)
    return pc.add(created, pa.array(plus))


def _modulo_day(ns: pa.Int64Array) -> pa.Int64Array:
    day_ns = 86_400 * 10**9
    return pc.subtract(ns, pc.multiply(pc.divide(ns, day_ns), day_ns))


def _element_kind(element: pa.StringArray, roles: Mapping[str, str]) -> pa.StringArray:
    column = roles.get("element", "").lower()
    kind = next((each for each in ("cell", "site") if each in column), "element")
    return pc.if_else(element.is_valid(), kind, pa.scalar(None, pa.string()))


def _severities(priority: pa.StringArray) -> pa.StringArray:
    known = pc.index_in(pc.utf8_lower(priority), pa.array(list(SEVERITIES)))
    return pa.array(list(SEVERITIES.values())).take(known)


def _attributes(
    table: Table,
    roles: Mapping[str, str],
    *,
    category: pa.StringArray,
    text: pa.StringArray,
    priority: pa.StringArray,
) -> pa.StringArray:
    columns = {
        "category": category,
        "text": text,
        "priority": masked(priority),
        "channel": masked(there(table.column(roles.get("channel")))),
        "region": masked(there(table.column(roles.get("region")))),
    }
    there_is = {name: pc.fill_null(column, "") for name, column in columns.items()}
    return objects(there_is, len(table))


FORMAT = Format(
    name="tickets",
    title="Trouble and complaint tickets, CSV",
    standard="RFC 4180; columns by their usual names (TMF621)",
    sniff=sniff,
    read=read,
)
