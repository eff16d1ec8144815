"""Delimited text (CSV, TSV, pipes) of any layout by a column map; RFC 4180 quoting where used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from sentio.ingest.format import HEAD_BYTES, Format
from sentio.ingest.layout import Layout, recognise
from sentio.ingest.lines import Block, behind, blocks
from sentio.ingest.maps import ColumnMap, Rule
from sentio.ingest.piece import MAX_RAW_BYTES, Piece, Reading
from sentio.ingest.tabular import pieces_of, rejected_batch
from sentio.ingest.wire.csv.scan import scan
from sentio.kernel.errors import FormatError
from sentio.model.record import IDENTIFIERS

WHOLE_NUMBER = re.compile(r"\d{1,19}$")
CLOCK = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?$")
CODED = pa.dictionary(pa.int32(), pa.string())


def sniff(head: bytes, name: str) -> float:
    """Tell how well some shipped map, or our own column names, fit the head."""
    del name
    return recognise(head)[1]


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read block by block; see `parts` for the same in parallel."""
    for part in parts(stream, reading):
        yield from part()


def parts(stream: BinaryIO, reading: Reading) -> Iterator[Callable[[], list[Piece]]]:
    """Cut the input into blocks of whole lines and give one call a block."""
    layout: Layout | None = None
    types: dict[str, pa.DataType] = {}
    take: dict[str, int] = {}
    is_first = True
    for block in blocks(stream):
        current = block
        if is_first:
            layout, _ = recognise(bytes(block.content[:HEAD_BYTES]), reading.options.get("map", ""))
            if layout is None:
                raise _unrecognised(reading)
            take = _taken(layout.map)
            types = _types(layout, take)
            current = _without_header(block, layout)
            is_first = False
        rest = behind(current, reading.start)
        if rest is not None and layout is not None:
            yield partial(_pieces, rest, layout, types, take, reading)


def _pieces(
    block: Block,
    layout: Layout,
    types: dict[str, pa.DataType],
    take: dict[str, int],
    reading: Reading,
) -> list[Piece]:
    if block.is_too_long:
        raw, rejected = _no_rows(types), _one_rejected(block, "too_large", "a line is over 1 MiB")
        return pieces_of(
            layout.map, raw, reading,
            position=block.end, row_bytes=lambda _: ([], []), more_rejected=rejected,
        )  # fmt: skip
    content = block.content
    if not layout.has_quotes and (fast := _fast(content, layout, types, take)):
        raw, skipped = fast
        return _mapped(raw, skipped, content, block.first_line, layout, reading, position=block.end)
    # a lone return would break a line in two
    content = bytes(content).replace(b"\r\n", b"\n").replace(b"\r", b" ")
    found: list[Piece] = []
    for part, line, raw, skipped in _parsed(content, block.first_line, layout, types):
        found.extend(_mapped(raw, skipped, part, line, layout, reading, position=block.end))
    return found


def _fast(
    content: bytes | memoryview,
    layout: Layout,
    types: dict[str, pa.DataType],
    take: dict[str, int],
) -> tuple[pa.RecordBatch, list[int]] | None:
    owner = _owner(content)
    if b"\r" in owner and owner.count(b"\r") != owner.count(b"\r\n"):
        return None
    return scan(
        content,
        layout.names,
        types,
        delimiter=layout.delimiter,
        nulls=layout.map.nulls,
        take=take,
    )


def _owner(content: bytes | memoryview) -> bytes | bytearray:
    if isinstance(content, bytes):
        return content
    owner = content.obj
    return owner if isinstance(owner, bytes | bytearray) else bytes(content)


def _mapped(
    raw: pa.RecordBatch, skipped: list[int], content: bytes | memoryview, first_line: int,
    layout: Layout, reading: Reading, *, position: int,
) -> list[Piece]:  # fmt: skip
    rows = _Rows(content, first_line, set(skipped), has_quotes=layout.has_quotes)
    rejected = rejected_batch(
        [rows.line(number) for number in skipped],
        [rows.raw(number) for number in skipped],
        "",
        "wrong_columns",
        f"the row does not have the {len(layout.names)} fields of the layout",
    )
    return pieces_of(
        layout.map, raw, reading, position=position, row_bytes=rows.of, more_rejected=rejected
    )


