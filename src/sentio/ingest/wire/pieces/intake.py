"""Rows of one input on their way out: collected into columns, counted, and handed on in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import isfinite

import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.piece import MAX_RAW_BYTES, NOTHING_REJECTED, Piece, Reading, Rejections
from sentio.model.indicator import indicator
from sentio.model.record import COLUMNS, IDENTIFIERS, TEXT, Kind, Quality

MAX_HELD_BYTES = 8 << 20
"""Rejected rows are handed on once their bytes reach this, so that a bad file costs no memory."""

LARGEST_NS = 2**62
"""Times beyond the year 2116 are no measurement."""

Cell = float | str | Sequence[float | None] | None


@cache
def arrow_type(kind: Kind, column: str) -> pa.DataType:
    """Give a column's Arrow type: common column, identifier or indicator of the catalogue."""
    if column in COLUMNS[kind]:
        return COLUMNS[kind][column]
    if column in IDENTIFIERS:
        return TEXT
    return {"number": pa.float64(), "list": pa.list_(pa.float64()), "text": TEXT}[
        indicator(column).shape
    ]


def record_batch(
    kind: Kind, columns: Mapping[str, pa.Array | Sequence[Cell] | None]
) -> pa.RecordBatch:
    """Build a batch of a kind; a column that is None is left out."""
    there = {name: column for name, column in columns.items() if column is not None}
    arrays = [_column(column, arrow_type(kind, name)) for name, column in there.items()]
    return pa.RecordBatch.from_arrays(arrays, names=list(there))


def _column(column: pa.Array | Sequence[Cell], as_type: pa.DataType) -> pa.Array:
    array = column if isinstance(column, pa.Array) else pa.array(column, type=as_type)
    return pc.cast(array, as_type)


def empty_batch(kind: Kind) -> pa.RecordBatch:
    """Build a batch of a kind without rows."""
    return record_batch(kind, {name: [] for name in COLUMNS[kind]})


