"""The record path: inputs -> gate -> score -> fold -> commit, in order, on all cores, resumable.

Pieces are gated and scored on worker threads, taken in again in the order of the input, and
written and committed by a thread of their own. A commit ends at the end of a part of an input, so
what is committed is always a clean prefix; killed at any moment, the next run goes on behind it.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from sentio import __version__
from sentio.governance.key import Key
from sentio.ingest.format import Format
from sentio.ingest.gate import Rules
from sentio.ingest.input import Input
from sentio.ingest.piece import Piece, Reading
from sentio.kernel.clock import Clock
from sentio.kernel.errors import FormatError, RefusedError
from sentio.loop.buffer import Buffer, options_text
from sentio.loop.memory import recall
from sentio.loop.opening import (
    Opened,
    first_position,
    is_same,
    is_unchanged,
    read_head,
    recognise,
)
from sentio.loop.prepare import Ready, prepare
from sentio.loop.progress import OnProgress, Progress, Receipt
from sentio.loop.seen import Seen
from sentio.store.ledger import Position
from sentio.store.warehouse import Warehouse

WORKERS = os.cpu_count() or 2
PARTS_AHEAD = WORKERS + 1
INPUTS_PER_COMMIT = 256
CUBE_ROWS = 80_000  # with names that hardly repeat, memory is bounded by these
AHEAD_ROWS = 2 * 122_880  # written while the commit is still open: whole blocks of the store


def ignore(progress: Progress) -> None:
    """Show nothing."""
    del progress


@dataclass(slots=True)
class _Tally:
    """What a run has done so far."""

    inputs: int = 0
    skipped: int = 0
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    records: int = 0
    bytes_read: int = 0
    commits: int = 0
    inputs_since_commit: int = 0


class RecordPath:
    """Reads inputs into a warehouse.

    Parameters
    ----------
    warehouse
        Open for writing, and used by nobody else while a run lasts.
    key
        The secret of the pseudonyms; a store is bound to the key it was begun with.
    commit_rows
        Rows of input after which a transaction is closed.

    Raises
    ------
    RefusedError
        The store was begun with another key: its subjects would not be found again.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        *,
        key: Key,
        clock: Clock,
        rules: Rules | None = None,
        commit_rows: int = 1_000_000,
        on_progress: OnProgress = ignore,
    ) -> None:
        self.warehouse = warehouse
        self.key = key
        self.clock = clock
        self.rules = rules or Rules()
        self.commit_rows = commit_rows
        self.on_progress = on_progress
        self._seen: dict[str, Seen] = {}
        self._check_key()

    def run(
        self,
        inputs: Iterable[Input],
        *,
        source: str,
        options: Mapping[str, str] | None = None,
        total_inputs: int | None = None,
        total_bytes: int | None = None,
    ) -> Receipt:
        """Read inputs to their ends and commit; goes on where an earlier run stopped.

        An input that cannot be read becomes a dead letter and the others go on. On
        KeyboardInterrupt all complete parts are committed before it is raised again.
        """
        run = _Run(self, source, dict(options or {}), total_inputs, total_bytes)
        return run.over(inputs)

    def seen(self, source: str) -> Seen:
        """Give the memory of a source's last rows."""
        if source not in self._seen:
            self._seen[source] = recall(self.warehouse.con, source)
        return self._seen[source]

    def forget(self, source: str) -> None:
        """Drop the memory of a source, after a commit that failed."""
        self._seen.pop(source, None)

    def _check_key(self) -> None:
        known = self.warehouse.about("key")
        if known is None:
            self.warehouse.set_about("key", self.key.fingerprint())
        elif known != self.key.fingerprint():
            raise RefusedError(
                "the store was begun with another pseudonym key",
                where=str(self.warehouse.path),
                next_step="Give back the key it was begun with, or begin a new store.",
            )


