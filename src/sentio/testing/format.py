"""The contract of a format, checked on its samples: whole, read again, cut short and damaged."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.ingest.format import HEAD_BYTES, Format
from sentio.ingest.piece import REASONS, REJECTED, Origin, Piece, Reading
from sentio.kernel.errors import FormatError
from sentio.model.indicator import indicators
from sentio.model.record import COLUMNS, IDENTIFIERS, Kind
from sentio.testing.batches import ARROW_TYPES
from sentio.testing.breach import insist

SURE = 0.5
RECEIVED_NS = 1_790_000_000_000_000_000  # September 2026: after every sample
NOISE_BYTES = (0, 1, 2, 37, 4096, HEAD_BYTES)
DAMAGES = 6  # how many damaged copies of each sample are read
TIMED = (Kind.EXPERIENCE, Kind.MEASUREMENT, Kind.EVENT)
RETOLD = (Kind.ELEMENT, Kind.LINK)  # the same element may be told again in the next batch


def check_format(
    form: Format,
    samples: Sequence[Path],
    *,
    dirty: Sequence[Path] = (),
    options: Mapping[str, str] | None = None,
    seed: int = 0,
) -> None:
    """Raise `BrokenContract` unless a format keeps its contract on these samples.

    Parameters
    ----------
    form
        The format, ours or a stranger's.
    samples
        Files of that format, small ones: each is read some fifty times and must give records.
    dirty
        Files that a careless or hostile source would send; they may be refused as a whole.
    options
        `Reading.options` that the samples need, such as a column map.
    seed
        Of the noise and the damage.
    """
    rng = np.random.default_rng(seed)
    given = dict(options or {})
    insist(form.name, _sniffs(form, rng))
    insist(form.name, [] if samples or dirty else ["it has no sample: nothing shows what it reads"])
    for sample in samples:
        content = sample.read_bytes()
        breaches = [
            *_recognised(form, sample.name, content),
            *_read(form, sample.name, content, given),
            *_damaged(form, sample.name, content, given, rng),
        ]
        insist(f"{form.name} ({sample.name})", breaches)
    for sample in dirty:
        content = sample.read_bytes()
        insist(f"{form.name} ({sample.name})", _survives(form, sample.name, content, given))


def _sniffs(form: Format, rng: np.random.Generator) -> Iterator[str]:
    for size in NOISE_BYTES:
        for noise in (rng.bytes(size), bytes(size), b"{[<,;\n" * (size // 6)):
            for name in ("", "x", "a.csv", "b.xml.gz", "ü/é.json"):
                yield from _sniffed(form, noise, name)


def _sniffed(form: Format, head: bytes, name: str) -> Iterator[str]:
    try:
        sure = form.sniff(head, name)
    except Exception as error:  # noqa: BLE001  (whatever it raises is the breach)
        yield f"sniff raises {error!r} on {head[:20]!r} of {len(head)} bytes"
        return
    if not 0.0 <= sure <= 1.0:
        yield f"sniff gives {sure} on {head[:20]!r}, expected [0, 1]"


def _recognised(form: Format, name: str, content: bytes) -> Iterator[str]:
    sure = form.sniff(content[:HEAD_BYTES], name)
    if not sure > SURE:
        yield f"sniff gives its own sample {sure}, expected more than {SURE}"
    for end in (1, 10, 100, 1000):
        yield from _sniffed(form, content[:end], name)


def _read(
    form: Format,
    name: str,
    content: bytes,
    options: dict[str, str],
) -> Iterator[str]:
    pieces, error = _pieces(form, content, _reading(name, options))
    if error is not None:
        yield f"reading its own sample raises {error!r}"
        return
    if not any(piece.batch.num_rows for piece in pieces):
        yield "its own sample gives no record"
    yield from soundness(pieces)
    for piece in pieces:
        # without a name the gate refuses them: right for damaged rows, not for a sample's
        if piece.batch.num_rows and piece.kind == Kind.EXPERIENCE and not piece.service:
            yield f"{piece.batch.num_rows} records of its own sample are of no service"
    again, _ = _pieces(form, content, _reading(name, options))
    if not _equal(pieces, again):
        yield "reading twice gives other pieces"
    for size in (1, 1000):
        small, _ = _pieces(form, content, _reading(name, options, batch_rows=size))
        if not _equal_in_all(pieces, small):
            yield f"batches of {size} rows give other records"
    if form.parts is not None:
        parts = form.parts(io.BytesIO(content), _reading(name, options))
        if not _equal_in_all(pieces, [piece for part in parts for piece in part()]):
            yield "its parts give other records than its pieces"


def _survives(form: Format, name: str, content: bytes, options: dict[str, str]) -> Iterator[str]:
    yield from _sniffed(form, content[:HEAD_BYTES], name)
    pieces, error = _pieces(form, content, _reading(name, options))
    if error is not None and not isinstance(error, FormatError):
        yield f"read raises {error!r}, expected FormatError or nothing"
    yield from soundness(pieces)
    again, _ = _pieces(form, content, _reading(name, options))
    if not _equal(pieces, again):
        yield "reading twice gives other pieces"


def _damaged(
    form: Format,
    name: str,
    content: bytes,
    options: dict[str, str],
    rng: np.random.Generator,
) -> Iterator[str]:
    for _ in range(DAMAGES):
        for harm, damaged in _harms(content, rng):
            yield from (f"{harm}: {said}" for said in _survives(form, name, damaged, options))


def _harms(content: bytes, rng: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    size = len(content)
    end = int(rng.integers(0, size + 1))
    yield f"cut after {end} bytes", content[:end]
    flipped = bytearray(content)
    for place in rng.integers(0, max(size, 1), size=max(size // 200, 1)):
        if size:
            flipped[place] = int(rng.integers(0, 256))
    yield "some bytes changed", bytes(flipped)
    begin = int(rng.integers(0, size + 1))
    noise = rng.bytes(50)
    yield f"noise at byte {begin}", content[:begin] + noise + content[begin:]
    yield "noise alone", rng.bytes(int(rng.integers(0, 5000)))


def _pieces(
    form: Format,
    content: bytes,
    reading: Reading,
) -> tuple[list[Piece], Exception | None]:
    """Read all pieces there are, and give what stopped the reading."""
    pieces: list[Piece] = []
    try:
        pieces.extend(form.read(io.BytesIO(content), reading))
    except Exception as error:  # noqa: BLE001  (whatever it raises is told)
        return pieces, error
    return pieces, None


def _reading(name: str, options: dict[str, str], *, batch_rows: int = 65_536) -> Reading:
    return Reading(
        origin=Origin(source="check", name=name),
        received_ns=RECEIVED_NS,
        options=dict(options),
        batch_rows=batch_rows,
    )


def soundness(pieces: Sequence[Piece]) -> Iterator[str]:
    """Say what is wrong with the pieces of one input: counts, positions, reasons, columns."""
    position = -1
    for number, piece in enumerate(pieces):
        where = f"piece {number}"
        # pieces of one position stand or fall together: the services of one block
        if piece.position < position:
            yield f"{where} is at {piece.position}, after one at {position}"
        position = piece.position
        if piece.rows_read != piece.rows_kept + piece.rejected.num_rows:
            yield (
                f"{where} read {piece.rows_read} rows, kept {piece.rows_kept} "
                f"and rejected {piece.rejected.num_rows}"
            )
        if not piece.rejected.schema.equals(REJECTED):
            yield f"{where} rejects in other columns than REJECTED"
        elif strange := set(piece.rejected.column("reason").to_pylist()) - set(REASONS):
            yield f"{where} rejects for {', '.join(map(str, sorted(strange)))}: no reason code"
        if piece.service and piece.kind != Kind.EXPERIENCE:
            yield f"{where} is of kind {piece.kind} and service {piece.service!r}"
        yield from (f"{where}: {breach}" for breach in _columns(piece))
    # One row may give records of several kinds, a piece each; it counts in one of them.
    if any(piece.batch.num_rows for piece in pieces) and not any(p.rows_kept for p in pieces):
        yield "there are records out of no rows"


def _columns(piece: Piece) -> Iterator[str]:
    canonical, known = COLUMNS[piece.kind], indicators()
    if piece.batch.num_rows and piece.kind in TIMED and "ts" not in piece.batch.schema.names:
        yield f"no column ts in records of kind {piece.kind}"
    if len(set(piece.batch.schema.names)) < piece.batch.num_columns:
        yield "two columns have one name"
    for field in piece.batch.schema:
        if field.name in canonical:
            expected = canonical[field.name]
        elif field.name in IDENTIFIERS:
            expected = pa.string()
        elif field.name in known:
            expected = ARROW_TYPES[known[field.name].shape]
        else:
            yield f"column {field.name} is canonical for no {piece.kind}, and no indicator"
            continue
        if not _plain(field.type).equals(expected):
            yield f"column {field.name} is {field.type}, expected {expected}"


def _plain(kind: pa.DataType) -> pa.DataType:
    """Texts may come as codes into a dictionary."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    # The name of a list's element says nothing.
    return pa.list_(kind.value_type) if pa.types.is_list(kind) else kind


