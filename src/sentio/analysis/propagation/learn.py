"""Learn which alarm kind triggers which, from a log and the topology."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from sentio.analysis.propagation.coincidence import coincidence, quiet_before
from sentio.analysis.propagation.hawkes import DELAYS_S, Excitation, fit_excitation
from sentio.analysis.propagation.log import AlarmLog, Codes, Floats
from sentio.analysis.propagation.order import best_order

Flags = npt.NDArray[np.bool_]
Known = npt.NDArray[np.int64]

QUIET_SHARE = 0.5
"""What the quiet before a kind says of direction, beside the delays; benchmarks/alarms.py."""
DOUBT_NATS = 3.0
"""Gain that leaves a direction in doubt: about what chance gives one edge in ten."""
FALSE_SHARE = 0.05
"""Share of associations that may be chance (Benjamini and Hochberg): the usual one in twenty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One kind of alarm triggers another.

    A ``direct`` edge is carried by the delays even when all other kinds are accounted for; an
    ``associated`` one only comes along more often than chance: it may be indirect, or share a
    cause. Its direction is that of the order of kinds, the weakest part of what is known.
    """

    cause: int
    effect: int
    evidence: Literal["direct", "associated", "known"]
    children_per_alarm: float
    lag_s: float
    p_value: float
    gain_nats: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Propagation:
    """What was learned: kinds in causal order, edges without a cycle, and the rates behind them."""

    ranks: Codes
    edges: tuple[Edge, ...]
    excitation: Excitation

    def graph(self, reading: Literal["direct", "all"] = "all") -> Flags:
        """Tell whether u triggers v, bool, shape (u, v); ``direct`` leaves out associations."""
        found = np.zeros((len(self.ranks), len(self.ranks)), dtype=np.bool_)
        for edge in self.edges:
            if reading == "all" or edge.evidence != "associated":
                found[edge.cause, edge.effect] = True
        return found


def learn_propagation(log: AlarmLog, known: Known | None = None) -> Propagation:
    """Learn a graph of alarm kinds without cycles.

    Wrong where kinds trigger each other in a ring (one edge of it is turned), where a common
    cause raises no alarm, and where clocks of elements differ by more than the delays.

    Parameters
    ----------
    known
        What experts know, int, shape (u, v): 1 where u triggers v, 0 where it does not, -1 where
        nothing is known. A cycle among the ones is broken.

    Examples
    --------
    >>> from sentio.analysis.propagation.log import alarm_log
    >>> time_s = np.arange(40) * 10_000.0 + np.tile([0.0, -9_990.0], 20)  # 1, ten seconds after 0
    >>> log = alarm_log(time_s, np.tile([0, 1], 20), element=np.zeros(40, dtype=int))
    >>> learn_propagation(log).graph().tolist()
    [[False, True], [False, False]]
    """
    kinds = log.kinds
    told = np.full((kinds, kinds), -1) if known is None else known
    itself = np.eye(kinds, dtype=np.bool_)
    full = fit_excitation(log, (told != 0) | itself)
    gain = np.where(itself, 0.0, full.gain_nats)
    ranks = best_order(_lead(gain, quiet_before(log), told))
    forward = (ranks[:, None] < ranks[None, :]) & (told != 0)
    # Either direction may carry the gain: simultaneous alarms are shared out at random.
    both = np.maximum(gain, gain.T)
    is_direct = forward & (both > _bic_nats(log))
    chance = coincidence(log)
    is_known = forward & (told == 1)
    is_edge = is_direct | is_known | (forward & _significant(chance))
    lean = fit_excitation(log, is_edge | itself)
    p_gain = stats.chi2.sf(2.0 * both, len(DELAYS_S))
    edges = tuple(
        _edge(
            log,
            lean,
            pair=(int(cause), int(effect)),
            evidence=_evidence(bool(is_known[cause, effect]), bool(is_direct[cause, effect])),
            p_value=float((p_gain if is_direct[cause, effect] else chance)[cause, effect]),
        )
        for cause, effect in np.argwhere(is_edge)
    )
    return Propagation(ranks=ranks, edges=edges, excitation=replace(lean, gain_nats=full.gain_nats))


def _lead(gain: Floats, quiet: Floats, told: Known) -> Floats:
    """Reasons for u to stand ahead of v: its gain is greater, it comes out of more quiet."""
    by_delay = (gain - gain.T) / (np.maximum(gain, 0) + np.maximum(gain, 0).T + DOUBT_NATS)
    place = stats.rankdata(quiet) / len(quiet)
    by_quiet = place[:, None] - place[None, :]
    lead = np.maximum(by_delay + QUIET_SHARE * by_quiet, 0.0)
    return lead + np.where(told == 1, float(len(quiet)), 0.0)


def _bic_nats(log: AlarmLog) -> Floats:
    """Price of the weights of an edge into each kind (Schwarz 1978), shape (1, kinds)."""
    return (0.5 * len(DELAYS_S) * np.log(np.maximum(log.counts, 2.0)))[None, :]


def _significant(p_values: Floats) -> Flags:
    upper = np.triu_indices(len(p_values), 1)
    kept = np.zeros(p_values.shape, dtype=np.bool_)
    if len(upper[0]):
        adjusted = stats.false_discovery_control(np.clip(p_values[upper], 0.0, 1.0))
        kept[upper] = adjusted < FALSE_SHARE
    return kept | kept.T


def _evidence(
    is_known: bool,
    is_direct: bool,
) -> Literal["direct", "associated", "known"]:
    if is_known:
        return "known"
    return "direct" if is_direct else "associated"


def _edge(
    log: AlarmLog,
    fitted: Excitation,
    *,
    pair: tuple[int, int],
    evidence: Literal["direct", "associated", "known"],
    p_value: float,
) -> Edge:
    cause, effect = pair
    weights = fitted.weights[cause, :, effect]
    total = float(weights.sum())
    reach = float(log.exposure[cause]) / max(int(log.counts[cause]), 1)
    return Edge(
        cause=cause,
        effect=effect,
        evidence=evidence,
        children_per_alarm=total * reach,
        lag_s=float(weights @ np.array(DELAYS_S)) / total if total > 1e-9 else float("nan"),
        p_value=p_value,
        gain_nats=float(fitted.gain_nats[cause, effect]),
    )
