"""How much likelier a course of losses is under each cause than under none at all.

A cause is one element that loses more than usual for a while; what depends on it loses the same
again. So a cause must lose (1) about what the target loses, (2) at the same time, and (3) by
itself, not through a dependency of its own. The excess of an element is either its noise, or a
change of its own that is nobody's business here (rare), or what the target suffers from.

Beginning and end of the decline are not known: every span of the window is tried, and the ticks
outside it tell what the element was like just before and after. So a healthy past of months ago
will do: what drifted since then is in all ticks, a decline is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sentio.analysis.dependency_graph import Floats, passed_on
from sentio.analysis.loss_course import SWINGS, HealthyLoss, LossCourse, excess_loss, upper_spread

TAIL = 4.0  # degrees of freedom of the noise: heavy tails, yet a finite variance
HANDED_ON_SPREAD = 0.25  # a second lost below is a second lost above, give or take a quarter
SIZES = (0.8, 1.0, 1.4, 2.0)  # loss of a cause, in what the target lost; more: callers swallow some
UNRELATED = 0.05  # chance that an element has a change of its own: one in twenty
UNRELATED_SCALES = 5.0  # natural log of the range of its size
LEAST_PASSED_ON = 0.02  # part of a loss that is worth following
NEW_USE = 0.1  # prior of an element that hardly was used before: then its caller has changed
OFFSET_SPREAD = 0.5  # of the level between days, in spreads of a tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """A target and the elements that can hurt it, itself among them."""

    target: int
    causes: npt.NDArray[np.intp]
    share: Floats  # of a loss of each that reaches the target
    part: Floats  # see `carried`
    own_spread: Floats  # of each element, without what its dependencies hand on
    calm: Floats  # shape (suspects, elements), what others hand on to the target in healthy times
    target_spread: Floats  # of each suspect: of the target without that


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """Loss per tick beyond expectation within a span; shape (windows, elements)."""

    span: tuple[int, int]
    loss: Floats
    own: Floats  # what the losses of its dependencies leave
    own_spread: Floats
    target: Floats  # shape (windows, suspects), loss of the target without the swings of others
    target_spread: Floats


def suspects(healthy: HealthyLoss, part: Floats, target: int) -> Suspects:
    """List what the target depends on, near or far."""
    reach = passed_on(part)
    causes = np.flatnonzero(reach[target] > LEAST_PASSED_ON)
    calm = healthy.coupling[target] * (reach[:, causes].T <= LEAST_PASSED_ON)
    excess = healthy.excess
    swing = np.clip(excess, -SWINGS * healthy.spread, SWINGS * healthy.spread)
    left = excess[:, [target]] - swing @ calm.T
    own = _own(excess, healthy, part)
    return Suspects(
        target=target,
        causes=causes,
        share=reach[target, causes],
        part=part,
        own_spread=np.maximum(upper_spread(own), healthy.least_spread),
        calm=calm,
        target_spread=np.maximum(upper_spread(left), healthy.least_spread[target]),
    )


def _own(excess, healthy, part):
    swing = np.clip(excess, -SWINGS * healthy.spread, SWINGS * healthy.spread)
    return excess - swing @ healthy.coupling.T - (excess - swing) @ part.T


def spans(ticks: int) -> Iterator[tuple[int, int]]:
    """All spans of a window; long windows in at most a dozen steps."""
    edges = np.unique(np.linspace(0, ticks, min(ticks, 12) + 1).astype(int)).tolist()
    return ((a, b) for i, a in enumerate(edges) for b in edges[i + 1 :])


def excesses(healthy: HealthyLoss, windows: LossCourse, who: Suspects) -> Iterator[Excess]:
    """Yield the excess of every span; arrays of the windows have shape (windows, ticks, elements).

    What an element is like outside the span comes from the ticks outside, and from the healthy
    level as far as the elements of this window keep to theirs.
    """
    ticks = windows.uses.shape[1]
    uses = np.nan_to_num(windows.uses)
    over = excess_loss(windows, healthy.level)
    drift = _drift(healthy, windows) * healthy.level * uses.mean(axis=1)
    drift = np.where(healthy.is_known, drift, 1e9)
    for begin, end in spans(ticks):
        inside, outside = end - begin, ticks - (end - begin)
        within, used = over[:, begin:end].sum(axis=1), uses[:, begin:end].sum(axis=1)
        around, used_around = over.sum(axis=1) - within, uses.sum(axis=1) - used
        trust = outside / (outside + healthy.spread**2 / _offset(drift, healthy.spread))
        offset = trust * around / np.maximum(used_around, 1e-9)
        grown = 1.0 + np.maximum(offset, 0.0) / np.maximum(healthy.level, 1e-9)
        grown = np.where(healthy.level > 0, grown, 1.0)
        loss = (within - offset * used) / inside
        swing = np.clip(loss, -SWINGS * healthy.spread, SWINGS * healthy.spread)
        target_drift = drift[:, [who.target]]
        yield Excess(
            span=(begin, end),
            loss=loss,
            own=_own(loss, healthy, who.part),
            own_spread=grown * _spread(who.own_spread, drift, inside, outside),
            target=loss[:, [who.target]] - swing @ who.calm.T,
            target_spread=grown[:, [who.target]]
            * _spread(who.target_spread, target_drift, inside, outside),
        )


def log_evidence(who: Suspects, excess: Excess) -> Floats:
    """Log likelihood ratio to `nothing happened` in one span; shape (windows, suspects)."""
    target, spread = excess.target, excess.target_spread
    own, own_spread = excess.own[:, who.causes], excess.own_spread[:, who.causes]
    lost = np.maximum(target, 0.0) / who.share
    is_hurt = _log_tail(0.0 * target, np.hypot(spread, HANDED_ON_SPREAD * target))
    is_hurt = is_hurt - _log_noise(target, spread)
    of_size = [
        _log_tail(own - size * lost, np.hypot(own_spread, HANDED_ON_SPREAD * size * lost))
        for size in SIZES
    ]
    told = np.logaddexp.reduce(of_size, axis=0) - np.log(len(SIZES)) - _log_noise(own, own_spread)
    return np.where(target > 0.0, told + is_hurt, -np.inf)


def _log_noise(seen: Floats, spread: Floats) -> Floats:
    return np.logaddexp(
        np.log1p(-UNRELATED) + _log_tail(seen, spread),
        np.log(UNRELATED / 2 / UNRELATED_SCALES) - np.log(np.maximum(np.abs(seen), spread)),
    )


def _log_tail(seen: Floats, width: Floats) -> Floats:
    """Log density of Student's t at four degrees of freedom."""
    return np.log(0.375 / width) - (TAIL + 1) / 2 * np.log1p((seen / width) ** 2 / TAIL)


def _offset(drift: Floats, spread: Floats) -> Floats:
    return drift**2 + (OFFSET_SPREAD * spread) ** 2


def _spread(spread: Floats, drift: Floats, inside: int, outside: int) -> Floats:
    level = 1.0 / (1.0 / _offset(drift, spread) + outside / spread**2)
    return np.sqrt(spread**2 / inside + level)


def _drift(healthy: HealthyLoss, windows: LossCourse) -> Floats:
    """Tell how far the elements of each window are from their levels, as a ratio; (windows, 1)."""
    known = healthy.is_known & (healthy.level > 0)
    if not known.any():
        return np.zeros((len(windows.uses), 1))
    course = windows.loss_per_use[:, :, known]
    seen = np.isfinite(course).any(axis=1)
    middle = np.nanmedian(np.where(seen[:, None], course, 0.0), axis=1)
    away = np.abs(np.log(np.maximum(middle, 1e-12) / healthy.level[known]))
    away = np.where(seen, away, np.nan)
    away[~seen.any(axis=1)] = 0.0
    return 1.4826 * np.nanmedian(away, axis=1)[:, None]
