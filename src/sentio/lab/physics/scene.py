"""One period of the operator worked out: with all effects, or without those of one fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import BoolArray, IntArray
from sentio.lab.faults.effect import REDIRECT, ROLLOUT, STRAINS, Effect
from sentio.lab.operator.estate import Estate
from sentio.lab.physics.access import leave_hosts, leave_usual_way, way_of_edges
from sentio.lab.physics.conditions import Conditions, conditions_of
from sentio.lab.physics.loads import Capacity, Demand, Loads, loads_of
from sentio.lab.physics.path import Path, Releases, path_of
from sentio.lab.uses.drawing import Draw
from sentio.lab.uses.outcome import Indicators, is_worse, outcome

LEAST_LOAD = 0.01  # a change of load that a customer might feel
Effects = Sequence[tuple[Effect, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a period starts from: who asks for what, and what the network can carry."""

    estate: Estate
    capacity: Capacity
    demand: Demand
    draw: Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of a scene: loads, paths, conditions and indicators."""

    loads: Loads
    path: Path
    met: Conditions
    spans: Mapping[str, slice]
    indicators: Mapping[str, Indicators]


def play(scene: Scene, effects: Effects) -> Played:
    """Work a period out under some effects."""
    loads = loads_of(scene.estate, scene.capacity, scene.demand, effects)
    return _play_rows(scene, effects, scene.draw, loads)


def touched_rows(
    scene: Scene, played: Played, effects: Effects, others: Effects, *, lasting: Effects = ()
) -> tuple[IntArray, BoolArray]:
    """Tell which uses some effects made materially worse: with the others there, or on their own.

    A call that two faults would each have cut is touched by both. Only uses that the effects can
    reach are worked out again, so it costs what they are.

    Parameters
    ----------
    others, lasting
        What was there besides: other faults, and what holds with or without any fault.

    Returns
    -------
    reached, is_touched
        Numbers of the uses that may have felt it, in order; and which of them did.
    """
    calm = loads_of(scene.estate, scene.capacity, scene.demand, (*others, *lasting))
    reached = np.flatnonzero(_reach(scene, played, effects, calm))
    if len(reached) == 0:
        return reached, np.zeros(0, dtype=np.bool_)
    draw = scene.draw.take(reached)
    before = _play_rows(scene, (*others, *lasting), draw, calm)
    now: dict[str, Indicators] = {}
    for name, rows in before.spans.items():
        here = reached[rows] - played.spans[name].start
        now[name] = {key: column[here] for key, column in played.indicators[name].items()}
    is_touched = _is_worse(now, before, len(reached))
    if others and not is_touched.all():
        spared = np.flatnonzero(~is_touched)
        is_touched[spared] = _worse_alone(scene, effects, lasting, draw.take(spared))
    return reached, is_touched


def _worse_alone(scene: Scene, effects: Effects, lasting: Effects, draw: Draw) -> BoolArray:
    """Tell which uses some effects would have made worse if nothing else had been wrong."""
    with_them, without = (
        _play_rows(scene, each, draw, loads_of(scene.estate, scene.capacity, scene.demand, each))
        for each in ((*effects, *lasting), tuple(lasting))
    )
    return _is_worse(with_them.indicators, without, len(draw))


def _is_worse(now: Mapping[str, Indicators], before: Played, uses: int) -> BoolArray:
    found = np.zeros(uses, dtype=np.bool_)
    for name, rows in before.spans.items():
        found[rows] = is_worse(name, now[name], before.indicators[name])
    return found


def releases_of(estate: Estate, effects: Effects) -> Releases:
    """Tell how far releases and firmware are rolled out."""
    app = estate.catalogue.app_rolled_out.copy()
    model = estate.catalogue.firmware_rolled_out.copy()
    for effect, now in effects:
        if effect.quantity == ROLLOUT:
            for dimension, shares in (("app", app), ("device_model", model)):
                codes = list(effect.scope.get(dimension, ()))
                shares[codes, -1] = np.maximum(shares[codes, -1], effect.amount * now)
                shares[codes, 1:-1] = np.maximum(shares[codes, 1:-1], shares[codes, -1:])
    return Releases(app=app, model=model)


def _play_rows(scene: Scene, effects: Effects, draw: Draw, loads: Loads) -> Played:
    releases, redirects = releases_of(scene.estate, effects), _redirects(effects)
    path = path_of(scene.estate, draw, loads, releases, redirects)
    if loads.ways is not None:
        leave_usual_way(path, loads.ways.carriage)
    leave_hosts(path, way_of_edges(effects))
    met = conditions_of(scene.estate, draw, path, loads, effects)
    spans = draw.spans()
    return Played(loads=loads, path=path, met=met, spans=spans, indicators=outcome(met, spans))


def _redirects(effects: Effects) -> list[tuple[str, int, int]]:
    return [
        (kind, code, round(effect.amount))
        for effect, _ in effects
        if effect.quantity == REDIRECT
        for kind, (code, *_) in effect.scope.items()
    ]


def _reach(scene: Scene, played: Played, effects: Effects, calm: Loads) -> BoolArray:
    found = np.zeros(len(scene.draw), dtype=np.bool_)
    for effect, _ in effects:
        if effect.quantity not in STRAINS:
            found |= effect.rows(played.path)
    for kind, load in played.loads.by_kind.items():
        differs = np.abs(load - calm.by_kind[kind]) > LEAST_LOAD
        if differs.any():
            found |= differs[played.path[kind]]
    return found | calm.is_asleep[scene.draw.cell] | played.loads.is_asleep[scene.draw.cell]
