"""Newline-delimited JSON objects of any keys by a column map; nested keys are ``outer.inner``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import orjson
import pyarrow as pa

from sentio.ingest.format import Format
from sentio.ingest.layout import map_for_names
from sentio.ingest.lines import Block, behind, blocks
from sentio.ingest.maps import ColumnMap
from sentio.ingest.piece import Piece, Reading, Rejections
from sentio.ingest.wire.json.values import written
from sentio.ingest.wire.tables.mapped import map_of, mapped

Row = dict[str, Any]  # a JSON value may be anything
MAX_DEPTH = 8
MOST_ROWS = 16_384  # as Python values they take much room


def sniff(head: bytes, name: str) -> float:
    """Try whether the first line is a JSON object whose keys some map knows."""
    del name
    first = head.lstrip().split(b"\n", 1)[0]
    if not first.startswith(b"{"):
        return 0.0
    row = _object(first)
    return 0.85 if row and map_for_names(list(row), "") else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read block by block; a line that is no JSON object is rejected alone."""
    owner: ColumnMap | None = None
    for whole in blocks(stream, block_bytes=4 << 20):
        block = behind(whole, reading.start)
        if block is None:
            continue
        rejections = Rejections()
        lines, rows = _rows(block, rejections)
        if rows and owner is None:
            owner = map_of(list(rows[0]), reading)
        yield from _pieces(block, lines, rows, owner, reading, rejections)


def _pieces(
    block: Block,
    lines: list[int],
    rows: list[Row],
    owner: ColumnMap | None,
    reading: Reading,
    rejections: Rejections,
) -> Iterator[Piece]:
    if owner is None:
        owner = map_of(["ts", "service", "rtt_ms"], reading)  # nothing but rejected lines yet
    for start in range(0, max(len(rows), 1), MOST_ROWS):
        some = rows[start : start + MOST_ROWS]
        columns = {name: _column([row.get(name) for row in some]) for name in owner.sources}
        yield from mapped(
            pa.RecordBatch.from_pydict(columns),
            owner,
            reading,
            lines=lines[start : start + MOST_ROWS],
            position=block.end,
            more_rejected=rejections.take(),
        )


def _rows(block: Block, rejections: Rejections) -> tuple[list[int], list[Row]]:
    lines: list[int] = []
    rows: list[Row] = []
    if block.is_too_long:
        message = "a line is over 1 MiB"
        raw = bytes(block.content)
        rejections.add(
            line=block.first_line, field="", reason="too_large", message=message, raw=raw
        )
        return lines, rows
    for offset, raw in enumerate(bytes(block.content).split(b"\n")):
        if not raw.strip():
            continue
        row = _object(raw)
        if row is None:
            message = "the line is not a JSON object"
            line = block.first_line + offset
            rejections.add(line=line, field="", reason="unreadable", message=message, raw=raw)
            continue
        lines.append(block.first_line + offset)
        rows.append(row)
    return lines, rows


def _object(raw: bytes) -> Row | None:
    try:
        found = orjson.loads(raw)
    except (orjson.JSONDecodeError, RecursionError):
        return None
    return _flat(found, "", 0) if isinstance(found, dict) else None


def _flat(row: Row, prefix: str, depth: int) -> Row:
    flat: Row = {}
    for key, value in row.items():
        if isinstance(value, dict) and depth < MAX_DEPTH:
            flat.update(_flat(value, f"{prefix}{key}.", depth + 1))
        else:
            flat[prefix + key] = value
    return flat


def _column(values: list[Any]) -> pa.Array:
    if all(isinstance(value, list) or value is None for value in values) and any(values):
        return _list_column(values)
    with suppress(pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        if not any(isinstance(value, dict | list) for value in values):
            return pa.array(values)
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _list_column(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.list_(pa.float64()))
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.nulls(len(values), pa.list_(pa.float64()))


def _text(value: object) -> str:
    return value if isinstance(value, str) else written(value).decode()


FORMAT = Format(
    name="ndjson",
    title="Newline-delimited JSON by column map",
    standard="RFC 8259, one object a line",
    sniff=sniff,
    read=read,
    replay_head=lambda head: b"",  # noqa: ARG005  (every line stands alone)
)
