"""CSV as text columns, a block at a time: every record is in the columns or among the rejected."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from sentio.ingest.piece import Reading
from sentio.ingest.wire.csv.headers import Header
from sentio.ingest.wire.csv.records import Records, delimiter_of, records_of, text_of
from sentio.kernel.arrays import BoolArray, IntArray
from sentio.kernel.errors import FormatError

MAX_COLUMNS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Rows that cannot be kept, and why; ``what`` is a sentence without place and full stop."""

    rows: BoolArray
    field: str
    reason: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Some records of a CSV file.

    ``columns`` hold trimmed text, the empty string where the file has nothing; row i of them is
    record ``index[i]`` of ``records``. The other records have a fault already.
    """

    names: tuple[str, ...]
    columns: Mapping[str, pa.StringArray]
    records: Records
    index: IntArray
    delimiter: bytes
    faults: tuple[Fault, ...]  # over all records

    def __len__(self) -> int:
        """Count the rows of the columns."""
        return len(self.index)

    @property
    def lines(self) -> IntArray:
        """Give the line of each row of the columns."""
        return self.records.lines[self.index]

    def raw(self, row: int) -> bytes:
        """Give the bytes of a row of the columns."""
        return self.records.raw(int(self.index[row]))

    def column(self, name: str | None) -> pa.StringArray:
        """Give a column, or empty text for one that is not there."""
        if name is None or name not in self.columns:
            return pa.array([""] * len(self), pa.string())
        return self.columns[name]


def header_of(head: bytes) -> tuple[list[str], bytes]:
    """Give the names in a CSV's first record and its delimiter; no names if it is none."""
    record = next(iter(_first_records(head)), b"")
    delimiter = delimiter_of(record)
    if b"\0" in record:
        return [], delimiter
    return _names(record, delimiter), delimiter


def first_records(head: bytes, count: int = 20) -> list[bytes]:
    """Give the first records of a head; the last of a cut head may be cut too."""
    return _first_records(head)[:count]


def tables(stream: BinaryIO, reading: Reading, *, names: Sequence[str] = ()) -> Iterator[Table]:
    """Read a CSV file as tables of at most ``reading.batch_rows`` records.

    Parameters
    ----------
    names
        The columns of a file without a header; with a header, leave it empty.

    Raises
    ------
    FormatError
        The file has no header, or one of too many columns.
    """
    text = text_of(stream, reading.options.get("encoding", ""))
    has_header = not names
    delimiter = b""
    for found in records_of(text):
        records = found
        if not delimiter:
            delimiter = delimiter_of(records.raw(0))
            if records.raw(0).lower().startswith(b"sep="):  # Excel's hint, no record
                records = records.slice(1, len(records))
                delimiter = delimiter_of(records.raw(0)) if len(records) else delimiter
            if has_header and len(records):
                names = _header(records.raw(0), delimiter, reading)
                records = records.slice(1, len(records))
        yield from _cut(records, tuple(names), tuple(names), delimiter, reading.batch_rows)


def tables_below(
    header: Header, stream: BinaryIO, reading: Reading, wanted: Sequence[str]
) -> Iterator[Table]:
    """Read some columns of what stands below a header; text that is no UTF-8 is Latin-1."""
    delimiter = header.delimiter.encode()
    text = text_of(stream, reading.options.get("encoding", ""), otherwise="latin-1")
    for records in records_of(text, delimiter):
        begin = int(np.searchsorted(records.lines, header.line, side="right"))
        below = records.slice(begin, len(records))
        yield from _cut(below, header.names, tuple(wanted), delimiter, reading.batch_rows)


def _cut(
    records: Records,
    names: tuple[str, ...],
    wanted: tuple[str, ...],
    delimiter: bytes,
    batch_rows: int,
) -> Iterator[Table]:
    step = max(batch_rows, 1)
    for start in range(0, len(records), step):
        yield _table(records.slice(start, start + step), names, wanted, delimiter)


def _first_records(head: bytes) -> list[bytes]:
    for records in records_of(text_of(io.BytesIO(head))):
        return [records.raw(i) for i in range(min(len(records), 50))]
    return []


def _names(record: bytes, delimiter: bytes) -> list[str]:
    text = record.decode("utf-8", "replace").encode()
    return [cell.strip() for cell in _cells(text, delimiter)]


