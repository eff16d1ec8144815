"""Puts the acting half together over a store: policy, catalogue, and what must be known besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sentio.decision.catalogue import ACTIONS
from sentio.decision.choosing import Chooser
from sentio.decision.policy import policy, with_autonomy
from sentio.decision.tallied import Tallied
from sentio.kernel.config import Settings
from sentio.loop.acting import Acting, World
from sentio.loop.care.works import Works
from sentio.store.ask import Answers
from sentio.store.warehouse import Warehouse

HOUR_NS = 3_600_000_000_000


def acting_of(
    warehouse: Warehouse,
    settings: Settings,
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    locks: Callable[[], Mapping[str, str]] = dict,
) -> Acting:
    """Make what chooses and proves, by the settings; ``locks`` are what other loops hold.

    Raises
    ------
    UnknownName
        There is no such policy.
    DefinitionError
        A policy or an action is written wrongly.
    """
    given = with_autonomy(policy(settings.decision_policy), settings.decision_autonomy)
    world = world_of(warehouse, is_stopped=is_stopped, locks=locks)
    return Acting(
        Chooser(policy=given, effects=Tallied(), catalogue=tuple(ACTIONS)),
        world,
        kinds={each.name: each for each in ACTIONS},
        period_ns=settings.awareness_period_s * 1_000_000_000,
    )


def world_of(
    warehouse: Warehouse,
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    locks: Callable[[], Mapping[str, str]] = dict,
) -> World:
    """Tell what must be known besides, from a store."""
    return World(
        all_subjects=partial(all_subjects, Answers(warehouse)),
        works=partial(works_at, warehouse),
        is_stopped=is_stopped,
        locks=locks,
    )


def all_subjects(answers: Answers, now_ns: int) -> int:
    """Estimate how many subjects had a use in the day before, by the sketches of the cube."""
    end_ns = now_ns - now_ns % HOUR_NS
    services = answers.services()
    if not services:
        return 1
    found = answers.ask(
        "subjects_together",
        services=services,
        since_ns=end_ns - 24 * HOUR_NS,
        until_ns=end_ns + HOUR_NS,
    )
    known = found.column("subjects").to_pylist()
    return max(int(known[0] or 0), 1) if known else 1


def works_at(warehouse: Warehouse, now_ns: int) -> frozenset[str]:
    """Name the elements on which a planned work goes on; one that is only announced does not."""
    going_on = Works(warehouse).list(ends_after_ns=now_ns + 1, begins_before_ns=now_ns + 1)
    return frozenset(each.element for each in going_on)
