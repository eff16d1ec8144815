"""Tell of a set of alarms which is a symptom of which: the correlation that a diagnosis uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.analysis.propagation.hawkes import DELAYS_S, SMALLEST_RATE
from sentio.analysis.propagation.learn import Propagation
from sentio.analysis.propagation.log import AlarmLog, Codes, Floats

HORIZON_S = 10.0 * max(DELAYS_S)
"""A cause further back, in seconds, keeps less than 5e-5 of its force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Where each alarm of a log comes from; rows are those of the log."""

    cause: Codes
    """Row of the likeliest cause, -1 for a root, shape (alarms,)."""
    root: Codes
    """Row at the end of the chain of causes; its own for a root, shape (alarms,)."""
    symptom_probability: Floats
    """Chance that the alarm was triggered by any other, in [0, 1], shape (alarms,)."""

    @property
    def roots(self) -> Codes:
        """Rows of the alarms that no other explains."""
        return np.flatnonzero(self.cause < 0)


def explain_alarms(log: AlarmLog, learned: Propagation) -> Correlation:
    """Trace alarms to their roots by the rates of what was learned.

    An alarm is a symptom where others make it likelier than not that it was triggered. Alarms of
    the same kind count, so a repeated alarm is a symptom of its first. Associations without a
    delay of their own explain nothing. Takes time for alarms x alarms in `HORIZON_S`.

    Parameters
    ----------
    log
        Alarms that stand, with the codes of the log that was learned from.
    """
    alarms = len(log.time_s)
    cause = np.full(alarms, -1)
    root = np.arange(alarms)
    probability = np.zeros(alarms)
    # Within one second, a cause goes before what it causes.
    for row in np.lexsort((learned.ranks[log.kind], log.time_s)):
        rows, forces = _forces(log, learned, int(row))
        base = max(float(learned.excitation.base_rate[log.kind[row]]), SMALLEST_RATE)
        probability[row] = forces.sum() / (base + forces.sum())
        if probability[row] > 0.5:
            cause[row] = rows[forces.argmax()]
            root[row] = root[cause[row]]
    return Correlation(cause=cause, root=root, symptom_probability=probability)


def _forces(log: AlarmLog, learned: Propagation, row: int) -> tuple[Codes, Floats]:
    """Rates, per second, that the alarms before and near one add to its kind."""
    time_s, kind, element = log.time_s[row], log.kind[row], log.element[row]
    first = int(np.searchsorted(log.time_s, time_s - HORIZON_S))
    last = int(np.searchsorted(log.time_s, time_s, side="right"))
    rows = np.arange(first, last)
    near = log.near.members[log.near.starts[element] : log.near.starts[element + 1]]
    is_before = (log.time_s[rows] < time_s) | (log.kind[rows] != kind)
    rows = rows[is_before & np.isin(log.element[rows], near)]
    delays_s = np.array(DELAYS_S)
    lags_s = (time_s - log.time_s[rows])[:, None]
    shape = np.exp(-np.log1p(1.0 / delays_s) * lags_s) / (1.0 + delays_s)
    return rows, (learned.excitation.weights[log.kind[rows], :, kind] * shape).sum(axis=1)