class Intake:
    """What has been read of one input and not been handed on yet.

    A row of the input is either kept or rejected; records are added beside that, since one row
    may give several (a test's result and its measurements) and several rows one. `flush` gives
    all of it as pieces, one for each kind and service: the first accounts for the rows, the
    others for none. Positions count the pieces, so reading again gives the same ones; pieces
    up to ``reading.start`` are passed over.
    """

    def __init__(self, reading: Reading, *, kind: Kind, service: str = "") -> None:
        self.rejections = Rejections()
        self.reading = reading
        self._otherwise = (kind, service)
        self._kept = 0
        self._waiting = 0
        self._held_bytes = 0
        self._position = 0
        self._columns: dict[tuple[Kind, str], dict[str, list[Cell]]] = {}
        self._ready: list[tuple[tuple[Kind, str], pa.RecordBatch]] = []

    @property
    def is_full(self) -> bool:
        """Tell whether it is time to flush."""
        rows = max(self._waiting, self._kept, len(self.rejections))
        return rows >= self.reading.batch_rows or self._held_bytes >= MAX_HELD_BYTES

    def keep(self, rows: int = 1) -> None:
        """Count rows of the input that stand behind the records."""
        self._kept += rows

    def reject(self, *, line: int, field: str, reason: str, message: str, raw: bytes) -> None:
        """Note one row of the input that gives no record; ``message`` is without its place."""
        raw = raw[:MAX_RAW_BYTES]
        self._held_bytes += len(raw) + len(message)
        place = f"{self.reading.origin.name}:{line}"
        self.rejections.add(
            line=line, field=field, reason=reason, message=f"{place}: {message}", raw=raw
        )

    def put(self, kind: Kind, batch: pa.RecordBatch, service: str = "") -> None:
        """Take a batch that is ready."""
        if batch.num_rows:
            self._ready.append(((kind, service), batch))
            self._waiting += batch.num_rows

    def add(self, kind: Kind, values: Mapping[str, Cell], service: str = "") -> None:
        """Add one record; an indicator outside what can be true is left out and flagged."""
        checked = _checked(values) if kind is Kind.EXPERIENCE else dict(values)
        columns = self._columns.setdefault((kind, service), {})
        rows = len(next(iter(columns.values()))) if columns else 0
        for name in checked:
            if name not in columns:
                columns[name] = [None] * rows
        for name, column in columns.items():
            column.append(checked.get(name))
        self._waiting += 1

    def experience(self, service: str, values: Mapping[str, Cell]) -> None:
        """Add one use, with the constants of the reading; a subject it names takes precedence."""
        given = constants(self.reading)
        if "device_serial" in given:
            values = {name: value for name, value in values.items() if name not in IDENTIFIERS}
        self.add(Kind.EXPERIENCE, {**given, **values}, service)

    def measure(
        self,
        measured: Mapping[str, tuple[float | None, str]],
        *,
        ts: int,
        element: str,
        element_kind: str,
        granularity_ms: int | None = None,
        quality: Quality = Quality.GOOD,
    ) -> None:
        """Add an element's measurements, ``{indicator: (value, unit)}``; None is left out."""
        for name, (value, unit) in measured.items():
            if value is not None and isfinite(value):
                self.add(
                    Kind.MEASUREMENT,
                    {
                        "ts": ts,
                        "granularity_ms": granularity_ms,
                        "element": element,
                        "element_kind": element_kind,
                        "indicator": name,
                        "bin": None,
                        "value": value,
                        "unit": unit,
                        "quality": int(quality),
                    },
                )

    def flush(self) -> Iterator[Piece]:
        """Hand on what is there, if anything is, in batches of at most ``batch_rows``."""
        rejected = self.rejections.take()
        kept, self._kept, self._waiting, self._held_bytes = self._kept, 0, 0, 0
        tables = self._drain()
        if not tables and (kept or rejected.num_rows):
            tables = [(self._otherwise, empty_batch(self._otherwise[0]))]
        step = max(self.reading.batch_rows, 1)
        for (kind, service), table in tables:
            for offset in range(0, max(table.num_rows, 1), step):
                self._position += 1
                piece = Piece(
                    kind=kind,
                    batch=table.slice(offset, step),
                    rows_read=kept + rejected.num_rows,
                    rows_kept=kept,
                    position=self._position,
                    rejected=rejected,
                    service=service,
                )
                kept, rejected = 0, NOTHING_REJECTED
                if piece.position > self.reading.start:
                    yield piece

    def _drain(self) -> list[tuple[tuple[Kind, str], pa.RecordBatch]]:
        """Empty the shelves: what has the same kind, service and columns becomes one batch."""
        ready, self._ready = self._ready, []
        columns, self._columns = self._columns, {}
        ready += [(key, record_batch(key[0], values)) for key, values in columns.items()]
        alike: dict[tuple[Kind, str, tuple[str, ...]], list[pa.RecordBatch]] = {}
        for key, batch in ready:
            alike.setdefault((*key, tuple(batch.schema.names)), []).append(batch)
        return [((k, service), pa.concat_batches(b)) for (k, service, _), b in alike.items()]


def constants(reading: Reading) -> dict[str, str]:
    """Give the columns that the reading sets where the input does not: segment, slice, subject."""
    given = {name: reading.options.get(name, "") for name in ("segment", "slice")}
    given["device_serial"] = reading.options.get("subject", "")
    return {name: value for name, value in given.items() if value}


def is_time(ts: float | None) -> bool:
    """Tell whether a time in nanoseconds can be one at all: 1970 to 2116."""
    return ts is not None and 0 <= ts < LARGEST_NS


def _checked(values: Mapping[str, Cell]) -> dict[str, Cell]:
    checked = dict(values)
    doubtful = 0
    for name, value in values.items():
        if name in COLUMNS[Kind.EXPERIENCE] or not isinstance(value, int | float):
            continue
        bounds = indicator(name)
        if not bounds.low <= value <= bounds.high:
            checked[name] = None
            doubtful = Quality.SUSPECT
    checked["quality"] = int(values.get("quality") or 0) | doubtful  # pyright: ignore[reportArgumentType]
    return checked