def _equal(one: Sequence[Piece], other: Sequence[Piece]) -> bool:
    return len(one) == len(other) and all(
        left.position == right.position
        and left.rows_read == right.rows_read
        and (left.kind, left.service) == (right.kind, right.service)
        and left.batch.equals(right.batch)
        and left.rejected.equals(right.rejected)
        for left, right in zip(one, other, strict=True)
    )


def _equal_in_all(one: Sequence[Piece], other: Sequence[Piece]) -> bool:
    return _content(one) == _content(other)


def _content(pieces: Sequence[Piece]) -> dict[str, list[str]]:
    """All records and rejected rows as texts, whatever the pieces they came in."""
    found: dict[str, list[str]] = {"rejected": []}
    for piece in pieces:
        found["rejected"] += [repr(row) for row in piece.rejected.to_pylist()]
        if piece.kind in RETOLD:
            continue
        rows = found.setdefault(f"{piece.kind} {piece.service}", [])
        rows += [repr(sorted(row.items())) for row in _filled(piece.batch)]
    return {kind: sorted(rows) for kind, rows in found.items() if rows}


def _filled(batch: pa.RecordBatch) -> list[dict[str, object]]:
    """Rows without their nulls: a column that is not there and one of nulls are one thing."""
    return [
        {name: value for name, value in row.items() if value is not None}
        for row in batch.to_pylist()
    ]
