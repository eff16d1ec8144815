"""From a piece to what the store keeps: gated, scored, typed, hashed. Pure; runs on any thread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.experience.scoring import domain_loss, score
from sentio.experience.service import SERVICES, Service
from sentio.governance.key import Key
from sentio.ingest.gate import Gated, Rules, gate
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.tabular import rejected_batch
from sentio.loop.row_hash import row_hashes
from sentio.model.domain import DOMAINS
from sentio.model.indicator import indicators
from sentio.model.record import PATH, Kind
from sentio.store.cube import Scored

STORED = {
    "number": pa.float32(),
    "list": pa.list_(pa.float32()),
    "text": pa.dictionary(pa.int32(), pa.string()),
}
CODED = pa.dictionary(pa.int32(), pa.string())
ALWAYS_STORED = ("is_success", "is_retained")
DEDUPLICATED = (Kind.EXPERIENCE, Kind.MEASUREMENT, Kind.EVENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """One piece, ready to be committed.

    ``family`` names the table of facts; ``hashes`` has one number a row, equal for equal rows,
    or is None for kinds in which a repetition is no mistake. ``scored`` is what the cube folds,
    row for row, or None for kinds that are not experience.
    """

    gated: Gated
    family: str
    facts: pa.RecordBatch
    hashes: npt.NDArray[np.int64] | None
    scored: Scored | None
    has_own_rows: bool  # the rejected rows' bytes are rows of the input, not our rendering of them


def prepare(piece: Piece, reading: Reading, *, key: Key, rules: Rules) -> Ready:
    """Gate and score one piece."""
    gated = gate(piece, reading, key=key, rules=rules)
    has_own_rows = piece.row_bytes is not None
    if gated.kind is not Kind.EXPERIENCE:
        facts = gated.batch
        hashes = row_hashes(facts) if gated.kind in DEDUPLICATED else None
        return Ready(
            gated=gated,
            family=gated.kind.value,
            facts=facts,
            hashes=hashes,
            scored=None,
            has_own_rows=has_own_rows,
        )
    if gated.service not in SERVICES:
        gated = _refuse(gated, piece)
        return Ready(
            gated=gated,
            family="",
            facts=gated.batch,
            hashes=None,
            scored=None,
            has_own_rows=has_own_rows,
        )
    return _scored(gated, SERVICES[gated.service], has_own_rows=has_own_rows)


def _scored(gated: Gated, service: Service, *, has_own_rows: bool) -> Ready:
    batch = gated.batch
    found = score(service, batch)
    rows = batch.num_rows
    loss = np.zeros((len(DOMAINS), rows))
    for domain, lost in domain_loss(service, found.loss).items():
        loss[DOMAINS.index(domain)] = lost
    facts = _facts(batch, service)
    mos = found.mos.astype(np.float32)
    columns = {
        **dict(zip(facts.schema.names, facts.columns, strict=True)),
        "mos": pa.array(mos, mask=np.isnan(mos)),
        "confidence": pa.array(found.confidence.astype(np.float32)),
        "grounded": pa.array(found.grounded),
        "missing": pa.array(found.missing),
    }
    members = {
        name: (_codes(facts.column(name)), facts.column(name).dictionary.to_pylist())
        for name in PATH
        if facts.column(name).null_count < rows
    }
    scored = Scored(
        ts=facts.column("ts").to_numpy(),
        subject=facts.column("subject").to_numpy(),
        mos=found.mos,
        confidence=found.confidence,
        grounded=found.grounded,
        loss=loss,
        members=members,
        poor_below=service.poor_below,
    )
    return Ready(
        gated=gated,
        family=f"experience_{service.name}",
        facts=pa.RecordBatch.from_pydict(columns),
        hashes=row_hashes(facts),
        scored=scored,
        has_own_rows=has_own_rows,
    )


def _facts(batch: pa.RecordBatch, service: Service) -> pa.RecordBatch:
    rows = batch.num_rows
    have = batch.schema.names
    columns: dict[str, pa.Array] = {"ts": batch.column("ts"), "subject": batch.column("subject")}
    for name in ("duration_ms", "longitude_deg", "latitude_deg"):
        columns[name] = _stored(batch, name, pa.float32(), rows)
    for name in PATH:
        columns[name] = _stored(batch, name, CODED, rows)
    columns["quality"] = batch.column("quality")
    wanted = [each.name for each in service.inputs]
    more = [name for name in have if name in indicators() and name not in wanted]
    for name in dict.fromkeys((*wanted, *ALWAYS_STORED, *more)):
        columns[name] = _stored(batch, name, STORED[indicators()[name].shape], rows)
    return pa.RecordBatch.from_pydict(columns)


def _stored(batch: pa.RecordBatch, name: str, wanted: pa.DataType, rows: int) -> pa.Array:
    position = batch.schema.get_field_index(name)
    if position < 0:
        return _nothing(wanted, 1 << (rows - 1).bit_length()).slice(0, rows)
    return batch.column(position).cast(wanted, safe=False)


@lru_cache(maxsize=64)
def _nothing(kind: pa.DataType, rows: int) -> pa.Array:
    return pa.nulls(rows, kind)


def _codes(column: pa.Array) -> npt.NDArray[np.int32]:
    return np.asarray(column.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int32)


def _refuse(gated: Gated, piece: Piece) -> Gated:
    rows = gated.batch.num_rows
    name = gated.service or "(none)"
    message = f"no service is called {name!r}: name one by --service"
    every = np.arange(rows, dtype=np.int64)
    lines, raws = piece.row_bytes(every) if piece.row_bytes else ([0] * rows, [b""] * rows)
    refused = rejected_batch(lines, raws, "service", "unknown_service", message)
    share = gated.rows_kept / max(rows, 1)
    weights = np.diff(np.rint(np.arange(rows + 1) * share).astype(np.int64))
    return Gated(
        kind=gated.kind,
        service=gated.service,
        batch=gated.batch.slice(0, 0),
        rows_read=gated.rows_read,
        rows_kept=0 if rows else gated.rows_kept,
        rejected=pa.concat_batches([gated.rejected, refused]),
        rejected_rows=np.concatenate([gated.rejected_rows, weights]),
        position=gated.position,
        cells=0,
        cells_present=0,
    )