def _header(record: bytes, delimiter: bytes, reading: Reading) -> tuple[str, ...]:
    names = _names(record, delimiter)
    if not 1 <= len(names) <= MAX_COLUMNS:
        raise FormatError(
            f"the header has {len(names)} columns",
            where=f"{reading.origin.name}:1",
            expected=f"1 to {MAX_COLUMNS}",
        )
    seen: dict[str, int] = {}
    unique: list[str] = []
    for position, name in enumerate(names):
        unique.append(name if name and name not in seen else f"#{position}")
        seen[name] = position
    return tuple(unique)


def _table(
    records: Records, names: tuple[str, ...], wanted: tuple[str, ...], delimiter: bytes
) -> Table:
    is_utf8 = _is_utf8(records)
    usable = np.flatnonzero(~records.is_broken & is_utf8)
    columns, is_wrong = _parse(records, usable, names, wanted, delimiter)
    wrong = np.zeros(len(records), dtype=np.bool_)
    wrong[usable[is_wrong]] = True
    faults = (
        Fault(
            rows=records.is_broken,
            field="",
            reason="unreadable",
            what="a quote is never closed, or the row is too long",
        ),
        Fault(
            rows=~is_utf8,
            field="",
            reason="encoding",
            what="the row is not UTF-8; option encoding names another encoding",
        ),
        Fault(
            rows=wrong,
            field="",
            reason="wrong_columns",
            what=f"the row does not have the {len(names)} fields of the header",
        ),
    )
    index = usable[~is_wrong]
    return Table(
        names=names,
        columns=columns,
        records=records,
        index=index,
        delimiter=delimiter,
        faults=faults,
    )


def _is_utf8(records: Records) -> BoolArray:
    good = np.ones(len(records), dtype=np.bool_)
    try:
        records.content.decode("utf-8")
    except UnicodeDecodeError:
        octets = np.frombuffer(records.content, dtype=np.uint8)
        high = np.flatnonzero(octets >= 0x80)
        spans = np.searchsorted(high, records.ends) - np.searchsorted(high, records.starts)
        for i in np.flatnonzero(spans):
            good[i] = _decodes(records.raw(int(i)))
    return good


def _decodes(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parse(
    records: Records,
    usable: IntArray,
    names: tuple[str, ...],
    wanted: tuple[str, ...],
    delimiter: bytes,
) -> tuple[dict[str, pa.StringArray], BoolArray]:
    """Parse whole records; gives the columns and which records have the wrong number of fields."""
    if not len(usable):
        return {name: pa.array([], pa.string()) for name in wanted}, np.empty(0, dtype=np.bool_)
    if len(usable) == len(records):
        content = records.content[records.starts[0] : records.ends[-1]]
    else:
        content = b"\n".join(records.raw(int(i)) for i in usable)
    take = [names.index(name) for name in wanted]
    read = _read_csv(content, len(usable), len(names), take, delimiter)
    if read is None:
        read = _read_slowly([records.raw(int(i)) for i in usable], len(names), take, delimiter)
    texts, is_wrong = read
    trimmed = [pc.utf8_trim_whitespace(text) for text in texts]
    return dict(zip(wanted, trimmed, strict=True)), is_wrong


def _read_csv(
    content: bytes, count: int, width: int, take: Sequence[int], delimiter: bytes
) -> tuple[list[pa.StringArray], BoolArray] | None:
    wrong: list[int] = []

    def note(row: pacsv.InvalidRow) -> str:
        wrong.append(row.number - 1)
        return "skip"

    keys = [str(i) for i in range(width)]
    try:
        read = pacsv.read_csv(
            pa.py_buffer(content),
            read_options=pacsv.ReadOptions(
                column_names=keys, use_threads=False, block_size=len(content) + 16
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter.decode(), newlines_in_values=True, invalid_row_handler=note
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.string()),
                include_columns=[str(i) for i in take],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    is_wrong = np.zeros(count, dtype=np.bool_)
    if read.num_rows + len(wrong) != count or any(row >= count for row in wrong):
        return None
    is_wrong[wrong] = True
    return [column.combine_chunks() for column in read.columns], is_wrong


def _read_slowly(
    raws: list[bytes], width: int, take: Sequence[int], delimiter: bytes
) -> tuple[list[pa.StringArray], BoolArray]:
    """Read record by record where quotes are so odd that Arrow counts other records than we do."""
    rows = [_cells(raw, delimiter) for raw in raws]
    is_wrong = np.array([len(row) != width for row in rows], dtype=np.bool_)
    good = [row for row in rows if len(row) == width]
    return [pa.array([row[i] for row in good], pa.string()) for i in take], is_wrong


def _cells(raw: bytes, delimiter: bytes) -> list[str]:
    try:
        return next(csv.reader([raw.decode("utf-8")], delimiter=delimiter.decode()), [])
    except csv.Error:
        return []
