"""The gate: every record is checked, made canonical and stripped of identifiers, or rejected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from sentio.governance.key import Key
from sentio.governance.pseudonym import pseudonyms
from sentio.ingest.convert import Bools
from sentio.ingest.mapping import Fault
from sentio.ingest.piece import NOTHING_REJECTED, Piece, Reading
from sentio.ingest.tabular import rejected_batch
from sentio.model.indicator import indicators
from sentio.model.record import COLUMNS, IDENTIFIERS, PATH, Kind, Quality

YEAR_2000_NS = 946_684_800_000_000_000
DATED = (Kind.EXPERIENCE, Kind.MEASUREMENT, Kind.EVENT)
NAMED_BY_SUBJECT = (Kind.MEASUREMENT, Kind.ELEMENT)
MAX_64 = 2**64 - 1
CODED = pa.dictionary(pa.int32(), pa.string())
FLOATS = pa.list_(pa.float64())
PLACES = {"longitude_deg": 180.0, "latitude_deg": 90.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the gate tolerates.

    ``future_skew_s``: how far ahead of us a source's clock may run. ``late_after_s``: how far
    behind the newest row of its input a row may be before it is called late (it is kept).
    ``location_decimals``: positions are rounded so that they name a street, not a door.
    """

    future_skew_s: float = 300.0
    late_after_s: float = 900.0
    location_decimals: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """A piece behind the gate: canonical, pseudonymous, its bad rows apart.

    ``rejected`` has the columns of `REJECTED`; ``rejected_rows`` says how many rows of the input
    each of its rows stands for. ``cells`` counts values that could be there, ``cells_present``
    those that are.
    """

    kind: Kind
    service: str
    batch: pa.RecordBatch
    rows_read: int
    rows_kept: int
    rejected: pa.RecordBatch
    rejected_rows: npt.NDArray[np.int64]
    position: int
    cells: int
    cells_present: int


def gate(piece: Piece, reading: Reading, *, key: Key, rules: Rules) -> Gated:
    """Check a piece, replace its identifiers by pseudonyms, and give every column its type."""
    batch = _dated(piece, reading)
    faults = _faults(piece.kind, batch, reading.received_ns, rules)
    bad = np.zeros(batch.num_rows, dtype=np.bool_)
    parts = [piece.rejected] if piece.rejected.num_rows else []
    for fault in faults:
        new = np.flatnonzero(fault.rows & ~bad)
        bad |= fault.rows
        if len(new):
            lines, raws = _behind(piece, batch, new)
            parts.append(rejected_batch(lines, raws, fault.field, fault.reason, fault.message))
    if bad.any():
        batch = batch.filter(pa.array(~bad))
    lost = _rows_lost(piece, int(bad.sum()))
    weights = np.ones(piece.rejected.num_rows + len(lost), dtype=np.int64)
    weights[piece.rejected.num_rows :] = lost
    clean, cells, present = _canonical(piece.kind, batch, reading, key=key, rules=rules)
    return Gated(
        kind=piece.kind,
        service=piece.service,
        batch=clean,
        rows_read=piece.rows_read,
        rows_kept=piece.rows_kept - int(lost.sum()),
        rejected=pa.concat_batches(parts) if parts else NOTHING_REJECTED,
        rejected_rows=weights,
        position=piece.position,
        cells=cells,
        cells_present=present,
    )


def _dated(piece: Piece, reading: Reading) -> pa.RecordBatch:
    batch = piece.batch
    if piece.kind in DATED and "ts" in batch.schema.names:
        return batch
    received = pa.repeat(pa.scalar(reading.received_ns, pa.int64()), batch.num_rows)
    if "ts" not in batch.schema.names:
        return batch.append_column("ts", received)
    position = batch.schema.get_field_index("ts")
    return batch.set_column(position, "ts", pc.coalesce(batch.column("ts"), received))


def _faults(kind: Kind, batch: pa.RecordBatch, now_ns: int, rules: Rules) -> list[Fault]:
    found: list[Fault] = []
    ts = batch.column("ts")
    values = ts.fill_null(0).to_numpy(zero_copy_only=False)
    missing = np.asarray(ts.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)
    astray = ~missing & (values > now_ns + int(rules.future_skew_s * 1e9))
    if kind in DATED:
        astray |= ~missing & (values < YEAR_2000_NS)
        _note(found, missing, "ts", "missing", "the row has no time")
    _note(found, astray, "ts", "clock_skew", "the time lies in the future or before 2000")
    for name in batch.schema.names:
        outside = _outside(name, batch.column(name))
        if outside is not None:
            _note(found, outside, name, "out_of_range", f"{name} lies outside what can be true")
    return found


