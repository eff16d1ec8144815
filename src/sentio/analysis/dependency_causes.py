"""Causes of a decline on a dependency graph: which element, how sure, what speaks for and against.

Silent where chance would do as well. Blind to a cause that shows in no loss of its element, and
to an element that is not in the graph; of two causes at once it tells the likelier first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.analysis.cause_evidence import Evidence, Suspects, evidence, suspects
from sentio.analysis.cause_words import against, in_favour
from sentio.analysis.dependency_graph import DependencyGraph, Floats, carried
from sentio.analysis.loss_course import HealthyLoss, LossCourse, healthy_loss

FALSE_ALARMS_RATIO = 0.05  # of healthy windows that may get a cause: one in twenty
LEAST_ODDS = 5.0  # a wrong cause is taken to be five times as bad as none
MOST_ODDS = 100.0  # decisive (H. Jeffreys 1961, app. B): told, as the past may hold a fault too
MOST_WINDOWS = 120  # of the healthy past, to learn what chance can do
MOST_TOLD = 5  # hypotheses


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One element as the cause, with the words for it and against it."""

    element: str
    probability: float
    evidence_for: tuple[str, ...]
    evidence_against: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Hypotheses, likeliest first; empty where no cause is likelier than one."""

    hypotheses: tuple[Hypothesis, ...]
    none_probability: float
    span: tuple[int, int]  # of the decline: first tick, and the one behind the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthy:
    """What a target and its dependencies are like while all is well."""

    graph: DependencyGraph
    loss: HealthyLoss
    who: Suspects
    log_odds_by_chance: float  # what evidence must exceed in windows of the length learnt


def explain(
    graph: DependencyGraph, target: str, *, reference: LossCourse, window: LossCourse
) -> Explanation:
    """Find the causes of a decline of a target, by a healthy past and the window of the decline.

    Both courses have a column for every element of the graph, and ticks of the same length. For
    many windows of one target, `learn` once and `explain_by` each.

    Examples
    --------
    >>> graph = DependencyGraph(elements=("app", "api"), depends_on={"app": ("api",)})
    >>> swing = np.random.default_rng(7).normal(0.0, 0.01, (100, 1))
    >>> past = LossCourse(uses=np.full((100, 2), 50.0), loss_per_use=np.array([0.3, 0.1]) + swing)
    >>> now = np.array([[0.3, 0.1], [0.3, 0.1], [0.8, 0.6], [0.8, 0.6], [0.3, 0.1]])
    >>> found = explain(
    ...     graph,
    ...     "app",
    ...     reference=past,
    ...     window=LossCourse(uses=np.full((5, 2), 50.0), loss_per_use=now),
    ... )
    >>> found.hypotheses[0].element, found.span
    ('api', (2, 4))
    """
    return explain_by(learn(graph, target, reference, ticks=len(window.uses)), window)


def learn(graph: DependencyGraph, target: str, reference: LossCourse, *, ticks: int) -> Healthy:
    """Learn from a healthy past what windows of so many ticks are like.

    Takes a tenth of a second for 40 elements and 600 ticks; a past of 20 windows is the least
    that makes sense of one false alarm in twenty.
    """
    part = carried(graph, np.nan_to_num(reference.uses).mean(axis=0))
    loss = healthy_loss(reference, part)
    who = suspects(loss, part, graph.index(target))
    windows = reference.ticks(_spread_out(len(reference.uses), ticks))
    by_chance = _of_any(_of_each(list(evidence(loss, who, windows))))
    chance = float(np.quantile(by_chance, 1.0 - FALSE_ALARMS_RATIO, method="higher"))
    log_odds = float(np.clip(chance, np.log(LEAST_ODDS), np.log(MOST_ODDS)))
    return Healthy(graph=graph, loss=loss, who=who, log_odds_by_chance=log_odds)


def explain_by(healthy: Healthy, window: LossCourse) -> Explanation:
    """Find the causes of a decline by what `learn` learnt; a few milliseconds."""
    told = list(
        evidence(healthy.loss, healthy.who, window.ticks(np.arange(len(window.uses))[None]))
    )
    of_each = _of_each(told)
    log_odds = float(_of_any(of_each)[0]) - healthy.log_odds_by_chance
    none_probability = float(1.0 / (1.0 + np.exp(np.clip(log_odds, -50.0, 50.0))))
    likeliest = max(told, key=lambda each: float(_of_any(each.log_odds)[0]))
    if log_odds <= 0.0:
        return Explanation(
            hypotheses=(), none_probability=none_probability, span=likeliest.excess.span
        )
    posterior = np.exp(of_each[0] - np.logaddexp.reduce(of_each[0]))
    order = np.argsort(-posterior, kind="stable")[:MOST_TOLD]
    return Explanation(
        hypotheses=tuple(
            _hypothesis(healthy, likeliest, int(i), (1.0 - none_probability) * float(posterior[i]))
            for i in order
        ),
        none_probability=none_probability,
        span=likeliest.excess.span,
    )


def _hypothesis(healthy: Healthy, told: Evidence, suspect: int, probability: float) -> Hypothesis:
    return Hypothesis(
        element=healthy.graph.elements[healthy.who.causes[suspect]],
        probability=probability,
        evidence_for=in_favour(healthy.who, told, suspect),
        evidence_against=against(healthy.who, told, suspect),
    )


def _of_each(told: list[Evidence]) -> Floats:
    """Average the odds over all spans; shape (windows, suspects)."""
    return np.logaddexp.reduce([each.log_odds for each in told], axis=0) - np.log(len(told))


def _of_any(log_odds: Floats) -> Floats:
    return np.logaddexp.reduce(log_odds, axis=1) - np.log(log_odds.shape[1])


def _spread_out(ticks: int, length: int) -> np.ndarray[tuple[int, int], np.dtype[np.intp]]:
    """Choose windows all over a past, as ticks of shape (windows, length)."""
    last = max(ticks - length, 0)
    begins = np.unique(np.linspace(0, last, min(MOST_WINDOWS, last + 1)).astype(np.intp))
    return begins[:, None] + np.arange(min(length, ticks))
