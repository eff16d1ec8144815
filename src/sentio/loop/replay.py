"""Replay rejected rows after a fix: out of their envelopes, through the same record path."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import orjson

from sentio.governance.dead_letters import DeadLetter, opened
from sentio.ingest.format import FORMATS
from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.loop.progress import Receipt
from sentio.loop.record_path import RecordPath

MAX_LINES = 100_000  # of one envelope's rows, a replayed input


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a replay did: letters that went through the path again, and those that cannot."""

    replayed: int
    kept: int
    rejected_again: int
    not_replayable: int


def replay(path: RecordPath, chosen: list[DeadLetter], *, more_options: dict[str, str]) -> Replay:
    """Send rejected rows through the path again, with changed options (a new map, a service).

    Rows that are rejected again become new letters; those that went through are marked. Letters
    without bytes (duplicates, whole files) and formats whose rows cannot be read alone stay.
    """
    can = [letter for letter in chosen if _can_be_replayed(letter)]
    receipts = [
        path.run([one], source=letter.source, options=options)
        for letter, one, options in _inputs(path, can, more_options)
    ]
    path.warehouse.con.execute(
        "UPDATE dead_letter SET replayed_ns = ? WHERE id IN (SELECT unnest(?::BIGINT[]))",
        [path.clock.now_ns(), [letter.id for letter in can]],
    )
    total = _total(receipts)
    return Replay(
        replayed=len(can),
        kept=total.rows_kept,
        rejected_again=total.rows_rejected,
        not_replayable=len(chosen) - len(can),
    )


def _inputs(
    path: RecordPath, can: list[DeadLetter], more_options: dict[str, str]
) -> Iterator[tuple[DeadLetter, Input, dict[str, str]]]:
    groups: dict[tuple[str, str, str, str, int], list[DeadLetter]] = {}
    for letter in can:
        key = (letter.source, letter.input, letter.format, letter.options, letter.envelope)
        groups.setdefault(key, []).append(letter)
    con = path.warehouse.con
    for group in groups.values():
        for start in range(0, len(group), MAX_LINES):
            part = group[start : start + MAX_LINES]
            found = con.execute(
                "SELECT head FROM envelope WHERE id = ?", [part[0].envelope]
            ).fetchone()
            head = bytes(found[0]) if found and found[0] else b""
            rows = [raw for _, raw in opened(con, part, key=path.key)]
            lines = [line for line in (head, *rows) if line]
            content = b"\n".join(lines) + b"\n"
            name = f"{part[0].input}#letters-{part[0].id}-{path.clock.now_ns()}"
            one = Input(
                origin=Origin(source=part[0].source, name=name),
                open=lambda content=content: io.BytesIO(content),
                size_bytes=len(content),
            )
            options = {"format": part[0].format, **orjson.loads(part[0].options), **more_options}
            yield part[0], one, options


def _can_be_replayed(letter: DeadLetter) -> bool:
    if letter.reason == "duplicate" or letter.format not in FORMATS or not letter.line:
        return False
    return FORMATS[letter.format].replay_head is not None


def _total(receipts: list[Receipt]) -> Receipt:
    total = Receipt(source="")
    for each in receipts:
        total = replace(
            total,
            rows_kept=total.rows_kept + each.rows_kept,
            rows_rejected=total.rows_rejected + each.rows_rejected,
        )
    return total
