"""Survey answers (CSV): NPS, CSAT and CES with the scale they were given on; comments masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.csv.headers import plain_name
from sentio.ingest.wire.csv.people import NAMING, PEOPLE, people
from sentio.ingest.wire.csv.pieces import pieces_of
from sentio.ingest.wire.csv.tables import Fault, Table, header_of, tables
from sentio.ingest.wire.csv.values import masked, numbers, objects, of_length, role_columns, there
from sentio.ingest.wire.times.columns import Order, moments, order_of
from sentio.model.record import Kind, Quality

SURVEY: dict[str, tuple[str, ...]] = {
    "score": (
        *("npsscore", "nps", "npsrating", "likelihoodtorecommend", "ltr", "recommend"),
        *("csatscore", "csat", "cesscore", "ces", "satisfactionscore", "satisfaction"),
        *("surveyscore", "score", "rating", "answer", "response"),
    ),
    "date": (
        *("surveydate", "responsedate", "answereddate", "submittedat", "submitteddate"),
        *("completedat", "respondedat", "responsetime", "createdat", "created", "timestamp"),
        *("datetime", "date", "time"),
    ),
    "touchpoint": (
        *("touchpoint", "journey", "interaction", "trigger", "surveytype", "surveyname"),
        *("survey", "campaign", "stage", "channel"),
    ),
    "comment": (
        *("comment", "comments", "verbatim", "feedback", "openanswer", "freetext", "text"),
        *("reason", "remarks"),
    ),
    "scale": ("scale", "maxscore", "scoremax"),
    "id": ("surveyid", "responseid", "answerid", "id"),
}
ROLES: dict[str, tuple[str, ...]] = {**SURVEY, **PEOPLE}

METRICS: tuple[tuple[str, str], ...] = (
    ("nps", r"nps|recommend|^ltr$"),
    ("csat", r"csat|satisfaction"),
    ("ces", r"^ces|effort"),
)
SCALES: tuple[tuple[float, float], ...] = ((1, 5), (1, 7), (0, 10), (0, 100))
NPS_SCALE = (0.0, 10.0)
SURVEY_WORDS = re.compile(r"nps|csat|survey|touchpoint|verbatim|recommend|^ces", re.IGNORECASE)
CUSTOMER_WORDS = re.compile(r"churn|tenure", re.IGNORECASE)
LONGEST_TITLE = 120
LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How this file's answers are to be read: what they measure, on which scale, date order."""

    metric: str
    low: float
    high: float
    order: Order


