"""Records of users' uses as a probe of the user plane writes them: CSV, a file a service.

The header speaks the words of the catalogue, so no column map is needed (RFC 4180).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from sentio.lab.operator.catalogue import USER_SERVICES
from sentio.lab.stream.dirt import CUT, LATE, LATEST_PERIODS, TWICE, Dirt
from sentio.lab.stream.names import imsi_of, stamp
from sentio.lab.stream.parcels import Parcel
from sentio.lab.wire.text import MS_NS

SOURCE, FORMAT = "probe", "delimited"
OPTIONS = pacsv.WriteOptions(include_header=False, quoting_style="none", quoting_header="none")
Columns = dict[str, pa.Array]


@dataclass(slots=True)
class Probe:
    """Writes users' uses; holds a few back, to send them with a later period."""

    dirt: Dirt
    period: int = 0
    held: dict[tuple[str, int], list[pa.Table]] = field(
        default_factory=dict[tuple[str, int], list[pa.Table]]
    )

    def write(self, start_ns: int, uses: Mapping[str, pa.RecordBatch]) -> Iterator[Parcel]:
        """Write a file for each service that anything is told of."""
        self.period += 1
        for service in USER_SERVICES:
            now = [table_of(service, uses[service], self.dirt)] if service in uses else []
            tables = [self._held_back(service, each) for each in now]
            tables += self.held.pop((service, self.period), [])
            if any(table.num_rows for table in tables):
                whole = pa.concat_tables(tables)
                body = self._cut(_header(whole) + self._twice(whole))
                yield _parcel(service, start_ns, body)

    def rest(self, start_ns: int) -> Iterator[Parcel]:
        """Write what is still held back."""
        for service in USER_SERVICES:
            due = [key for key in self.held if key[0] == service]
            tables = [table for key in due for table in self.held.pop(key)]
            if tables:
                whole = pa.concat_tables(tables)
                yield _parcel(service, start_ns, _header(whole) + csv_of(whole))

    def _held_back(self, service: str, table: pa.Table) -> pa.Table:
        late = self.dirt.rows("late", LATE, table.num_rows)
        if not late.any():
            return table
        due = self.period + int(self.dirt.rng.integers(1, LATEST_PERIODS + 1))
        self.held.setdefault((service, due), []).append(table.filter(pa.array(late)))
        return table.filter(pa.array(~late))

    def _twice(self, table: pa.Table) -> bytes:
        twice = self.dirt.rows("duplicate", TWICE, table.num_rows)
        again = table.filter(pa.array(twice)) if twice.any() else None
        return csv_of(table) + (csv_of(again) if again is not None else b"")

    def _cut(self, body: bytes) -> bytes:
        """Break a few rows off in the middle: their files were cut while they were sent."""
        lines = body.count(b"\n") - 1
        broken = self.dirt.rows("cut", CUT, lines)
        if not broken.any():
            return body
        rows = body.split(b"\n")
        for number in (np.flatnonzero(broken) + 1).tolist():
            row = rows[number]
            rows[number] = row[: row.index(b",", len(row) // 4)]
        return b"\n".join(rows)


def table_of(service: str, uses: pa.RecordBatch, dirt: Dirt) -> pa.Table:
    """Lay uses of one service out as the columns of a file."""
    ts_ns = uses.column("ts").to_numpy()
    rows = len(ts_ns)
    columns: Columns = {
        "ts": pa.array(dirt.ahead(ts_ns) // MS_NS),
        "service": pa.repeat(pa.scalar(service), rows),
        "imsi": imsi_of(uses.column("subject").to_numpy()),
    }
    for name, column in zip(uses.schema.names, uses.columns, strict=True):
        if name not in {"ts", "subject"}:
            columns[name] = _plain(column)
    return pa.table(columns)


def csv_of(table: pa.Table) -> bytes:
    """Write the rows of a table as CSV, without a header."""
    sink = pa.BufferOutputStream()
    pacsv.write_csv(table, sink, write_options=OPTIONS)
    return sink.getvalue().to_pybytes()


def _parcel(service: str, start_ns: int, body: bytes) -> Parcel:
    return Parcel(SOURCE, f"xdr-{service}-{stamp(start_ns)}.csv", body, FORMAT)


def _header(table: pa.Table) -> bytes:
    return ",".join(table.column_names).encode() + b"\n"


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    return pc.round(column, 1) if column.type == pa.float64() else column
