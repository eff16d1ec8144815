"""All live sources of a server, and what is done as intents come and go."""

from __future__ import annotations

from collections.abc import Mapping

from sentio.api.tmf.engine import Task
from sentio.api.tmf.live.alarms import LiveAlarms
from sentio.api.tmf.live.intents import LiveIntents, LiveReports, TakenIntents
from sentio.api.tmf.live.measurements import LiveIndicators, LiveJobs
from sentio.api.tmf.live.notes import Notes
from sentio.api.tmf.live.objectives import LiveObjectives, LiveSpecifications
from sentio.api.tmf.live.problems import LiveProblems
from sentio.api.tmf.live.source import Sources
from sentio.loop.domains.desk import IntentDesk, OfferedIntents
from sentio.loop.platform import Platform
from sentio.store.state.domains import DomainBook
from sentio.store.state.open_api import OpenApiStore
from sentio.store.state.open_api_search import Kind
from sentio.store.state.problems import Problems
from sentio.store.state.told import Told


def live_sources(platform: Platform, store: OpenApiStore) -> Sources:
    """Make them over the state of a platform."""
    state, clock = platform.state, platform.clock
    told, book, problems = Told(state), DomainBook(state), Problems(state)
    offered = OfferedIntents(IntentDesk(state, clock), book)
    return Sources(
        (
            LiveAlarms(told, Notes(store, LiveAlarms.kind, clock)),
            LiveProblems(problems, "v4", clock),
            LiveProblems(problems, "v5", clock),
            LiveObjectives(book, clock),
            LiveSpecifications(book, clock),
            LiveJobs(told),
            LiveIndicators(),
            LiveIntents(offered),
            LiveReports(offered),
        )
    )


def intent_tasks(platform: Platform) -> tuple[Mapping[Kind, Task], Mapping[Kind, Task]]:
    """Give what is done as an intent is created, and as it is removed."""
    taken = TakenIntents(IntentDesk(platform.state, platform.clock))
    return {LiveIntents.kind: taken.take}, {LiveIntents.kind: taken.drop}
