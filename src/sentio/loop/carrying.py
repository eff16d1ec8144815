"""Carries tasks out beside the loop: one thread looks what is due, each peer has a lane of its own.

A peer that is slow or dead holds up nobody but those who wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from sentio.kernel.errors import SentioError
from sentio.kernel.log import logger
from sentio.store.state.tasks import Task

log = logger("execution")

LANES = 8
LOOK_S = 1.0  # between looks into the journal, where nobody wakes us
SHORTEST_LOOK_S = 0.05
WAIT_AFTER_ERROR_S = 5.0


class Carries(Protocol):
    """Who moves tasks on (`sentio.execution.runner.Runner`)."""

    def due(self) -> Mapping[str, Sequence[Task]]:
        """List what is to be moved on now, by peer."""
        ...

    def run(self, peer_name: str, tasks: Sequence[Task]) -> None:
        """Move tasks of one peer on as far as they go now."""
        ...

    def wait_s(self, most_s: float) -> float:
        """Tell for how long nothing is due."""
        ...


class Carrying:
    """Runs until it is closed; what goes wrong is logged, and tried again later."""

    def __init__(self, runner: Carries, *, look_s: float = LOOK_S) -> None:
        self._runner = runner
        self._look_s = look_s
        self._stop, self._wake = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._pool = ThreadPoolExecutor(LANES, thread_name_prefix="execution")
        self._thread = threading.Thread(target=self._work, name="execution", daemon=True)

    def start(self) -> None:
        """Start to look; what an earlier process left is gone on with at once."""
        self._thread.start()

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    def close(self) -> None:
        """Take no new step; wait for those under way, which end within a peer's time limit."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
                wait_s = max(self._runner.wait_s(self._look_s), SHORTEST_LOOK_S)
            except SentioError as error:
                log.warning("stuck", **error.as_dict())
                wait_s = WAIT_AFTER_ERROR_S
            except Exception:  # the hands must not fall asleep
                log.exception("unforeseen")
                wait_s = WAIT_AFTER_ERROR_S
            self._wake.wait(wait_s)
            self._wake.clear()

    def _look(self) -> None:
        for peer, tasks in self._runner.due().items():
            with self._lock:
                if peer in self._busy or self._stop.is_set():
                    continue
                self._busy.add(peer)
            self._pool.submit(self._lane, peer, tasks)

    def _lane(self, peer: str, tasks: Sequence[Task]) -> None:
        try:
            for task in tasks:
                if self._stop.is_set():
                    return
                self._runner.run(peer, [task])
        except SentioError as error:
            log.warning("stuck", peer=peer, **error.as_dict())
            self._stop.wait(self._look_s)
        except Exception:  # the other tasks live on
            log.exception("unforeseen", peer=peer)
            self._stop.wait(self._look_s)
        finally:
            with self._lock:
                self._busy.discard(peer)
            self._wake.set()
