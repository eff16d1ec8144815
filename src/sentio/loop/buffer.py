"""What the next transaction will write, gathered in the order of the inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import orjson
import pyarrow as pa

from sentio.governance.envelope import seal
from sentio.governance.key import Key
from sentio.ingest.gate import DATED
from sentio.ingest.tabular import rejected_batch
from sentio.kernel.arrays import BoolArray, IntArray
from sentio.loop.prepare import Ready
from sentio.loop.seen import Seen
from sentio.model.record import Quality as Flag
from sentio.store.cube import Fold, cubes_of
from sentio.store.ledger import Commit, DeadLetters, Position, Quality


class Buffer:
    """Takes ready pieces in order: cuts duplicates out, marks late rows, folds the cube."""

    def __init__(self, source: str, *, key: Key, seen: Seen, late_after_ns: int) -> None:
        self._source = source
        self._key = key
        self._seen = seen
        self._late_after_ns = late_after_ns
        self._facts: dict[str, list[pa.RecordBatch]] = {}
        self._folds: dict[str, Fold] = {}
        self._letters: list[DeadLetters] = []
        self._quality: dict[str, Quality] = {}
        self.positions: dict[str, Position] = {}
        self.rows = 0
        self.waiting_rows = 0
        self.kept = 0
        self.rejected = 0

    def add(self, ready: Ready, at: Position, *, options: str, head: bytes) -> Position:
        """Take one piece in; gives the position behind it."""
        gated = ready.gated
        rows = ready.facts.num_rows
        new = np.ones(rows, dtype=np.bool_)
        if ready.hashes is not None and rows:
            new = self._seen.is_new(ready.hashes)
        doubles = int(rows - new.sum())
        share = gated.rows_kept / max(rows, 1)
        double_rows = round(doubles * share)
        newest_ts: dict[str, int] = orjson.loads(at.newest_ts)
        facts, late = self._late(ready, new, newest_ts)
        if facts.num_rows:
            self._facts.setdefault(ready.family, []).append(facts)
            self.waiting_rows += facts.num_rows
        if ready.scored is not None:
            fold = self._folds.setdefault(gated.service, Fold(gated.service))
            fold.add(ready.scored if not doubles else ready.scored.where(new))
        self._reject(ready, at, options, head)
        if doubles:
            self._reject_doubles(~new, double_rows, at, options)
        self.rows += gated.rows_read
        behind = replace(
            at,
            position=gated.position,
            rows_read=at.rows_read + gated.rows_read,
            rows_kept=at.rows_kept + gated.rows_kept - double_rows,
            rows_rejected=at.rows_rejected + int(gated.rejected_rows.sum()) + double_rows,
            records=at.records + facts.num_rows,
            newest_ts=orjson.dumps(newest_ts, option=orjson.OPT_SORT_KEYS).decode(),
        )
        self.positions[behind.input] = behind
        self.kept += behind.rows_kept - at.rows_kept
        self.rejected += behind.rows_rejected - at.rows_rejected
        self._count(ready, at.format, facts, doubles=double_rows, late=late)
        return behind

    def reject_input(self, at: Position, *, reason: str, message: str, options: str) -> Position:
        """Note that an input cannot be read (any further): one row, read and rejected."""
        rejected = rejected_batch([0], [b""], "", reason, message)
        self._post(rejected, np.ones(1, dtype=np.int64), at, options, b"")
        behind = replace(at, rows_read=at.rows_read + 1, rows_rejected=at.rows_rejected + 1)
        self.positions[behind.input] = behind
        self._add_quality(Quality(source=self._source, format=at.format, rows_read=1, rejected=1))
        self.rows += 1
        self.rejected += 1
        return behind

    @property
    def cube_rows(self) -> int:
        """How many rows of minutes the cube will get."""
        return sum(fold.rows for fold in self._folds.values())

    def take_facts(self) -> dict[str, list[pa.RecordBatch]]:
        """Give the facts that wait, so that they can be written ahead of the rest."""
        taken, self._facts = self._facts, {}
        self.waiting_rows = 0
        return taken

    def commit(self, *, at_ns: int, release: str) -> Commit:
        """Close the buffer and give what the transaction shall write."""
        self._seen.close_commit()
        return Commit(
            source=self._source,
            at_ns=at_ns,
            release=release,
            facts=self._facts,
            cubes=cubes_of(self._folds.values()),
            positions=list(self.positions.values()),
            quality=list(self._quality.values()),
            dead_letters=self._letters,
        )

    def _late(
        self, ready: Ready, new: BoolArray, newest_ts: dict[str, int]
    ) -> tuple[pa.RecordBatch, int]:
        """Flag rows far behind the newest of their family before them; notes the new newest."""
        facts = ready.facts if new.all() else ready.facts.filter(pa.array(new))
        if not facts.num_rows or ready.gated.kind not in DATED:
            return facts, 0
        ts = facts.column("ts").to_numpy(zero_copy_only=False)
        newest = np.maximum.accumulate(np.maximum(ts, newest_ts.get(ready.family, 0)))
        newest_ts[ready.family] = int(newest[-1])
        is_late = ts < newest - self._late_after_ns
        if is_late.any():
            place = facts.schema.get_field_index("quality")
            flags = facts.column("quality").to_numpy(zero_copy_only=False)
            marked = np.where(is_late, flags | int(Flag.LATE), flags).astype(np.int16)
            facts = facts.set_column(place, "quality", pa.array(marked))
        return facts, int(is_late.sum())

    def _reject(self, ready: Ready, at: Position, options: str, head: bytes) -> None:
        gated = ready.gated
        if gated.rejected.num_rows:
            self._post(gated.rejected, gated.rejected_rows, at, options, head)

    def _reject_doubles(self, doubles: BoolArray, rows: int, at: Position, options: str) -> None:
        count = int(doubles.sum())
        message = "the same row has been read before; the first one counts"
        rejected = rejected_batch([0] * count, [b""] * count, "", "duplicate", message)
        weights = np.diff(np.rint(np.arange(count + 1) * rows / max(count, 1)).astype(np.int64))
        self._post(rejected, weights, at, options, b"")

    def _post(
        self, rejected: pa.RecordBatch, weights: IntArray, at: Position, options: str, head: bytes
    ) -> None:
        self._letters.append(
            DeadLetters(
                source=self._source,
                input=at.input,
                format=at.format,
                options=options,
                rejected=rejected.drop_columns(["raw"]).append_column("rows", pa.array(weights)),
                sealed=seal(rejected.column("raw"), self._key),
                head=head,
            )
        )

    def _count(
        self, ready: Ready, form: str, facts: pa.RecordBatch, *, doubles: int, late: int
    ) -> None:
        gated = ready.gated
        flags = facts.column("quality").to_numpy() if facts.num_rows else np.empty(0, np.int16)
        ts = facts.column("ts").to_numpy(zero_copy_only=False) if facts.num_rows else None
        self._add_quality(
            Quality(
                source=self._source,
                format=form,
                rows_read=gated.rows_read,
                rows_kept=gated.rows_kept - doubles,
                records=facts.num_rows,
                rejected=int(gated.rejected_rows.sum()) + doubles,
                duplicates=doubles,
                late=late,
                suspect=int((flags & int(Flag.SUSPECT) > 0).sum()),
                cells=gated.cells,
                cells_present=gated.cells_present,
                first_ts=None if ts is None else int(ts.min()),
                last_ts=None if ts is None else int(ts.max()),
            )
        )

    def _add_quality(self, more: Quality) -> None:
        have = self._quality.get(more.format)
        self._quality[more.format] = more if have is None else have.plus(more)


def options_text(options: dict[str, str]) -> str:
    """Write a reading's options the same way each time."""
    return orjson.dumps(options, option=orjson.OPT_SORT_KEYS).decode()