def sniff(head: bytes, name: str) -> float:
    """Tell how sure these bytes are survey answers: a score, and who, when or why it was given."""
    del name
    names, _ = header_of(head)
    roles = role_columns(names, ROLES)
    has_who = any(role in roles for role in NAMING)
    if "score" not in roles or not (has_who or "id" in roles) or "date" not in roles:
        return 0.0
    if any(CUSTOMER_WORDS.search(each) for each in names):
        return 0.3  # a customer list that holds each one's last answer
    if any(SURVEY_WORDS.search(each) for each in names):
        return 0.9
    return 0.7 if has_who and ("comment" in roles or "touchpoint" in roles) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield answers as events; ``value`` is the score as given, its scale stands beside it.

    Options: ``scale`` (such as 1-5) where it must not be told from the column's name and the
    first answers; ``encoding``, ``timezone``, ``date_order``.
    """
    return pieces_of(_records(stream, reading), Kind.EVENT, reading)


def _records(
    stream: BinaryIO, reading: Reading
) -> Iterator[tuple[Table, Mapping[str, pa.Array], list[Fault]]]:
    layout: Layout | None = None
    for table in tables(stream, reading):
        roles = role_columns(table.names, ROLES)
        layout = layout or _layout(table, roles, reading)
        yield table, *_columns(table, roles, reading, layout)


def _layout(table: Table, roles: Mapping[str, str], reading: Reading) -> Layout:
    column = plain_name(roles.get("score", ""))
    metric = next((name for name, pattern in METRICS if re.search(pattern, column)), "score")
    said = _span(reading.options.get("scale", "")) or _span(
        next((text for text in table.column(roles.get("scale")).to_pylist() if text), "")
    )
    values, _ = _scores(table, roles)
    top = pc.max(values).as_py()
    seen = next((span for span in SCALES if top is None or top <= span[1]), SCALES[-1])
    low, high = said or (NPS_SCALE if metric == "nps" else seen)
    least = pc.min(values).as_py()
    if not said and least is not None and least < low:
        low, high = NPS_SCALE  # a zero among small answers: nobody counts from 0 to 5
    order = order_of(table.column(roles.get("date")), reading=reading)
    return Layout(metric=metric, low=low, high=high, order=order)


def _span(text: str) -> tuple[float, float] | None:
    match = re.fullmatch(r"(?:(\d{1,2}) ?(?:-|to|\.\.) ?)?(\d{1,3})", text.strip())
    if match is None or float(match[2]) <= 0:
        return None
    high = float(match[2])
    usual = 0.0 if high >= NPS_SCALE[1] else 1.0
    return (float(match[1]) if match[1] else usual), high


def _scores(table: Table, roles: Mapping[str, str]) -> tuple[pa.DoubleArray, np.ndarray]:
    texts = table.column(roles.get("score"))
    # Survey tools export the anchor with the number ("10 - Extremely likely", "8/10").
    bare = pc.replace_substring_regex(texts, r"^(\d{1,3})\s*(?:[-–:(/].*)$", r"\1")
    return numbers(bare, table)


def _columns(
    table: Table, roles: Mapping[str, str], reading: Reading, layout: Layout
) -> tuple[dict[str, pa.Array], list[Fault]]:
    rows = len(table)
    ts, bad_ts = moments(table.column(roles.get("date")), reading, order=layout.order)
    no_ts = pc.is_null(ts).to_numpy(zero_copy_only=False) & ~bad_ts
    value, bad_value = _scores(table, roles)
    no_value = pc.is_null(value).to_numpy(zero_copy_only=False) & ~bad_value
    fits = pc.and_(pc.greater_equal(value, layout.low), pc.less_equal(value, layout.high))
    outside = ~pc.fill_null(fits, True).to_numpy(zero_copy_only=False)
    touchpoint = masked(there(table.column(roles.get("touchpoint"))))
    columns: dict[str, pa.Array] = {
        "ts": ts,
        "event_kind": pa.array(["survey"] * rows),
        "event_id": there(table.column(roles.get("id"))),
        **people(table, roles),
        "value": value,
        "title": of_length(pc.coalesce(touchpoint, layout.metric), LONGEST_TITLE),
        "attributes": _attributes(table, roles, touchpoint, layout),
        "quality": pa.array(np.full(rows, int(Quality.GOOD), dtype=np.uint8)),
    }
    score, date = roles.get("score", "score"), roles.get("date", "date")
    scale = f"{layout.low:g} to {layout.high:g}"
    faults = [
        Fault(rows=bad_value, field=score, reason="not_a_number", what="the score is no number"),
        Fault(rows=no_value, field=score, reason="missing", what="the row has no score"),
        Fault(
            rows=outside,
            field=score,
            reason="out_of_range",
            what=f"the score is not on the scale {scale}",
        ),
        Fault(rows=bad_ts, field=date, reason="bad_time", what="the date cannot be understood"),
        Fault(rows=no_ts, field=date, reason="missing", what="the answer has no date"),
    ]
    return columns, faults


def _attributes(
    table: Table, roles: Mapping[str, str], touchpoint: pa.StringArray, layout: Layout
) -> pa.StringArray:
    comment = of_length(there(table.column(roles.get("comment"))), LONGEST_TEXT)
    same = {"metric": layout.metric, "scale": f"{layout.low:g}-{layout.high:g}"}
    columns = {name: pa.array([text] * len(table), pa.string()) for name, text in same.items()}
    columns["touchpoint"] = pc.fill_null(touchpoint, "")
    columns["comment"] = pc.fill_null(masked(comment), "")
    return objects(columns, len(table))


FORMAT = Format(
    name="surveys",
    title="Survey answers (NPS, CSAT, CES), CSV",
    standard="RFC 4180; NPS 0-10, CSAT and CES by their scale",
    sniff=sniff,
    read=read,
)
