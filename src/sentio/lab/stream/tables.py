"""Small tables as CSV with a header, quoted where a text needs it (RFC 4180)."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.csv as pacsv

from sentio.lab.stream.names import stamp
from sentio.lab.stream.parcels import Parcel

OPTIONS = pacsv.WriteOptions(quoting_header="none")


def csv_parcel(source: str, name: str, columns: dict[str, pa.Array], form: str) -> Parcel:
    """Write columns as one file."""
    sink = pa.BufferOutputStream()
    pacsv.write_csv(pa.table(columns), sink, write_options=OPTIONS)
    return Parcel(source, name, sink.getvalue().to_pybytes(), form)


def dated(kind: str, ts_ns: int, extension: str = "csv") -> str:
    """Name a file by what it holds and when it begins."""
    return f"{kind}-{stamp(ts_ns)}.{extension}"
