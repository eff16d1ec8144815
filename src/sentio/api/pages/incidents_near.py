"""Incidents that touch a window, with their degradations; what the overview tells of them."""

from __future__ import annotations

from sentio.api.pages.window import Window
from sentio.loop.attributed import Incident
from sentio.model.degradation import Degradation
from sentio.model.problem import ServiceProblem
from sentio.store.state import StateStore
from sentio.store.state.problems import Problems
from sentio.store.state.told import Told, Wanted

MOST = 500  # read at once; far more than stand at a time


def near(
    state: StateStore, window: Window
) -> tuple[list[tuple[ServiceProblem, Incident]], list[Degradation]]:
    """Give the incidents whose degradations reach into a window, the most important first.

    The second are the degradations themselves.
    """
    since_ns, until_ns = window.since_ns, window.until_ns
    wanted = Wanted(since_ns=since_ns, until_ns=until_ns, service=window.service)
    reaching = {each.id: each for each in Told(state).degradations(wanted, limit=MOST)}
    problems = Problems(state)
    known = {
        each.id: each
        for found in (
            problems.list(is_open=True, limit=MOST),
            problems.list(since_ns=window.since_ns, limit=MOST),
        )
        for each in found
        if each.status != "cancelled"
    }
    incidents: list[tuple[ServiceProblem, Incident]] = []
    for each in sorted(known.values(), key=lambda one: (-one.importance, one.id)):
        mine = [reaching[name] for name in each.degradations if name in reaching]
        if mine:
            incidents.append((each, Incident(id=each.id, degradations=mine)))
    return incidents, list(reaching.values())
