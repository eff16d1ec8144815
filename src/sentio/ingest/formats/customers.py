"""Customer lists out of CRM and billing (CSV): contract, value, tenure, churn (TMF629 Customer)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.csv.people import NAMING, PEOPLE, nobody, people
from sentio.ingest.wire.csv.pieces import pieces_of
from sentio.ingest.wire.csv.tables import Fault, Table, header_of, tables
from sentio.ingest.wire.csv.values import masked, numbers, objects, role_columns, there, truths
from sentio.ingest.wire.text.personal import PERSONAL_WORDS, WORDS, words_of
from sentio.ingest.wire.times.columns import Order, moments, order_of
from sentio.model.record import Kind, Quality

BUSINESS: dict[str, tuple[str, ...]] = {
    "segment": (
        "segment",
        "customersegment",
        "valuesegment",
        "customergroup",
        "tier",
        "customertype",
    ),
    "tariff": ("tariff", "tariffplan", "rateplan", "priceplan", "plan", "planname", "product"),
    "contract": ("contract", "contracttype", "contractlength"),
    "value": (
        *("monthlycharges", "monthlycharge", "arpu", "monthlyrevenue", "monthlyfee", "mrr"),
        *("avgmonthlybill", "billamount", "monthlybill", "revenue", "valuepermonth"),
    ),
    "tenure": (
        *("tenure", "tenuremonths", "tenureinmonths", "monthstenure", "accountlength"),
        *("monthswithcompany", "customerage", "customertenure"),
    ),
    "churn": (
        *("churn", "churned", "haschurned", "ischurned", "churnlabel", "churnvalue", "churnflag"),
        *("exited", "attrition", "customerstatus"),
    ),
}
"""What the business knows of a customer, by the usual names of the columns."""

ROLES: dict[str, tuple[str, ...]] = {
    **PEOPLE,
    **BUSINESS,
    "date": (
        *("snapshotdate", "asofdate", "asof", "reportdate", "validfrom", "effectivedate"),
        *("lastupdated", "updatedat", "updated", "date", "month"),
    ),
}

TELLING = frozenset(
    WORDS.findall(
        "service services internet line lines streaming security backup protection support billing"
        " paperless payment charges total gender senior partner dependents dependent contract"
        " tariff plan offer region city state country technology device channel usage minutes data"
        " calls sms voice roaming satisfaction score cltv clv reason category type tech tv movies"
        " unlimited refunds referrals age quarter band fiber dsl bundle discount loyalty"
        " complaints tickets important vip"
    )
)
"""A further column becomes an attribute if a word of its name is telling and none is personal."""

MIN_BUSINESS_ROLES = 2


def sniff(head: bytes, name: str) -> float:
    """Tell how sure these bytes are a customer list: who, and at least two things of business."""
    del name
    names, _ = header_of(head)
    roles = role_columns(names, ROLES)
    business = sum(role in roles for role in BUSINESS)
    if business < MIN_BUSINESS_ROLES or not any(role in roles for role in NAMING):
        return 0.0
    return 0.9 if "churn" in roles or "tenure" in roles or "value" in roles else 0.7


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield customers; rows without a date of their own are as of the input's arrival.

    Options: ``encoding``, ``timezone``, and ``attributes``, further columns to keep (by comma).
    """
    return pieces_of(_records(stream, reading), Kind.CUSTOMER, reading)


def _records(
    stream: BinaryIO, reading: Reading
) -> Iterator[tuple[Table, Mapping[str, pa.Array], list[Fault]]]:
    order: Order | None = None
    for table in tables(stream, reading):
        roles = role_columns(table.names, ROLES)
        order = order or order_of(table.column(roles.get("date")), reading=reading)
        yield table, *_columns(table, roles, reading, order)


def _columns(
    table: Table, roles: Mapping[str, str], reading: Reading, order: Order
) -> tuple[dict[str, pa.Array], list[Fault]]:
    named = people(table, roles)
    value, bad_value = numbers(table.column(roles.get("value")), table)
    tenure, bad_tenure = numbers(table.column(roles.get("tenure")), table)
    churn, bad_churn = truths(table.column(roles.get("churn")))
    ts, bad_ts = moments(table.column(roles.get("date")), reading, order=order)
    contract = there(table.column(roles.get("contract")))
    tariff = there(table.column(roles.get("tariff")))
    segment = there(table.column(roles.get("segment")))
    columns: dict[str, pa.Array] = {
        "ts": pc.fill_null(ts, reading.received_ns),
        **named,
        "segment": masked(pc.coalesce(segment, tariff, contract, _constant(reading, "segment"))),
        "contract": masked(pc.coalesce(contract, tariff)),
        "value_per_month": value,
        "tenure_months": tenure,
        "has_churned": churn,
        "attributes": _attributes(table, roles, reading),
        "quality": pa.array(np.full(len(table), int(Quality.GOOD), dtype=np.uint8)),
    }
    who = next((roles[role] for role in NAMING if role in roles), "customer")
    faults = [
        Fault(
            rows=nobody(named, len(table)),
            field=who,
            reason="missing",
            what="the row names no customer",
        ),
        *(
            Fault(rows=bad, field=roles[role], reason=reason, what=what)
            for role, bad, reason, what in (
                ("value", bad_value, "not_a_number", "the value per month is no number"),
                ("tenure", bad_tenure, "not_a_number", "the tenure is no number"),
                ("churn", bad_churn, "out_of_range", "churn is neither yes nor no"),
                ("date", bad_ts, "bad_time", "the date cannot be understood"),
            )
            if role in roles
        ),
    ]
    return columns, faults


def _constant(reading: Reading, name: str) -> pa.StringScalar:
    return pa.scalar(reading.options.get(name) or None, pa.string())


def _attributes(table: Table, roles: Mapping[str, str], reading: Reading) -> pa.StringArray:
    asked = {name.strip() for name in reading.options.get("attributes", "").split(",")}
    taken = set(roles.values()) - {roles.get("tariff", "")}
    kept = [
        name for name in table.names if name in asked or (name not in taken and _is_telling(name))
    ]
    columns = {name: masked(pc.fill_null(there(table.column(name)), "")) for name in kept}
    return objects(columns, len(table))


def _is_telling(name: str) -> bool:
    words = words_of(name)
    return bool(words & TELLING) and not words & PERSONAL_WORDS


FORMAT = Format(
    name="customers",
    title="Customer list (CRM, billing), CSV",
    standard="RFC 4180; columns by their usual names (TMF629)",
    sniff=sniff,
    read=read,
)
