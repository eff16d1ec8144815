"""How much likelier a course of losses is under each cause than under none at all.

A cause is one element that loses more than usual for a while; what depends on it loses the same
again. So a cause must lose (1) about what the target loses, (2) in the same ticks, and (3) by
itself, not through a dependency of its own. The excess of an element is either its noise, or a
change of its own that does not matter here (rare), or what the target suffers from.

A healthy swing of a dependency is handed on as the past has shown: not at all where its callers
do not wait for it. A change beyond such swings is taken to be handed on in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sentio.analysis.dependency_graph import Floats, passed_on
from sentio.analysis.loss_course import HealthyLoss, LossCourse, upper_spread
from sentio.analysis.loss_excess import SpanExcess, span_excesses

TAIL = 4.0  # degrees of freedom of the noise: heavy tails, yet a finite variance
HANDED_ON_SPREAD = 0.25  # a second lost below is a second lost above, give or take a quarter
SIZES = (0.8, 1.0, 1.4, 2.0)  # loss of a cause, in what the target lost; more: callers swallow some
UNRELATED = 0.05  # chance that an element has a change of its own: one in twenty
UNRELATED_SCALES = 5.0  # natural log of the range of its size
LEAST_PASSED_ON = 0.02  # part of a loss that is worth following
NEW_USE = 0.1  # prior of an element that hardly was used before: rather its caller has changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """A target and the elements that can hurt it, itself among them."""

    target: int
    causes: npt.NDArray[np.intp]
    share: Floats  # (suspects,), of a loss of each that reaches the target
    part: Floats  # (elements above, below), see `carried`
    own_spread: Floats  # (suspects,), of a tick, without what the dependencies hand on
    calm: Floats  # (suspects, elements), what others hand on to the target in healthy times
    target_spread: Floats  # (suspects,), of a tick of the target without that


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a span tells of every suspect; shape (windows, suspects)."""

    excess: SpanExcess
    log_odds: Floats  # to `nothing happened`
    own: Floats  # loss per tick beyond expectation, of itself
    own_spread: Floats
    lost: Floats  # of the target, without the healthy swings of others


def suspects(healthy: HealthyLoss, part: Floats, target: int) -> Suspects:
    """List what the target depends on, near or far."""
    reach = passed_on(part)
    causes = np.flatnonzero(reach[target] > LEAST_PASSED_ON)
    calm = healthy.coupling[target] * (reach[:, causes].T <= LEAST_PASSED_ON)
    without = healthy.excess[:, [target]] - healthy.swing(healthy.excess) @ calm.T
    own = _own(healthy, part, healthy.excess, healthy.excess)[:, causes]
    return Suspects(
        target=target,
        causes=causes,
        share=reach[target, causes],
        part=part,
        own_spread=np.maximum(upper_spread(own), healthy.least_spread[causes]),
        calm=calm,
        target_spread=np.maximum(upper_spread(without), healthy.least_spread[target]),
    )


def evidence(healthy: HealthyLoss, who: Suspects, windows: LossCourse) -> Iterator[Evidence]:
    """Weigh all suspects in every span of windows, arrays of shape (windows, ticks, elements)."""
    target = np.full(len(who.causes), who.target)
    for excess in span_excesses(healthy, windows):
        lost = excess.loss[:, target] - healthy.swing(excess.loss) @ who.calm.T
        own = _own(healthy, who.part, excess.loss, excess.loss * excess.usual)[:, who.causes]
        own_spread = excess.spread(who.own_spread, who.causes)
        is_hurt = _is_hurt(lost, excess.spread(who.target_spread, target))
        is_cause = _is_cause(own, own_spread, np.maximum(lost, 0.0) / who.share)
        is_old = np.log(np.maximum(excess.usual[:, who.causes], NEW_USE))
        yield Evidence(
            excess=excess,
            log_odds=np.where(lost > 0.0, is_hurt + is_cause + is_old, -np.inf),
            own=own,
            own_spread=own_spread,
            lost=lost,
        )


def _own(healthy: HealthyLoss, part: Floats, loss: Floats, handed: Floats) -> Floats:
    """Leave of a loss what an element's dependencies do not hand on to it."""
    swing = healthy.swing(handed)
    return loss - swing @ healthy.coupling.T - (handed - swing) @ part.T


def _is_hurt(lost: Floats, spread: Floats) -> Floats:
    width = np.hypot(spread, HANDED_ON_SPREAD * lost)
    return _log_tail(np.zeros_like(lost), width) - _log_noise(lost, spread)


def _is_cause(own: Floats, spread: Floats, lost: Floats) -> Floats:
    of_size = [
        _log_tail(own - size * lost, np.hypot(spread, HANDED_ON_SPREAD * size * lost))
        for size in SIZES
    ]
    return np.logaddexp.reduce(of_size, axis=0) - np.log(len(SIZES)) - _log_noise(own, spread)


def _log_noise(seen: Floats, spread: Floats) -> Floats:
    unrelated = UNRELATED / UNRELATED_SCALES / 2 / np.maximum(np.abs(seen), spread)
    return np.logaddexp(np.log1p(-UNRELATED) + _log_tail(seen, spread), np.log(unrelated))


def _log_tail(seen: Floats, width: Floats) -> Floats:
    """Log density of Student's t at four degrees of freedom; its peak is 3/8."""
    return np.log(0.375 / width) - (TAIL + 1.0) / 2.0 * np.log1p((seen / width) ** 2 / TAIL)
