"""A fault within a degradation that goes on: its uses are held against how the others there fare.

What an open degradation explains alarms nobody. So that it hides no second fault, its uses are
judged by their fall below the mean of their service within it, in spreads of that; where too few
uses tell the mean, they are left out. A part that has suffered more from the start is hit hardest
by the same fault, and is left out as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from sentio.analysis.scopes import Found
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.loop.looking import Following, Looked, holds
from sentio.model.degradation import Scope

KEEPS = 0.7  # of a level, from one period to the next
ENOUGH_USES, SETTLED_PERIODS = 300.0, 3  # for a level to be known
UNEVEN = 0.3  # spreads that parts of it may suffer more than others
STANDS_OUT = 0.5  # spreads beyond that, for a fault of its own,
SURER = 2.0  # and times the evidence asked for elsewhere
LATER_PERIODS = 3  # it must begin after what it lies within

Service: TypeAlias = tuple[IntArray, list[str]]
Part: TypeAlias = tuple[Following, BoolArray]
"""A degradation, and which of some uses lie in it, shape (uses,)."""


def learn_level(one: Following, rows: Looked, others: BoolArray) -> None:
    """Take in how uses of a degradation fare, but for those that ``others`` explain."""
    codes, names = rows.attributes["service"]
    for code, name in enumerate(names):
        fall = rows.fall[(codes == code) & ~others]
        held = np.array(one.levels.get(name, (0.0, 0.0, 0.0)))
        fresh = np.array([len(fall), fall.sum(), (fall**2).sum()])
        one.levels[name] = (KEEPS * held + fresh).tolist()


def levelled(fall: FloatArray, service: Service, parts: Iterable[Part]) -> FloatArray:
    """Give falls as they are judged: within a degradation against its level, NaN if unknown.

    Of several that hold a use the last counts.
    """
    judged, codes = fall.copy(), service[0]
    for one, inside in parts:
        mean, spread = _levels(one, service[1])
        judged[inside] = (fall - mean[codes])[inside] / spread[codes[inside]] - UNEVEN
    return judged


def within(rows: Looked, one: Following) -> Looked:
    """Give uses that lie mostly in a degradation as they are judged, if its level is known."""
    inside = holds(rows.attributes, one.told.scope, len(rows.mos))
    codes, names = rows.attributes["service"]
    mean, wider = (each[codes] for each in _levels(one, names))
    judged = replace(
        rows,
        usual=np.where(inside, rows.usual - mean * rows.spread, rows.usual),
        spread=np.where(inside, wider * rows.spread, rows.spread),
        fall=levelled(rows.fall, (codes, names), [(one, inside)]),
        known=inside,
        within=one.told.id,
    )
    return judged.where(np.isfinite(judged.fall) & ~explained_by(judged, one.parts))


def stands_out(found: Found, believed_from: float) -> bool:
    """Tell whether what was found within a degradation is more than an uneven part of it."""
    return found.lost > STANDS_OUT * found.uses and found.nats > SURER * believed_from


def explained_by(rows: Looked, scopes: Iterable[Scope]) -> BoolArray:
    """Tell which uses lie in one of several scopes, shape (uses,)."""
    found = np.zeros(len(rows.mos), dtype=np.bool_)
    for scope in scopes:
        found |= holds(rows.attributes, scope, len(found))
    return found


def is_settled(one: Following) -> bool:
    """Tell whether the level of any service within a degradation is known."""
    enough = (n >= ENOUGH_USES for n, _, _ in one.levels.values())
    return one.periods >= SETTLED_PERIODS and any(enough)


def _levels(one: Following, services: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """Give mean and spread of the falls of each service in a degradation, NaN if unknown."""
    mean, spread = np.full(len(services), np.nan), np.ones(len(services))
    for code, name in enumerate(services):
        n, total, squares = one.levels.get(name, (0.0, 0.0, 0.0))
        if n >= ENOUGH_USES and one.periods >= SETTLED_PERIODS:
            mean[code] = total / n
            spread[code] = max(np.sqrt(max(squares / n - mean[code] ** 2, 0.0)), 1.0)
    return mean, spread
