"""Writes batches of rows as they come: Arrow IPC, Parquet, CSV and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from sentio.api.export.rows import texts, texts_schema

Batches: TypeAlias = Iterator[pa.RecordBatch]
About: TypeAlias = Mapping[str, str]
"""What is told of an answer beside its rows: question, filters, zone, freshness."""

FORMULA = r"^[=+@\t\r-]"  # what a spreadsheet would run, at the beginning of a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A form of answers: its media type, the end of a file's name, and what writes it."""

    media_type: str
    ending: str
    write: Callable[[pa.Schema, Batches, About], Iterator[bytes]]


class Tap:
    """A file that is emptied while it is written to."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0
        self.closed = False

    def write(self, some: bytes) -> int:
        """Take bytes on."""
        self._parts.append(bytes(some))
        self._written += len(some)
        return len(some)

    def tell(self) -> int:
        """Tell how many bytes were written."""
        return self._written

    def flush(self) -> None:
        """Have nothing left to do."""

    def close(self) -> None:
        """End the file."""
        self.closed = True

    def take(self) -> bytes:
        """Give what was written since the last time."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


def _arrow(schema: pa.Schema, batches: Batches, about: About) -> Iterator[bytes]:
    tap = Tap()
    with pa.ipc.new_stream(pa.PythonFile(tap, mode="w"), _told(schema, about)) as writer:
        yield tap.take()
        for batch in batches:
            writer.write_batch(batch)
            yield tap.take()
    yield tap.take()


def _parquet(schema: pa.Schema, batches: Batches, about: About) -> Iterator[bytes]:
    tap = Tap()
    told = _told(schema, about)
    with pq.ParquetWriter(pa.PythonFile(tap, mode="w"), told, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.cast(told))
            yield tap.take()
    yield tap.take()


def _csv(schema: pa.Schema, batches: Batches, about: About) -> Iterator[bytes]:
    lines = [f"# {name}: {' '.join(text.split())}\r\n" for name, text in about.items()]
    yield "".join(lines).encode()
    header = ",".join(_quoted(name) for name in schema.names)
    yield f"{header}\r\n".encode()
    options = pa_csv.WriteOptions(include_header=False, eol="\r\n")
    for batch in batches:
        tap = Tap()
        with pa_csv.CSVWriter(
            pa.PythonFile(tap, mode="w"), texts_schema(schema), write_options=options
        ) as file:
            file.write_batch(_harmless(texts(batch)))
        yield tap.take()


def _json(schema: pa.Schema, batches: Batches, about: About) -> Iterator[bytes]:
    """Give one flat list of objects, as tools expect that make tables of it."""
    del schema, about
    start = b"["
    for batch in batches:
        if batch.num_rows:
            yield start + orjson.dumps(texts(batch).to_pylist())[1:-1]
            start = b","
    yield b"]" if start == b"," else b"[]"


def _told(schema: pa.Schema, about: About) -> pa.Schema:
    return schema.with_metadata({f"sentio.{name}": text for name, text in about.items()})


def _quoted(name: str) -> str:
    return f'"{name}"'


def _harmless(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    columns = [
        pc.if_else(
            pc.fill_null(pc.match_substring_regex(column, FORMULA), fill_value=False),
            pc.binary_join_element_wise("'", column, ""),
            column,
        )
        if pa.types.is_string(column.type) and name != "subject"
        else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


FORMATS: Mapping[str, Format] = {
    "json": Format(media_type="application/json", ending="json", write=_json),
    "csv": Format(media_type="text/csv; charset=utf-8", ending="csv", write=_csv),
    "arrow": Format(
        media_type="application/vnd.apache.arrow.stream", ending="arrows", write=_arrow
    ),
    "parquet": Format(
        media_type="application/vnd.apache.parquet", ending="parquet", write=_parquet
    ),
}
"""All of them by name."""
