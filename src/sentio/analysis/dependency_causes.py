"""Causes of a decline on a dependency graph: which element, how sure, what speaks for and against.

Says nothing where nothing is out of the usual. Blind to a cause that shows neither in the losses
of its element nor in the graph; two causes at once are told as the likelier one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.analysis.cause_evidence import (
    NEW_USE,
    Excess,
    Suspects,
    excesses,
    log_evidence,
    suspects,
)
from sentio.analysis.dependency_graph import DependencyGraph, Floats, carried
from sentio.analysis.loss_course import HealthyLoss, LossCourse, healthy_loss

FALSE_ALARMS = 0.05  # healthy windows that may get a cause: one in twenty
LEAST_ODDS = 10.0  # "strong" on the scale of Jeffreys (1961), appendix B
MOST_WINDOWS = 120  # of the healthy past, to learn what chance can do


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One element as the cause; the probabilities of all, and of none, add up to 1."""

    element: str
    probability: float
    excess: float  # loss per tick beyond its usual one
    explains_ratio: float  # of the loss of the target, in [0, 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Causes of a decline, likeliest first; none where chance would do as well."""

    hypotheses: tuple[Hypothesis, ...]
    none_probability: float  # of no cause at all
    span: tuple[int, int]  # ticks of the decline


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthy:
    """What a target and its dependencies are like while all is well."""

    graph: DependencyGraph
    who: Suspects
    loss: HealthyLoss
    log_odds_by_chance: float  # evidence that healthy windows of this length show


def learn(graph: DependencyGraph, target: str, reference: LossCourse, *, ticks: int) -> Healthy:
    """Learn from a healthy past, for windows of so many ticks."""
    part = carried(graph, np.nan_to_num(reference.uses).mean(axis=0))
    loss = healthy_loss(reference, part)
    who = suspects(loss, part, graph.index(target))
    log_odds = np.log(LEAST_ODDS)
    windows = _windows(reference, ticks)
    by_chance = _total(_per_suspect(loss, who, windows)[0])
    log_odds = max(log_odds, float(np.quantile(by_chance, 1.0 - FALSE_ALARMS)))
    return Healthy(graph=graph, who=who, loss=loss, log_odds_by_chance=log_odds)


def explain(healthy: Healthy, window: LossCourse) -> Explanation:
    one = LossCourse(
        uses=window.uses[None], loss_per_use=window.loss_per_use[None], is_count=window.is_count
    )
    told, best = _per_suspect(healthy.loss, healthy.who, one)
    odds = float(_total(told)[0]) - healthy.log_odds_by_chance
    any_probability = 1 / (1 + np.exp(-odds))
    post = np.exp(told[0] - np.logaddexp.reduce(told[0])) if np.isfinite(told[0]).any() else np.zeros(len(told[0]))
    order = np.argsort(-post, kind="stable")
    who = healthy.who
    target_loss = max(float(best.loss[0, who.target]), 1e-12)
    hyps = tuple(
        Hypothesis(
            element=healthy.graph.elements[who.causes[i]],
            probability=float(any_probability * post[i]),
            excess=float(best.loss[0, who.causes[i]]),
            explains_ratio=float(np.clip(best.loss[0, who.causes[i]] / target_loss, 0, 1)),
        )
        for i in order
    )
    return Explanation(hypotheses=hyps if odds > 0 else (), none_probability=1 - any_probability, span=best.span)


def _per_suspect(loss: HealthyLoss, who: Suspects, windows: LossCourse) -> tuple[Floats, Excess]:
    told = []
    ex = []
    uses = np.nan_to_num(windows.uses)
    for each in excesses(loss, windows, who):
        now = uses[:, each.span[0]:each.span[1], who.causes].mean(axis=1)
        usual = loss.most_uses[who.causes] / np.maximum(now, 1e-9)
        is_new = np.log(np.clip(usual, NEW_USE, 1.0))
        told.append(log_evidence(who, each) + is_new)
        ex.append(each)
    stacked = np.array(told)
    best = ex[int(np.argmax(np.logaddexp.reduce(stacked[:, 0], axis=1)))]
    return np.logaddexp.reduce(stacked, axis=0) - np.log(len(told)), best


def _total(told: Floats) -> Floats:
    return np.logaddexp.reduce(told, axis=1) - np.log(told.shape[1])


def _windows(reference: LossCourse, ticks: int) -> LossCourse:
    last = len(reference.uses) - ticks
    at = np.unique(np.linspace(0, last, min(MOST_WINDOWS, last + 1)).astype(int))
    rows = at[:, None] + np.arange(ticks)
    return LossCourse(uses=reference.uses[rows], loss_per_use=reference.loss_per_use[rows], is_count=reference.is_count)
