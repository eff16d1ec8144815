"""What goes wrong and when: drawn from the seed, tried first, never two in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import IntArray
from sentio.kernel.errors import UnknownName
from sentio.lab.day import DAY_NS, HOUR_NS, MINUTE_NS
from sentio.lab.faults.composite import compose, draw_size
from sentio.lab.faults.decoys import DECOYS, Setting, draw_decoy
from sentio.lab.faults.effect import within
from sentio.lab.faults.kinds import KINDS
from sentio.lab.faults.physical import ALL
from sentio.lab.faults.recipe import Codes, Recipe, cook, newest_of
from sentio.lab.faults.trial import HOURS, Trial
from sentio.lab.faults.truth import Incident
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.rhythm import PERIOD_NS, rain_mm_h
from sentio.lab.physics.loads import Capacity
from sentio.lab.physics.path import Path

FEWEST_TOUCHED = 45  # in the trial; so some 30 in fact, whatever chance does
TRIES, COMPOSITE_TRIES = 60, 400  # of a kind before it is left out
APART_NS = HOUR_NS  # between two faults in one place
RAIN_MM_H = 2.0
LARGEST_SHARE = 0.6  # of all uses that a fault may hit
LEAST_SHARE = 0.15  # of the uses in its scope that a random fault must touch
MOST_OVERLAP = 0.5  # share of a scope that is left when one dimension more is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many faults and decoys to draw over how many days, after ``calm_days`` of peace."""

    faults: int = 0
    decoys: int = 0
    days: float = 14.0
    calm_days: float = 0.0
    composite_share: float = 0.5
    kinds: tuple[str, ...] = ()  # all of `KINDS`, unless named


def plan_faults(estate: Estate, trial: Trial, plan: Plan, start_ns: int) -> tuple[Incident, ...]:
    """Draw the faults of a plan, in order of time; fewer where the operator is too small."""
    rng = np.random.default_rng([estate.seed, 6])
    first_ns = start_ns + round(plan.calm_days * DAY_NS)
    last_ns = start_ns + round(plan.days * DAY_NS)
    taken = list[Incident]()
    for number, recipe in enumerate(_recipes(rng, plan), start=1):
        size = draw_size(rng)
        for _ in range(TRIES if recipe else COMPOSITE_TRIES):
            wanted = compose(rng, size) if recipe is None else recipe
            if recipe is None and len(wanted.dimensions) < size:
                continue
            found = draw_fault(
                estate,
                trial,
                rng,
                wanted,
                window_ns=(first_ns, last_ns),
                name=f"fault-{number:03d}",
            )
            if found and not any(_collide(estate, found, each) for each in taken):
                taken.append(found)
                break
    return tuple(sorted(taken, key=lambda each: each.start_ns))


def plan_decoys(
    estate: Estate,
    capacity: Capacity,
    plan: Plan,
    start_ns: int,
    faults: Sequence[Incident] = (),
) -> tuple[Incident, ...]:
    """Draw the decoys of a plan, each kind in turn, none where a fault is on."""
    rng = np.random.default_rng([estate.seed, 10])
    setting = Setting(estate=estate, capacity=capacity, rng=rng)
    first_ns = start_ns + round(plan.calm_days * DAY_NS)
    window_ns = (first_ns, start_ns + round(plan.days * DAY_NS))
    turn, taken = list[str](), list[Incident]()
    for number in range(1, plan.decoys + 1):
        turn = turn or rng.permutation(list(DECOYS)).tolist()
        kind = turn.pop()
        for _ in range(TRIES):
            found = draw_decoy(setting, kind, name=f"decoy-{number:03d}", window_ns=window_ns)
            if not any(_collide(estate, found, each) for each in (*faults, *taken)):
                taken.append(found)
                break
    return tuple(sorted(taken, key=lambda each: each.start_ns))


def draw_fault(
    estate: Estate,
    trial: Trial,
    rng: np.random.Generator,
    recipe: Recipe,
    *,
    window_ns: tuple[int, int],
    name: str,
) -> Incident | None:
    """Draw place, time and size of a fault; None where hardly anybody would feel it."""
    codes = draw_scope(estate, trial, rng, recipe)
    if codes is None:
        return None
    minutes = float(np.exp(rng.uniform(*np.log(recipe.minutes))))
    uses = trial.uses_an_hour(codes, any_release=recipe.newest)
    if uses * minutes / 60.0 < FEWEST_TOUCHED:
        return None
    start_ns = _moment(estate, rng, recipe, window_ns, minutes)
    if start_ns is None:
        return None
    severity = float(np.round(rng.uniform(0.0, 1.0), 3))
    found = cook(
        estate,
        recipe,
        codes,
        severity=severity,
        start_ns=start_ns,
        minutes=minutes,
        name=name,
    )
    tried, subjects = trial.touched_an_hour(found.effects)
    sure = 1.0 - 1.0 / np.sqrt(1.0 + subjects)  # a few may be there by luck
    expected = sure * _interpolated(tried, found) * minutes / 60.0
    is_felt = recipe.kind != "composite" or tried[1:].mean() > LEAST_SHARE * uses
    return found if expected >= FEWEST_TOUCHED and is_felt else None


