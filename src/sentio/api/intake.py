"""A bounded queue in front of the one thread that commits; waiting bodies go in one commit."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

from sentio.api.metrics import Metrics
from sentio.api.problems import RequestError
from sentio.api.receipt import BodyReceipt, receipt_of
from sentio.ingest.format import FORMATS
from sentio.ingest.sources.push import Pushed
from sentio.kernel.clock import Clock
from sentio.kernel.errors import OverloadError, SentioError, StoreError
from sentio.kernel.log import logger
from sentio.loop.record_path import RecordPath

log = logger("intake")

DAY_NS = 86_400_000_000_000
HOUR_NS = 3_600_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a sender is told; ``is_repeat`` if the body had been committed before."""

    receipt: BodyReceipt
    is_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A body in the queue."""

    pushed: Pushed
    options: dict[str, str]
    answer: Future[Answer] = field(default_factory=Future[Answer])

    def goes_with(self, other: Waiting) -> bool:
        """Tell whether two bodies may be read in one run."""
        mine, others = self.pushed, other.pushed
        is_alike = mine.source == others.source and self.options == other.options
        return is_alike and mine.key != others.key


class Intake:
    """Takes bodies in and answers once they are committed.

    Parameters
    ----------
    depth
        How many bodies may be on their way at once; more is refused, never buffered.
    remember_days
        How long the key of a body is remembered.
    on_commit
        Told after each commit.
    """

    def __init__(
        self,
        record_path: RecordPath,
        *,
        clock: Clock,
        metrics: Metrics,
        depth: int,
        remember_days: int = 7,
        on_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self.on_commit = on_commit
        self._record_path = record_path
        self._clock = clock
        self._metrics = metrics
        self._depth = depth
        self._remember_ns = remember_days * DAY_NS
        self._forgot_ns = 0
        self._queue: deque[Waiting] = deque()
        self._changed = threading.Condition()
        self._held = 0
        self._is_closed = False
        self._commit_s = 1.0
        self._thread = threading.Thread(target=self._work, name="intake", daemon=True)

    def start(self) -> None:
        """Start committing."""
        self._thread.start()

    def close(self) -> None:
        """Take nothing more, commit what was taken, and stop."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def is_working(self) -> bool:
        """Whether bodies are being committed."""
        return self._thread.is_alive() and not self._is_closed

    @property
    def held(self) -> int:
        """How many bodies arrive or wait for their commit."""
        return self._held

    @property
    def depth(self) -> int:
        """How many may."""
        return self._depth

    @property
    def has_room(self) -> bool:
        """Whether another body would be taken."""
        return self._held < self._depth

    @contextmanager
    def place(self) -> Generator[None]:
        """Hold a place in the queue, from before the body is read until it is answered.

        Raises
        ------
        OverloadError
            There is none, or the server is stopping.
        """
        with self._changed:
            if self._is_closed:
                raise _stopping()
            if self._held >= self._depth:
                raise self._full()
            self._held += 1
            self._metrics.queue_bodies.set(self._held)
        try:
            yield
        finally:
            with self._changed:
                self._held -= 1
                self._metrics.queue_bodies.set(self._held)

    def submit(self, pushed: Pushed, options: dict[str, str]) -> Future[Answer]:
        """Queue a body; the future is done once it is committed, or fails with a `SentioError`."""
        waiting = Waiting(pushed=pushed, options=options)
        with self._changed:
            if self._is_closed:
                raise _stopping()
            self._queue.append(waiting)
            self._changed.notify()
        return waiting.answer

    def _work(self) -> None:
        FORMATS.names()  # found now, so that the first sender need not wait for it
        while group := self._next_group():
            self._serve(group)

    def _next_group(self) -> list[Waiting]:
        """Take the oldest body, and all that may be read in one run with it."""
        with self._changed:
            while not self._queue and not self._is_closed:
                self._changed.wait()
            group: list[Waiting] = []
            later: deque[Waiting] = deque()
            for each in self._queue:
                fits = all(each.goes_with(other) for other in group)
                (group if fits else later).append(each)
            self._queue = later
            return group

    def _serve(self, group: list[Waiting]) -> None:
        """Answer a group; whatever goes wrong is told to the senders, never to the thread."""
        wanted = [each for each in group if each.answer.set_running_or_notify_cancel()]
        try:
            new = [each for each in wanted if not self._is_answered(each)]
            self._commit(new)
            self._forget_old()
        except Exception as error:  # noqa: BLE001  (the senders are told, and the thread lives on)
            _note(error, len(group))
            _fail(wanted, error)

    def _commit(self, group: list[Waiting]) -> None:
        if not group:
            return
        inputs = [each.pushed.as_input() for each in group]
        first, began_ns = group[0], self._clock.now_ns()
        try:
            self._record_path.run(inputs, source=first.pushed.source, options=first.options)
        except Exception as error:  # noqa: BLE001  (the senders are told, and the thread lives on)
            if isinstance(error, StoreError) or len(group) == 1:
                _note(error, len(group))
                _fail(group, error)
                return
            for each in group:  # one body may have spoilt it for the others
                self._commit([each])
            return
        self._commit_s = max(0.0, (self._clock.now_ns() - began_ns) / 1e9)
        self._metrics.commit_seconds.observe(self._commit_s)
        for each in group:
            self._answer(each, is_repeat=False)
        self.on_commit()

    def _is_answered(self, waiting: Waiting) -> bool:
        """Answer a body that was committed before, or whose key was used for another one."""
        pushed = waiting.pushed
        rows = self._record_path.warehouse.con.execute(
            "SELECT input FROM position WHERE source = ? AND starts_with(input, ?) AND is_done",
            [pushed.source, pushed.prefix],
        ).fetchall()
        known = {str(row[0]) for row in rows}
        if not known:
            return False
        if pushed.name in known:
            self._answer(waiting, is_repeat=True)
        else:
            waiting.answer.set_exception(_key_reused(pushed))
        return True

    def _answer(self, waiting: Waiting, *, is_repeat: bool) -> None:
        pushed, warehouse = waiting.pushed, self._record_path.warehouse
        position = warehouse.position(pushed.source, pushed.name)
        if position is None:
            waiting.answer.set_exception(StoreError("the body left no trace in the store"))
            return
        receipt = receipt_of(warehouse.con, position)
        if not is_repeat:
            self._metrics.count(receipt, pushed.body.size_bytes)
        waiting.answer.set_result(Answer(receipt=receipt, is_repeat=is_repeat))

    def _forget_old(self) -> None:
        """Forget the keys of old bodies, now and then: there may be very many."""
        now_ns = self._clock.now_ns()
        if now_ns - self._forgot_ns < HOUR_NS:
            return
        self._forgot_ns = now_ns
        self._record_path.warehouse.con.execute(
            "DELETE FROM position WHERE starts_with(input, 'push:') AND at_ns < ?",
            [now_ns - self._remember_ns],
        )

    def _full(self) -> OverloadError:
        error = OverloadError(
            f"{self._depth} bodies wait for their commit",
            next_step="Send again after the time in Retry-After.",
        )
        error.retry_after_s = max(1.0, self._commit_s)
        return error


def _fail(group: list[Waiting], error: Exception) -> None:
    for each in group:
        if not each.answer.done():
            each.answer.set_exception(error)


def _note(error: Exception, bodies: int) -> None:
    if isinstance(error, SentioError):
        log.warning("refused", kind=error.kind, bodies=bodies)
    else:
        log.error("unforeseen", bodies=bodies, exc_info=error)


def _stopping() -> RequestError:
    return RequestError(
        503, "the server is stopping", next_step="Send again once it has started anew."
    )


def _key_reused(pushed: Pushed) -> RequestError:
    return RequestError(
        422,
        "the Idempotency-Key was used for another body",
        where="Idempotency-Key",
        expected="a new key for each body",
        next_step=f"Nothing was read; send it to source {pushed.source!r} again with a new key.",
    )
