"""The record path's words: the kinds of records, their columns, and the quality bits of a row.

A batch on the record path is an Arrow record batch of one kind. Time is int64 nanoseconds since
1970 UTC. Readers fill what they know and leave the rest out: the gate adds missing columns as null.
"""

from __future__ import annotations

from enum import IntFlag, StrEnum

import pyarrow as pa

from sentio.model.domain import DIMENSIONS


class Kind(StrEnum):
    """What a batch holds."""

    EXPERIENCE = "experience"
    MEASUREMENT = "measurement"
    EVENT = "event"
    ELEMENT = "element"
    LINK = "link"
    CUSTOMER = "customer"


class Quality(IntFlag):
    """What the gate (or the source itself) says against a row; 0 is good."""

    GOOD = 0
    SUSPECT = 1
    LATE = 2
    CLOCK = 4
    PARTIAL = 8


SUBJECT_KINDS = ("user", "thing")

IDENTIFIERS: tuple[str, ...] = (
    "imsi",
    "msisdn",
    "imei",
    "ip",
    "mac",
    "person_name",
    "account",
    "device_serial",
    "session_key",
)
"""Columns that name a person or a device. Readers fill them in the clear; the gate replaces each by
pseudonyms: the first one present, in this order, becomes ``subject``; none leaves the gate."""

PATH: tuple[str, ...] = tuple(name for name in DIMENSIONS if name != "all")

TEXT = pa.string()

EXPERIENCE: dict[str, pa.DataType] = {
    "ts": pa.int64(),
    "duration_ms": pa.float64(),
    "subject_kind": TEXT,
    **dict.fromkeys(PATH, TEXT),
    "longitude_deg": pa.float64(),
    "latitude_deg": pa.float64(),
    "quality": pa.uint8(),
}
"""Common columns of an experience record, beside the identifiers and the indicators.

``ts`` is the start of the use; ``duration_ms`` its length, the weight of the use."""

MEASUREMENT: dict[str, pa.DataType] = {
    "ts": pa.int64(),  # end of the granularity period
    "granularity_ms": pa.int64(),
    "element": TEXT,
    "element_kind": TEXT,
    "indicator": TEXT,  # the source's own name, TS 28.552 where there is one
    "bin": pa.int32(),  # index within a vector value, null for a single value
    "value": pa.float64(),
    "unit": TEXT,
    "quality": pa.uint8(),
}
"""An element's indicator over a granularity period, long form."""

EVENT_KINDS = (
    "alarm",
    "change",
    "planned_work",
    "ticket",
    "survey",
    "heartbeat",
    "registration",
    "notification",
)

EVENT: dict[str, pa.DataType] = {
    "ts": pa.int64(),
    "end_ts": pa.int64(),
    "event_kind": TEXT,  # one of EVENT_KINDS
    "event_id": TEXT,
    "element": TEXT,
    "element_kind": TEXT,
    "severity": TEXT,  # X.733: critical, major, minor, warning, indeterminate, cleared
    "state": TEXT,
    "value": pa.float64(),  # a survey's answer, an amount
    "title": TEXT,
    "attributes": TEXT,  # all the rest, JSON object
    "quality": pa.uint8(),
}
"""Something that happened to an element or a subject."""

ELEMENT: dict[str, pa.DataType] = {
    "ts": pa.int64(),  # valid from
    "element": TEXT,
    "element_kind": TEXT,  # cell, gnb, site, router, switch, upf, edge, server, cpe, ...
    "name": TEXT,
    "parent": TEXT,
    "technology": TEXT,
    "longitude_deg": pa.float64(),
    "latitude_deg": pa.float64(),
    "range_m": pa.float64(),
    "attributes": TEXT,
    "quality": pa.uint8(),
}
"""A part of the network, from a moment on."""

LINK: dict[str, pa.DataType] = {
    "ts": pa.int64(),
    "link": TEXT,
    "from_element": TEXT,
    "to_element": TEXT,
    "link_kind": TEXT,
    "capacity_bps": pa.float64(),
    "attributes": TEXT,
    "quality": pa.uint8(),
}
"""A connection between two elements, from a moment on."""

CUSTOMER: dict[str, pa.DataType] = {
    "ts": pa.int64(),
    "segment": TEXT,
    "contract": TEXT,
    "value_per_month": pa.float64(),
    "tenure_months": pa.float64(),
    "has_churned": pa.bool_(),
    "attributes": TEXT,
    "quality": pa.uint8(),
}
"""What the business knows of a subject, from a moment on."""

COLUMNS: dict[Kind, dict[str, pa.DataType]] = {
    Kind.EXPERIENCE: EXPERIENCE,
    Kind.MEASUREMENT: MEASUREMENT,
    Kind.EVENT: EVENT,
    Kind.ELEMENT: ELEMENT,
    Kind.LINK: LINK,
    Kind.CUSTOMER: CUSTOMER,
}