def draw_scope(
    estate: Estate,
    trial: Trial,
    rng: np.random.Generator,
    recipe: Recipe,
    *,
    given: Codes | None = None,
) -> Codes | None:
    """Choose a member of each dimension: those of a real use, so that they go together.

    ``given`` fixes some of them. None where no use has such a path.
    """
    at = int(rng.integers(1, len(trial.healthy)))
    path = trial.healthy[at].path
    fits = np.ones(len(path["cell"]), dtype=np.bool_)
    for dimension in recipe.dimensions:
        fits &= path[dimension] >= 0
    for dimension, code in (given or {}).items():
        fits &= path[dimension] == code
    if recipe.services:
        spans = trial.healthy[at].spans
        wanted = np.zeros_like(fits)
        for service in recipe.services:
            if service in spans:
                wanted[spans[service]] = True
        fits &= wanted
    for dimension, allowed in (recipe.may_hit(estate) if recipe.may_hit else {}).items():
        fits &= allowed[path[dimension]]
    rows: IntArray = np.flatnonzero(fits)
    if len(rows) == 0:
        return None
    row = int(rows[rng.integers(len(rows))])
    codes = {dimension: int(path[dimension][row]) for dimension in recipe.dimensions}
    share = within({kind: (code,) for kind, code in codes.items()}, path).mean()
    is_plain = recipe.kind != "composite" or _says_more(path, codes)
    if share > LARGEST_SHARE or not is_plain:
        return None
    return newest_of(estate, codes) if recipe.newest else codes


def _says_more(path: Path, codes: Codes) -> bool:
    """Tell whether each dimension of a scope narrows it: no truth may have two names."""
    for dimension in codes:
        rest = {name: (code,) for name, code in codes.items() if name != dimension}
        wide = within(rest, path)
        if (path[dimension][wide] == codes[dimension]).sum() > MOST_OVERLAP * wide.sum():
            return False
    return True


def closure(estate: Estate, scope: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Give a scope with all that its members hang on, up to the aggregation router."""
    found = set(scope.items())
    names, places = estate.names, estate.places
    site = -1
    if "cell" in scope:
        site = int(places.site[names["cell"].index(scope["cell"])])
    for kind in ("gnb", "link"):
        if kind in scope:
            site = names[kind].index(scope[kind])
    ring = int(estate.transport.ring_of_link[site]) if site >= 0 else -1
    if site >= 0:
        found |= {("gnb", names["gnb"][site]), ("link", names["link"][site])}
    if "ring" in scope:
        ring = names["ring"].index(scope["ring"])
    if ring >= 0:
        router = int(estate.transport.router_of_ring[ring])
        found |= {("ring", names["ring"][ring]), ("router", names["router"][router])}
    return frozenset(found)


def _recipes(rng: np.random.Generator, plan: Plan) -> Iterator[Recipe | None]:
    """Yield named kinds in turn, each as often as the others, and composites between (None)."""
    kinds = [*(plan.kinds or KINDS)]
    for kind in kinds:
        if kind not in ALL:
            raise UnknownName.among("kind of fault", kind, ALL)
    composites = round(plan.faults * plan.composite_share)
    turn: Sequence[str] = ()
    for number in range(plan.faults):
        if number < composites:
            yield None
            continue
        turn = turn or rng.permutation(kinds).tolist()
        yield ALL[turn[0]]
        turn = turn[1:]


def _moment(
    estate: Estate,
    rng: np.random.Generator,
    recipe: Recipe,
    window_ns: tuple[int, int],
    minutes: float,
) -> int | None:
    """Draw a start by day, on the minute; None where there is no time or no rain."""
    last_ns = window_ns[1] - round(minutes * MINUTE_NS)
    for _ in range(400 if recipe.wants_rain else 20):
        if last_ns <= window_ns[0]:
            return None
        start_ns = int(rng.integers(window_ns[0], last_ns)) // MINUTE_NS * MINUTE_NS
        hour = start_ns % DAY_NS / HOUR_NS
        is_wet = not recipe.wants_rain or rain_mm_h(estate, start_ns + PERIOD_NS) > RAIN_MM_H
        if 6.5 <= hour <= 21.0 and is_wet:
            return start_ns
    return None


def _interpolated(an_hour: IntArray, found: Incident) -> float:
    middle = (found.start_ns + found.end_ns) // 2 % DAY_NS / HOUR_NS
    return float(np.interp(middle, HOURS, an_hour))


def _collide(estate: Estate, one: Incident, other: Incident) -> bool:
    if one.start_ns > other.end_ns + APART_NS or other.start_ns > one.end_ns + APART_NS:
        return False
    if frozenset(one.scope.items()) & closure(estate, other.scope):
        return True
    return bool(frozenset(other.scope.items()) & closure(estate, one.scope))
