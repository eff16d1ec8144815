"""One period of the operator worked out: with all effects, or without those of one fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import BoolArray, IntArray
from sentio.lab.faults.effect import REDIRECT, ROLLOUT, STRAINS, Effect
from sentio.lab.operator.estate import Estate
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
    scene: Scene, played: Played, effects: Effects, others: Effects
) -> tuple[IntArray, BoolArray]:
    """Tell which uses some effects made materially worse, all others being as they are.

    Only uses that the effects can reach are worked out again, so it costs what they are.

    Returns
    -------
    reached, is_touched
        Numbers of the uses that may have felt it, in order; and which of them did.
    """
    calm = loads_of(scene.estate, scene.capacity, scene.demand, others)
    reached = np.flatnonzero(_reach(scene, played, effects, calm))
    if len(reached) == 0:
        return reached, np.zeros(0, dtype=np.bool_)
    before = _play_rows(scene, others, scene.draw.take(reached), calm)
    is_touched = np.zeros(len(reached), dtype=np.bool_)
    for name, rows in before.spans.items():
        full, first = played.indicators[name], played.spans[name].start
        now = {key: column[reached[rows] - first] for key, column in full.items()}
        is_touched[rows] = is_worse(name, now, before.indicators[name])
    return reached, is_touched


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
    path = path_of(scene.estate, draw, loads.is_asleep, releases, redirects)
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
