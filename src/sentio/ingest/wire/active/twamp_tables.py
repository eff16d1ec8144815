"""Statistics of a TWAMP session as tools print them (twampy, twping, tables), with units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.wire.csv.headers import Header, find_header, plain_name
from sentio.ingest.wire.csv.measured import numbers, texts
from sentio.ingest.wire.csv.tables import Table
from sentio.ingest.wire.json.values import Json
from sentio.ingest.wire.pieces.columns import record_batch
from sentio.ingest.wire.times.columns import year_first_ns
from sentio.kernel.arrays import IntArray
from sentio.model.record import Kind

TWAMPY = re.compile(
    r"^\s*(?P<way>Outbound|Inbound|Roundtrip):\s*(?P<values>(?:[\d.]+\s*(?:ns|us|ms|sec|s|min)\s+){4})"
    r"(?P<loss>[\d.]+)\s*%\s*$"
)
VALUE = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*(ns|us|ms|sec|s|min)")
NO_ANSWER = re.compile(r"^\s*NO STATS AVAILABLE")
TWAMPY_REST = re.compile(r"^\s*(?:[=-]{10,}|Direction\s+Min\s+Max\s+Avg.*|Jitter Algorithm.*)\s*$")

TWPING = re.compile(
    r"^(?P<name>round-trip time|send time|reflect time|reflector processing time)\s+"
    r"min/(?:median/)?max = (?P<low>[-\d.]+)/(?:(?P<mid>[-\d.]+)/)?(?P<high>[-\d.]+) "
    r"(?P<unit>ns|us|ms|s)\b"
)
TWPING_SENT = re.compile(r"^(?P<sent>\d{1,12}) sent, (?P<lost>\d{1,12}) lost \((?P<loss>[\d.]+)%\)")
TWPING_JITTER = re.compile(
    r"^(?P<name>(?:two-way|send|reflect) jitter) = (?P<value>[\d.]+) (?P<unit>ns|us|ms|s)\b"
)
TWPING_REST = re.compile(
    r"^(?:--- twping statistics .*|SID:.*|first:.*|last:.*|(?:send|reflect) hops = .*|"
    r"TTL .*|no hops.*|Approximately .*|\d+ .*duplicates.*)$"
)

COLUMNS = ("Min", "Max", "Avg", "Jitter")
MS = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3, "sec": 1e3, "min": 6e4}

Measured = dict[str, tuple[float | None, str]]


def is_table(line: str) -> bool:
    """Tell whether a line is one that only these tools print."""
    return bool(
        TWAMPY.match(line)
        or re.match(r"^Direction\s+Min\s+Max\s+Avg\s+Jitter\s+Loss", line)
        or line.startswith("--- twping statistics")
    )


def measurements(line: str) -> Measured | None:
    """Read one line: what it measures, ``{}`` if it only frames others, None if unknown."""
    if found := TWAMPY.match(line):
        values = VALUE.findall(found["values"])
        way = found["way"]
        measured: Measured = {
            f"{way}.{column}": (_number(value) * MS[unit], "ms")
            for column, (value, unit) in zip(COLUMNS, values, strict=False)
        }
        return measured | {f"{way}.Loss": (_number(found["loss"]), "%")}
    if NO_ANSWER.match(line):
        return {"Roundtrip.Loss": (100.0, "%")}
    if TWAMPY_REST.match(line):
        return {}
    return dict(_twping(line)) if _is_twping(line) else None


def _is_twping(line: str) -> bool:
    patterns = (TWPING, TWPING_SENT, TWPING_JITTER, TWPING_REST)
    return any(pattern.match(line) for pattern in patterns)


def _twping(line: str) -> Iterator[tuple[str, tuple[float | None, str]]]:
    if found := TWPING.match(line):
        scale = MS[found["unit"]]
        for part, column in (("low", "min"), ("mid", "median"), ("high", "max")):
            if found[part] is not None:
                yield f"{found['name']} {column}", (_number(found[part]) * scale, "ms")
    elif found := TWPING_SENT.match(line):
        yield "sent", (_number(found["sent"]), "")
        yield "lost", (_number(found["lost"]), "")
        yield "loss", (_number(found["loss"]), "%")
    elif found := TWPING_JITTER.match(line):
        yield found["name"], (_number(found["value"]) * MS[found["unit"]], "ms")


def _number(text: str) -> float:
    """Read digits and dots; nonsense such as two dots is no number (and left out later)."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


STATISTIC = re.compile(
    r"rtt|roundtrip|forward|backward|fwd|bwd|outbound|inbound|oneway|owd|jitter|pdv|loss|lost|sent|received"
)
SESSIONS = ("session", "sessionid", "sid", "testsession", "reflector", "name", "target")
TIMES = frozenset({"timestamp", "time", "start", "starttime", "end", "endtime", "datetime"})
FEWEST = 3
UNITS = (
    ("percent", "%"),
    ("pct", "%"),
    ("ratio", "ratio"),
    ("ms", "ms"),
    ("us", "us"),
    ("ns", "ns"),
)
DEEPEST = 6


def statistics_header(head: bytes) -> Header | None:
    """Find the header of a table with one session a row: a time and at least three statistics."""
    header = find_header(head, (TIMES,))
    if header is None or sum(bool(STATISTIC.search(name)) for name in header.names) < FEWEST:
        return None
    return header


def statistics_batches(
    rows: Table, header: Header, source: str
) -> tuple[int, list[pa.RecordBatch], IntArray]:
    """Make measurements of rows of statistics: how many, the batches, rows without a time."""
    names = rows.columns
    at_ns, good = year_first_ns(rows.column(next(n for n in names if n in TIMES)), "UTC")
    session = next((name for name in SESSIONS if name in names), None)
    element = texts(rows.column(session)) if session else None
    batches: list[pa.RecordBatch] = []
    for name, printed in zip(header.names, header.printed, strict=True):
        if name in TIMES or name == session:
            continue
        value, _ = numbers(rows.column(name))
        known = pa.array(good & value.is_valid().to_numpy(zero_copy_only=False))
        count = int(pc.sum(known).as_py() or 0)
        every = pa.array([source] * len(at_ns), pa.string()) if element is None else element
        columns = {
            "ts": pa.array(at_ns).filter(known),
            "element": every.fill_null(source).filter(known),
            "element_kind": pa.array(["probe"] * count, pa.string()),
            "indicator": pa.array([printed] * count, pa.string()),
            "value": value.filter(known),
            "unit": pa.array([unit_of(name)] * count, pa.string()),
            "quality": pa.array([0] * count, pa.uint8()),
        }
        batches.append(record_batch(Kind.MEASUREMENT, columns))
    return int(good.sum()), batches, np.flatnonzero(~good)


def flattened(value: Json, name: str = "", depth: int = 0) -> Measured:
    """Give every number within an object, named by the way down to it."""
    if isinstance(value, Mapping) and depth < DEEPEST:
        found: Measured = {}
        for key, inner in value.items():
            found |= flattened(inner, f"{name}.{key}" if name else key, depth + 1)
        return found
    if isinstance(value, bool) or not isinstance(value, int | float):
        return {}
    return {name[:200]: (float(value), unit_of(plain_name(name)))}


def unit_of(name: str) -> str:
    """Tell the unit by the end of a name; empty if it does not say."""
    return next((unit for end, unit in UNITS if name.endswith(end)), "")
