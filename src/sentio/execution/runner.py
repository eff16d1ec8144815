"""Carries tasks out at one peer after the other, step by step, and tries again what failed.

It keeps nothing but what stands in the journal (`sentio.store.state.tasks`): another process goes
on exactly where this one died. Who wants several peers served at once calls `run` on several
threads, each with other peers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sentio.execution.peer import Peer, PeerError
from sentio.execution.routes import DRY, Route, Routes
from sentio.execution.steps import SECOND_NS, SETTLE_NS, Step, order_of, step
from sentio.kernel.clock import Clock
from sentio.kernel.errors import SentioError
from sentio.store.state.tasks import Task, Tasks

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 60.0  # doubled after each failure
STOPPED_WAIT_S = 2.0  # between looks whether the switch is off again
NOTED_TRIES = (1, 5, 25, 125, 625)  # of the failures in a row these are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait after failures: twice as long each time, and never quite the same."""

    first_s: float = FIRST_WAIT_S
    longest_s: float = LONGEST_WAIT_S

    def wait_s(self, tries: int, rng: random.Random) -> float:
        """Give the wait after so many failures in a row, half of it by chance."""
        whole = min(self.first_s * 2.0 ** min(tries - 1, 20), self.longest_s)
        return whole * (0.5 + 0.5 * rng.random())


class Runner:
    """Moves tasks on.

    Parameters
    ----------
    is_stopped
        The switch: while it is on nothing is done, but what was done may be taken back.
    settle_ns
        Longer than any peer is waited for.
    """

    def __init__(
        self,
        tasks: Tasks,
        routes: Routes,
        *,
        clock: Clock,
        is_stopped: Callable[[], bool] = lambda: False,
        backoff: Backoff | None = None,
        settle_ns: int = SETTLE_NS,
        rng: random.Random | None = None,
    ) -> None:
        self.tasks = tasks
        self._routes = routes
        self._clock = clock
        self._is_stopped = is_stopped
        self._backoff = backoff or Backoff()
        self._settle_ns = settle_ns
        self._rng = rng or random.Random()  # when it is tried again is no secret

    def due(self) -> dict[str, list[Task]]:
        """List what is to be moved on now, by peer."""
        found: dict[str, list[Task]] = {}
        for task in self.tasks.due(now_ns=self._clock.now_ns()):
            found.setdefault(task.peer or self._peer(task), []).append(task)
        return found

    def run(self, peer_name: str, tasks: Sequence[Task]) -> None:
        """Move tasks of one peer on as far as they go now."""
        peer = self._routes.peer(peer_name)
        try:
            for task in tasks:
                self._run(task, peer)
        finally:
            peer.close()

    def run_due(self) -> int:
        """Move everything on that is due, one peer after the other; gives how many tasks."""
        due = self.due()
        for peer, tasks in due.items():
            self.run(peer, tasks)
        return sum(map(len, due.values()))

    def wait_s(self, most_s: float) -> float:
        """Tell for how long nothing is due."""
        next_ns = self.tasks.next_ns()
        if next_ns is None:
            return most_s
        return min(max((next_ns - self._clock.now_ns()) / SECOND_NS, 0.0), most_s)

    def _run(self, task: Task, peer: Peer) -> None:
        now: Task | None = self._settled(task)
        while now is not None and not now.is_settled and now.next_ns <= self._clock.now_ns():
            taken = self._step(now, peer)
            now = self.tasks.move(taken.task, what=taken.what, details=taken.details)

    def _settled(self, task: Task) -> Task | None:
        """Wait for what another process may have sent just before it died."""
        until_ns = task.changed_ns + self._settle_ns
        is_unsure = task.state == "sending" and not task.tries and task.wanted != "undone"
        if not is_unsure or self._clock.now_ns() >= until_ns:
            return task
        waiting = replace(task, next_ns=until_ns, said="it may still be on its way")
        return self.tasks.move(waiting, what="", details={})

    def _step(self, task: Task, peer: Peer) -> Step:
        now_ns = self._clock.now_ns()
        is_new = task.wanted != "undone" and task.state in {"ordered", "sending"}
        if is_new and self._is_stopped():
            wait_ns = round(STOPPED_WAIT_S * SECOND_NS)
            return Step(task=replace(task, next_ns=now_ns + wait_ns, said=STOPPED))
        try:
            way = self._way(task)
            given = replace(task, controller=way.controller.name, peer=way.peer)
            if way.controller.name == DRY and task.state == "ordered" and task.wanted != "undone":
                return _dry(given, way, peer, now_ns)
            return step(
                given,
                way.controller,
                peer,
                now_ns=now_ns,
                route=way.extra,
                settle_ns=self._settle_ns,
            )
        except PeerError as error:
            return self._held(task, error, now_ns)
        except SentioError as error:  # no such controller any more
            failed = replace(task, state="failed", said=str(error), changed_ns=now_ns)
            return Step(task=failed, what="action failed", details={"why": str(error)})

    def _held(self, task: Task, error: PeerError, now_ns: int) -> Step:
        tries = task.tries + 1
        wait_ns = round(self._backoff.wait_s(tries, self._rng) * SECOND_NS)
        if task.state == "sending":  # what nobody waits for any more may still come
            wait_ns = max(wait_ns, self._settle_ns)
        held = replace(task, tries=tries, next_ns=now_ns + wait_ns, said=str(error))
        what = "action held" if tries in NOTED_TRIES else ""
        return Step(task=held, what=what, details={"why": error.as_dict(), "tries": tries})

    def _way(self, task: Task) -> Route:
        return self._routes.route(task.action.kind)

    def _peer(self, task: Task) -> str:
        try:
            return self._way(task).peer
        except SentioError:
            return ""


STOPPED = "all automation is stopped"


def _dry(task: Task, way: Route, peer: Peer, now_ns: int) -> Step:
    diff = way.controller.plan(order_of(task, way.extra), peer)
    said = f"nobody is told, for want of a route: {diff.sentence}"
    dry = replace(task, state="dry", said=said, changed_ns=now_ns)
    return Step(task=dry, what="action would be done", details={"diff": diff.sentence})