class _Run:
    """One call of `RecordPath.run`."""

    def __init__(
        self,
        path: RecordPath,
        source: str,
        options: dict[str, str],
        total_inputs: int | None,
        total_bytes: int | None,
    ) -> None:
        self._path = path
        self._source = source
        self._options = options
        self._totals = (total_inputs, total_bytes)
        self._began_s = time.monotonic()
        self._tally = _Tally()
        self._failed: list[tuple[str, str]] = []
        self._by_kind: dict[str, int] = {}
        self._reader = path.warehouse.con.cursor()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="prepare")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._growing = path.warehouse.growing()
        self._writing: Future[int | None] | None = None
        self._buffer = self._new_buffer()

    def over(self, inputs: Iterable[Input]) -> Receipt:
        try:
            for one in inputs:
                self._read(one)
                self._commit_if_full()
            self._commit()
            self._wait()
        except KeyboardInterrupt:
            self._commit()
            self._wait()
            raise
        except BaseException:
            self._path.forget(self._source)
            self._writer.submit(self._growing.give_up)
            raise
        finally:
            self._workers.shutdown(wait=True, cancel_futures=True)
            self._writer.shutdown(wait=True)
            self._reader.close()
        return self._receipt()

    def _read(self, one: Input) -> None:
        at = Position(source=self._source, input=one.origin.name, fingerprint="", format="")
        self._tally.inputs += 1
        self._tally.inputs_since_commit += 1
        try:
            opened = self._open(one)
            if opened is None:
                self._tally.skipped += 1
                return
            with opened.stream:
                at = opened.at
                for at in self._through(one, opened):  # noqa: B007  (the last one is wanted)
                    self._write_ahead()
                    self._commit_if_full()
        except (FormatError, OSError) as error:
            at = self._buffer.positions.get(one.origin.name, at)
            at = self._fail(one, at, error)
        done = replace(at, is_done=True, size_bytes=one.size_bytes or at.size_bytes)
        self._buffer.positions[done.input] = done
        self._tally.bytes_read += one.size_bytes or 0

    def _open(self, one: Input) -> Opened | None:
        known = self._known(one.origin.name)
        stream = one.open()
        try:
            head = read_head(stream)
            if is_unchanged(known, one.size_bytes, head):
                stream.close()
                return None
            form = recognise(
                head,
                one.origin.name,
                self._options.get("format", ""),
                has_map="map" in self._options,
            )
        except BaseException:
            stream.close()
            raise
        at = first_position(self._source, one, head, form.name)
        if known is not None and is_same(known, head) and known.format == form.name:
            at = replace(known, is_done=False, fingerprint=at.fingerprint)
        stream.close()
        return Opened(stream=one.open(), format=form, head=head, at=at)

    def _through(self, one: Input, opened: Opened) -> Iterator[Position]:
        reading = Reading(
            origin=one.origin,
            received_ns=self._path.clock.now_ns(),
            options=self._options,
            start=opened.at.position,
        )
        head = opened.format.replay_head(opened.head) if opened.format.replay_head else b""
        at = opened.at
        for ready in self._prepared(opened, reading):
            for each in ready:
                at = self._buffer.add(
                    each,
                    at,
                    options=options_text(self._options),
                    head=head,
                )
                self._note(each)
            if ready:
                self._tell(one, at)
            yield at

    def _prepared(self, opened: Opened, reading: Reading) -> Iterator[list[Ready]]:
        """Gate and score parts on the workers; give them back in order, some always ahead."""
        work = partial(prepare, reading=reading, key=self._path.key, rules=self._path.rules)
        waiting: deque[Future[list[Ready]]] = deque()
        for part in _parts(opened.format, opened, reading):
            waiting.append(self._workers.submit(_prepare_part, part, work))
            if len(waiting) > PARTS_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _fail(self, one: Input, at: Position, error: Exception) -> Position:
        reason = str(getattr(error, "reason", "unknown_format" if not at.format else "unreadable"))
        self._failed.append((one.origin.name, str(error)))
        at = replace(at, format=at.format or "unknown")
        self._tally.rows_read += 1
        return self._buffer.reject_input(
            at, reason=reason, message=str(error), options=options_text(self._options)
        )

    def _note(self, ready: Ready) -> None:
        tally = self._tally
        tally.rows_read += ready.gated.rows_read
        tally.records += ready.facts.num_rows
        kind = ready.family or "rejected"
        self._by_kind[kind] = self._by_kind.get(kind, 0) + ready.facts.num_rows

    def _tell(self, one: Input, at: Position) -> None:
        is_offset = at.format in ("delimited", "ndjson")
        self._path.on_progress(
            Progress(
                input=one.origin.name,
                inputs_done=self._tally.inputs - 1,
                inputs_total=self._totals[0],
                bytes_done=self._tally.bytes_read + (at.position if is_offset else 0),
                bytes_total=self._totals[1],
                rows_read=self._tally.rows_read,
                rows_rejected=self._tally.rows_rejected,
                records=self._tally.records,
                elapsed_s=time.monotonic() - self._began_s,
            )
        )

    def _known(self, name: str) -> Position | None:
        in_buffer = self._buffer.positions.get(name)
        return in_buffer or self._path.warehouse.position(self._source, name, con=self._reader)

    def _new_buffer(self) -> Buffer:
        return Buffer(
            self._source,
            key=self._path.key,
            seen=self._path.seen(self._source),
            late_after_ns=int(self._path.rules.late_after_s * 1e9),
        )

    def _write_ahead(self) -> None:
        if self._buffer.waiting_rows >= AHEAD_ROWS:
            self._wait()
            self._writing = self._writer.submit(self._growing.add, self._buffer.take_facts())

    def _commit_if_full(self) -> None:
        is_full = self._buffer.rows >= self._path.commit_rows or self._buffer.cube_rows >= CUBE_ROWS
        if is_full or self._tally.inputs_since_commit >= INPUTS_PER_COMMIT:
            self._commit()

    def _commit(self) -> None:
        self._wait()
        if self._buffer.positions:
            commit = self._buffer.commit(at_ns=self._path.clock.now_ns(), release=__version__)
            self._writing = self._writer.submit(self._growing.close, commit)
            self._tally.commits += 1
            self._tally.rows_kept += self._buffer.kept
            self._tally.rows_rejected += self._buffer.rejected
            self._buffer = self._new_buffer()
        self._tally.inputs_since_commit = 0

    def _wait(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()

    def _receipt(self) -> Receipt:
        tally = self._tally
        return Receipt(
            source=self._source,
            inputs=tally.inputs,
            skipped=tally.skipped,
            rows_read=tally.rows_read,
            rows_kept=tally.rows_kept,
            rows_rejected=tally.rows_rejected,
            records=tally.records,
            bytes_read=tally.bytes_read,
            commits=tally.commits,
            elapsed_s=time.monotonic() - self._began_s,
            failed=tuple(self._failed),
            by_kind=tuple(sorted(self._by_kind.items())),
        )


def _parts(form: Format, opened: Opened, reading: Reading) -> Iterator[Callable[[], list[Piece]]]:
    """Give an input in parts that stand or fall together, each behind the start position."""
    if form.parts is not None:
        yield from form.parts(opened.stream, reading)
        return
    pieces = form.read(opened.stream, reading)
    for position, group in groupby(pieces, key=lambda piece: piece.position):
        together = list(group)
        if position > reading.start:
            yield partial(list, together)


def _prepare_part(part: Callable[[], list[Piece]], work: Callable[[Piece], Ready]) -> list[Ready]:
    return [work(piece) for piece in part()]