def _note(found: list[Fault], rows: Bools, field: str, reason: str, message: str) -> None:
    if rows.any():
        found.append(Fault(rows=rows, field=field, reason=reason, message=message))


def _outside(name: str, array: pa.Array) -> Bools | None:
    if name in PLACES:
        low, high = -PLACES[name], PLACES[name]
    elif name == "duration_ms":
        low, high = 0.0, 1e12
    elif name in indicators() and indicators()[name].shape != "text":
        low, high = indicators()[name].low, indicators()[name].high
    else:
        return None
    is_list = pa.types.is_list(array.type) or pa.types.is_large_list(array.type)
    flat = array.flatten() if is_list else array
    values = np.asarray(flat.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    outside = (values < low) | (values > high)  # NaN stands for missing: neither
    if not outside.any():
        return None
    if not is_list:
        return outside
    rows = np.repeat(np.arange(len(array)), array.value_lengths().fill_null(0).to_numpy())
    return np.isin(np.arange(len(array)), rows[outside])


def _behind(
    piece: Piece, batch: pa.RecordBatch, rows: npt.NDArray[np.int64]
) -> tuple[list[int], list[bytes]]:
    if piece.row_bytes is not None:
        return piece.row_bytes(rows)
    chosen = batch.take(pa.array(rows))
    raws = [orjson.dumps(row, default=str) for row in chosen.to_pylist()]
    lines = chosen.column("line").to_pylist() if "line" in chosen.schema.names else [0] * len(raws)
    return lines, raws


def _rows_lost(piece: Piece, records: int) -> npt.NDArray[np.int64]:
    """Share the rows behind a piece out among its lost records; mostly one row each."""
    share = piece.rows_kept / max(piece.batch.num_rows, 1)
    edges = np.rint(np.arange(records + 1) * share).astype(np.int64)
    return np.diff(edges)


def _canonical(
    kind: Kind, batch: pa.RecordBatch, reading: Reading, *, key: Key, rules: Rules
) -> tuple[pa.RecordBatch, int, int]:
    columns: dict[str, pa.Array] = {"subject": _subject(batch, reading, key)}
    cells = present = 0
    for name, wanted in COLUMNS[kind].items():
        if name in batch.schema.names:
            array = batch.column(name)
            columns[name] = _typed(array, CODED if name in PATH else wanted)
        elif name == "quality":
            columns[name] = pa.array(np.zeros(batch.num_rows, dtype=np.uint8))
    for name in batch.schema.names:
        if kind is Kind.EXPERIENCE and name in indicators():
            shape = indicators()[name].shape
            wanted = {"text": CODED, "list": FLOATS}.get(shape, pa.float64())
            columns[name] = _typed(batch.column(name), wanted)
            cells += batch.num_rows
            present += batch.num_rows - columns[name].null_count
    for name in PLACES:
        if name in columns:
            columns[name] = pc.round(columns[name], rules.location_decimals)
    if kind in NAMED_BY_SUBJECT and "element" in columns:
        columns["element"] = _named(columns["element"], columns["subject"])
    columns["quality"] = columns["quality"].cast(pa.int16()).fill_null(int(Quality.GOOD))
    return pa.RecordBatch.from_pydict(columns), cells, present


def _named(element: pa.Array, subject: pa.Array) -> pa.Array:
    """Name elements that are somebody's own (a CPE) by their pseudonym, as the report shows it."""
    if not element.null_count:
        return element
    coded = subject.dictionary_encode()
    names = [f"{value & MAX_64:016x}" for value in coded.dictionary.to_pylist()]
    return pc.coalesce(element, pa.array(names, pa.string()).take(coded.indices))


def _typed(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(wanted):
        coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
        return coded.cast(wanted)
    if pa.types.is_floating(wanted) and pa.types.is_floating(array.type) and array.null_count == 0:
        return array.cast(wanted)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array.cast(wanted, safe=False)


def _subject(batch: pa.RecordBatch, reading: Reading, key: Key) -> pa.Array:
    subject: pa.Array | None = None
    for kind in IDENTIFIERS:
        if kind in batch.schema.names and (subject is None or subject.null_count):
            found = pseudonyms(batch.column(kind), kind=kind, key=key)
            subject = found if subject is None else pc.coalesce(subject, found)
    if subject is not None and not subject.null_count:
        return subject
    # where nobody is named, the one who measures is the subject: a test phone, a probe
    name = reading.options.get("subject", reading.origin.source)
    own = pseudonyms(pa.array([name], pa.string()), kind="source", key=key)[0]
    if subject is None:
        return pa.repeat(own, batch.num_rows)
    return subject.fill_null(own)