class _Rows:
    """Finds line number and bytes of a row, made only when a row must be rejected."""

    def __init__(
        self, content: bytes | memoryview, first_line: int, skipped: set[int], *, has_quotes: bool
    ) -> None:
        self._content = content
        self._first_line = first_line
        self._skipped = skipped
        self._has_quotes = has_quotes
        self._lines: list[tuple[int, bytes]] | None = None
        self._kept: list[int] = []

    def of(self, rows: npt.NDArray[np.int64]) -> tuple[list[int], list[bytes]]:
        """Give the line numbers and bytes of kept rows."""
        lines = self._load()
        chosen = [lines[self._kept[row]] for row in rows.tolist() if row < len(self._kept)]
        missing = len(rows) - len(chosen)
        chosen += [(self._first_line, b"")] * missing
        return [line for line, _ in chosen], [raw for _, raw in chosen]

    def line(self, number: int) -> int:
        """Give the line of a skipped row by its number in the block, from 1."""
        lines = self._load()
        return lines[min(number, len(lines)) - 1][0] if lines else self._first_line

    def raw(self, number: int) -> bytes:
        """Give the bytes of a skipped row by its number in the block, from 1."""
        lines = self._load()
        return lines[min(number, len(lines)) - 1][1] if lines else b""

    def _load(self) -> list[tuple[int, bytes]]:
        if self._lines is None:
            self._lines = [*_logical(bytes(self._content), self._first_line, self._has_quotes)]
            self._kept = [i for i in range(len(self._lines)) if i + 1 not in self._skipped]
        return self._lines


def _logical(content: bytes, first_line: int, has_quotes: bool) -> Iterator[tuple[int, bytes]]:
    """Give the line number and bytes of each row; a row goes on where a quote is open."""
    parts: list[bytes] = []
    size, start, is_open = 0, first_line, False
    for offset, ended in enumerate(content.split(b"\n")):
        line = ended.removesuffix(b"\r")
        if not is_open:
            parts, size, start = [], 0, first_line + offset
        if size < MAX_RAW_BYTES:
            parts.append(line)
            size += len(line) + 1
        is_open ^= has_quotes and line.count(b'"') % 2 == 1
        if not is_open and (whole := b"\n".join(parts)):
            yield start, whole[:MAX_RAW_BYTES]
    if is_open and (whole := b"\n".join(parts)):
        yield start, whole[:MAX_RAW_BYTES]


