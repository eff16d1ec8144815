"""One input, all the way to what the store keeps: it is read or refused, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

from sentio.governance.key import Key
from sentio.ingest.format import HEAD_BYTES, Format
from sentio.ingest.gate import Rules
from sentio.ingest.piece import Origin, Piece, Reading
from sentio.kernel.errors import FormatError
from sentio.loop.prepare import prepare
from sentio.testing.breach import insist
from sentio.testing.format import RECEIVED_NS, soundness

KEY = Key(b"k" * 32)
RULES = Rules()


def survive(
    form: Format,
    content: bytes,
    *,
    name: str = "input",
    options: Mapping[str, str] | None = None,
    scored: bool = True,
) -> int:
    """Sniff, read, gate and score one input (or but read it); gives the records that came out.

    Whatever escapes but `BrokenContract` is a bug of the reader or of the record path; that itself
    says that the reader's counts do not add up, or that its columns are not canonical.
    """
    reading = Reading(
        origin=Origin(source="hostile", name=name),
        received_ns=RECEIVED_NS,
        options=dict(options or {}),
    )
    sure = form.sniff(content[:HEAD_BYTES], name)
    insist(form.name, [] if 0.0 <= sure <= 1.0 else [f"sniff gives {sure}, expected [0, 1]"])
    records = 0
    pieces: list[Piece] = []
    for piece in _read(form, content, reading):
        pieces.append(piece)
        records += piece.batch.num_rows
        if not scored:
            continue
        ready = prepare(piece, reading, key=KEY, rules=RULES)
        gated = ready.gated
        insist(form.name, _uncounted(piece, gated.rows_kept + int(gated.rejected_rows.sum())))
    insist(form.name, soundness(pieces))
    return records


def _read(form: Format, content: bytes, reading: Reading) -> Iterator[Piece]:
    try:
        yield from form.read(io.BytesIO(content), reading)
    except FormatError:
        return


def _uncounted(piece: Piece, behind_the_gate: int) -> Iterator[str]:
    if piece.rows_read != behind_the_gate:
        yield f"{piece.rows_read} rows were read, {behind_the_gate} stand behind the gate"
