"""Delimited text read block by block into string columns, with the number of every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from sentio.ingest.wire.text.blocks import Block, blocks
from sentio.kernel.arrays import BoolArray, IntArray

BLOCK_BYTES = 1 << 19
DELIMITERS = (b",", b";", b"\t", b"|")
HEADER_LINES = 5
"""The header stands within this many lines; what stands before it is preamble, not rows."""

NUMBER = r"^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?\s*$"
DECIMAL_COMMA = r"^(\s*[-+]?\d+),(\d+\s*)$"
NOTHING = ("", "-", "--", "nan", "null", "none", "n/a", "na", "inf", "-inf")
"""What stands in a field that has no value, case ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows: a table of strings, the line of each, and the rows with too few or many fields."""

    table: pa.Table
    lines: IntArray
    broken: tuple[tuple[int, int, bytes], ...]  # line, fields found, the row itself
    block: Block

    def raw(self, line: int) -> bytes:
        """Give one row as it stands in the input."""
        return self.block.raw(line - self.block.first_line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The names of the columns, what divides them, and the line they stand on.

    ``names`` are `plain` and each is there once; ``printed`` are the same as they stand there.
    """

    names: tuple[str, ...]
    printed: tuple[str, ...]
    delimiter: str
    line: int

    def as_printed(self, name: str) -> str:
        """Give a column's name as it stands in the input."""
        return self.printed[self.names.index(name)]


def find_header(text: bytes, wanted: Sequence[frozenset[str]]) -> Header | None:
    """Find the line that names columns: one of each wanted set, by `plain` names."""
    head = text.removeprefix(b"\xef\xbb\xbf").split(b"\n", HEADER_LINES)[:HEADER_LINES]
    for number, line in enumerate(head, start=1):
        delimiter = max(DELIMITERS, key=line.count)
        printed = line.decode("utf-8", "replace").split(delimiter.decode())
        names = [plain(name) for name in printed]
        if all(one_of & set(names) for one_of in wanted):
            return Header(
                names=_unique(names),
                printed=tuple(name.strip('" \r') for name in printed),
                delimiter=delimiter.decode(),
                line=number,
            )
    return None


def up_to(header: Header | None, head: bytes) -> bytes:
    """Give the beginning of an input, the line of the header included."""
    lines = head.splitlines(keepends=True)
    return b"" if header is None else b"".join(lines[: header.line]).rstrip(b"\r\n") + b"\n"


def plain(name: str) -> str:
    """Reduce a column name to what identifies it: lower case letters and digits."""
    return "".join(char for char in name.lower() if char.isascii() and char.isalnum())


def rows(stream: BinaryIO, header: Header, names: Sequence[str]) -> Iterator[Rows]:
    """Read the columns of these (plain) names; quotes are stripped and never span fields."""
    for block in blocks(stream, block_bytes=BLOCK_BYTES):
        skipped = max(header.line - block.first_line + 1, 0)
        if skipped < len(block):
            yield _parse(block, skipped, header, names)


def numbers(column: pa.Array) -> tuple[pa.Array, BoolArray]:
    """Turn strings into numbers, nothing into null; and tell which were neither.

    A comma is understood as the decimal sign of a text that has no other.
    """
    if pc.any(pc.match_substring(column, ",")).as_py():
        column = pc.replace_substring_regex(column, DECIMAL_COMMA, r"\1.\2")
    is_number = pc.match_substring_regex(column, NUMBER)
    found = pc.if_else(is_number, pc.utf8_trim_whitespace(column), None).cast(pa.float64())
    wrong = pc.and_(pc.invert(is_number), pc.invert(is_nothing(column)))
    return found, wrong.to_numpy(zero_copy_only=False)


def is_nothing(column: pa.Array) -> pa.Array:
    """Tell where a field holds no value."""
    return pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(column)), value_set=pa.array(NOTHING))


def texts(column: pa.Array) -> pa.Array:
    """Trim texts; no value becomes null."""
    return pc.if_else(is_nothing(column), None, pc.utf8_trim_whitespace(column))


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(result)


def _parse(block: Block, skipped: int, header: Header, names: Sequence[str]) -> Rows:
    text = _as_utf8(block, skipped)
    refused: dict[int, int] = {}

    def refuse(row: pa_csv.InvalidRow) -> str:
        refused[(row.number or 1) - 1] = row.actual_columns
        return "skip"

    table = pa_csv.read_csv(
        pa.py_buffer(text),
        read_options=pa_csv.ReadOptions(
            column_names=list(header.names), use_threads=False, block_size=2 * len(text) + 16
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=header.delimiter,
            quote_char=False,
            ignore_empty_lines=False,
            invalid_row_handler=refuse,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=list(names),
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    return _numbered(table, block, skipped, refused)


def _numbered(table: pa.Table, block: Block, skipped: int, refused: dict[int, int]) -> Rows:
    is_blank = _blank_lines(block)[skipped:]
    index = np.arange(len(is_blank))
    is_whole = ~np.isin(index, np.fromiter(refused, dtype=np.int64, count=len(refused)))
    kept = table.filter(pa.array(~is_blank[is_whole]))
    columns = [pc.utf8_trim(_one(column), '" ') for column in kept.columns]
    first = block.first_line + skipped
    broken = [(i + first, n, block.raw(i + skipped)) for i, n in refused.items() if not is_blank[i]]
    return Rows(
        table=pa.table(columns, names=table.column_names),
        lines=index[is_whole & ~is_blank] + first,
        broken=tuple(broken),
        block=block,
    )


def _one(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())


def _blank_lines(block: Block) -> BoolArray:
    """Tell which lines hold nothing but their end, LF or CRLF."""
    text = np.frombuffer(block.text, dtype=np.uint8)
    length = np.diff(block.starts)
    begins = text[block.starts[:-1]]
    is_cr = (length == 2) & (begins == ord("\r")) & (text[block.starts[1:] - 1] == ord("\n"))
    return ((length == 1) & (begins == ord("\n"))) | is_cr


def _as_utf8(block: Block, skipped: int) -> bytes:
    text = block.text[block.starts[skipped] :]
    if b"\r" in text:  # a lone carriage return would be a second line end
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b" ")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        text = text.decode("latin-1").encode("utf-8")
    return text