def _parsed(
    content: bytes, first_line: int, layout: Layout, types: dict[str, pa.DataType]
) -> Iterator[tuple[bytes, int, pa.RecordBatch, list[int]]]:
    """Parse the content whole if it can be, else in ever smaller parts that can be."""
    try:
        raw, skipped = _parse(content, layout, types)
    except pa.ArrowInvalid:
        middle = content.find(b"\n", len(content) // 2) + 1
        if 0 < middle < len(content):
            yield from _parsed(content[:middle], first_line, layout, types)
            line = first_line + content.count(b"\n", 0, middle)
            yield from _parsed(content[middle:], line, layout, types)
            return
        raw, skipped = _parse(content.replace(b'"', b" "), layout, types)
    yield content, first_line, raw, skipped


def _parse(
    content: bytes, layout: Layout, types: dict[str, pa.DataType]
) -> tuple[pa.RecordBatch, list[int]]:
    if not content[:64].strip(b"\n") and not content.strip(b"\n"):
        return _no_rows(types), []
    as_bytes = dict.fromkeys(types, pa.binary())
    try:
        content.decode()
    except UnicodeDecodeError:  # Arrow cannot tell a skipped row of such bytes
        raw, skipped = _arrow(content.decode("latin-1").encode(), layout, as_bytes)
        columns = [_as_they_stood(column) for column in raw.columns]
        return pa.record_batch(columns, names=raw.schema.names), skipped
    try:
        return _arrow(content, layout, types)
    except pa.ArrowInvalid:  # a value is not of its type: take all as bytes and look at each
        return _arrow(content, layout, as_bytes)


def _as_they_stood(column: pa.Array) -> pa.Array:
    """Give the bytes that were read as Latin-1, as if each were a letter."""
    texts = column.cast(pa.string())
    if pc.all(pc.fill_null(pc.string_is_ascii(texts), True)).as_py() is not False:
        return column
    raws = [None if text is None else text.encode("latin-1") for text in texts.to_pylist()]
    return pa.array(raws, pa.binary())


def _arrow(
    content: bytes, layout: Layout, types: dict[str, pa.DataType]
) -> tuple[pa.RecordBatch, list[int]]:
    skipped: list[int] = []

    def skip(row: pacsv.InvalidRow) -> str:
        skipped.append(row.number or 1)
        return "skip"

    quote = '"' if layout.has_quotes else False
    table = pacsv.read_csv(
        pa.BufferReader(content),
        read_options=pacsv.ReadOptions(
            column_names=layout.names, use_threads=False, block_size=len(content) + 1
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=layout.delimiter, quote_char=quote, invalid_row_handler=skip
        ),
        convert_options=pacsv.ConvertOptions(
            include_columns=list(types),
            column_types=types,
            null_values=layout.map.nulls,
            strings_can_be_null=True,
        ),
    )
    if not table.num_rows:
        return _no_rows(types), skipped
    return table.combine_chunks().to_batches()[0], skipped


def _taken(owner: ColumnMap) -> dict[str, int]:
    """Tell of which source columns nothing but the first letters is wanted, and how many."""
    found: dict[str, set[int]] = {}
    for record in owner.record:
        rules = [*record.columns.values()]
        rules += [record.service] if isinstance(record.service, Rule) else []
        for rule in rules:
            for source in rule.sources:
                length = 0 if rule.sentinels or rule.values else rule.take or 0
                found.setdefault(owner.column(source), set()).add(length)
    return {column: min(lengths) for column, lengths in found.items() if len(lengths) == 1}


def _types(layout: Layout, take: dict[str, int]) -> dict[str, pa.DataType]:
    """Choose how each needed column is parsed: by its role in the map and the first row."""
    roles: dict[str, set[str]] = {}
    for record in layout.map.record:
        for name, rule in record.columns.items():
            for source in rule.sources:
                roles.setdefault(layout.map.column(source), set()).add(
                    _role(name, rule, layout.map)
                )
        if isinstance(record.service, Rule):
            roles.setdefault(layout.map.column(record.service.sources[0]), set()).add("text")
    first = dict(zip(layout.names, layout.sample, strict=False))
    return {
        column: CODED if take.get(column) else _type(role, first.get(column, "").strip())
        for column, role in roles.items()
        if column in layout.names
    }


def _role(name: str, rule: Rule, owner: ColumnMap) -> str:
    if name == "ts" or rule.time:
        return "time"
    if rule.take or name in IDENTIFIERS:
        return "identifier"
    if rule.values or owner.kind.value != "experience":
        return "text"
    return "text" if _is_text_column(name) else "number"


def _is_text_column(name: str) -> bool:
    from sentio.model.indicator import indicators  # noqa: PLC0415  (reads the definitions late)
    from sentio.model.record import EXPERIENCE  # noqa: PLC0415

    if name in EXPERIENCE:
        return EXPERIENCE[name] == pa.string()
    return name in indicators() and indicators()[name].shape == "text"


def _type(roles: set[str], sample: str) -> pa.DataType:
    if roles == {"time"}:
        if WHOLE_NUMBER.match(sample):
            return pa.int64()
        return pa.timestamp("ns") if CLOCK.match(sample) else pa.string()
    if roles == {"number"}:
        return pa.float64()
    return CODED if roles == {"text"} else pa.string()


def _without_header(block: Block, layout: Layout) -> Block:
    content = bytes(block.content).removeprefix(b"\xef\xbb\xbf")
    if not layout.has_header:
        return Block(content=content, first_line=block.first_line, end=block.end)
    start = 0
    line = block.first_line
    while start < len(content):
        end = content.find(b"\n", start) + 1 or len(content)
        is_blank = not content[start:end].strip(b"\r\n")
        start, line = end, line + 1
        if not is_blank:
            break
    return Block(content=content[start:], first_line=line, end=block.end)


def _no_rows(types: dict[str, pa.DataType]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({name: pa.array([], kind) for name, kind in types.items()})


def _one_rejected(block: Block, reason: str, message: str) -> pa.RecordBatch:
    return rejected_batch([block.first_line], [bytes(block.content)], "", reason, message)


def _unrecognised(reading: Reading) -> FormatError:
    return FormatError(
        "no column map fits this file",
        where=reading.origin.name,
        expected="the layout of a shipped map, or a header with our own column names",
        next_step="List the maps with `sentio catalog maps`, or write one and pass it by --map.",
    )


def replay_head(head: bytes) -> bytes:
    """Give the header line, if the file has one."""
    layout, _ = recognise(head)
    if layout is None or not layout.has_header:
        return b""
    return next(iter(head.removeprefix(b"\xef\xbb\xbf").split(b"\n")), b"")


FORMAT = Format(
    name="delimited",
    title="Delimited text by column map (xDR, CDR, any CSV)",
    standard="RFC 4180; layouts in definitions/maps",
    sniff=sniff,
    read=read,
    parts=parts,
    replay_head=replay_head,
)
