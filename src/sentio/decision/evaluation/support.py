"""Whether a log can tell anything of a policy at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sentio.decision.evaluation.estimators import weights
from sentio.decision.evaluation.log import Log
from sentio.kernel.arrays import BoolArray, FloatArray

LEAST_ESS = 50.0  # decisions; below it 90 % intervals miss too often (`policy_learning.py`)
UNLOGGED_MOST = 0.01  # part of its choices for which a policy may want what was never tried
ROUNDING = 1e-6
TOO_ODD = 5.0  # standard errors that the mean weight may lie from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How much of a log speaks for a policy.

    ``ess`` is the effective sample size (Kish): so many decisions of the policy's own would tell as
    much. ``mean_weight`` is 1 but for chance where the propensities are true; ``greatest_share`` is
    the part of all weight that the weightiest decision has. ``reasons`` are why the log is refused,
    for people; none where it is enough.
    """

    rows: int
    ess: float = 0.0
    mean_weight: float = 0.0
    greatest_share: float = 0.0
    reasons: tuple[str, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether the log may judge the policy."""
        return not self.reasons


def support(log: Log, target: FloatArray) -> Support:
    """Look whether a log supports a policy, given by its probabilities (rows, actions)."""
    faults = tuple(_faults(log, target))
    if faults:
        return Support(rows=len(log), reasons=faults)
    weight = weights(log, target)
    total = float(weight.sum())
    ess = total**2 / float(np.square(weight).sum()) if total > 0.0 else 0.0
    found = Support(
        rows=len(log),
        ess=ess,
        mean_weight=total / len(log),
        greatest_share=float(weight.max()) / total if total > 0.0 else 0.0,
    )
    return Support(
        rows=found.rows,
        ess=found.ess,
        mean_weight=found.mean_weight,
        greatest_share=found.greatest_share,
        reasons=tuple(_thin(log, target, weight, found)),
    )


def _faults(log: Log, target: FloatArray) -> Iterator[str]:
    """Tell what is wrong with the log itself, or the policy."""
    if not len(log):
        yield "no decision is logged"
        return
    missing, wrong = ~np.isfinite(log.propensity), (log.propensity <= 0.0) | (log.propensity > 1.0)
    yield from _told(missing, "propensities are missing")
    yield from _told(wrong & ~missing, "propensities are not above 0 and at most 1")
    yield from _told(~np.isfinite(log.reward), "rewards are missing")
    yield from _told(np.isnan(log.x.sum(axis=1)), "circumstances are missing")
    off = ~(np.abs(target.sum(axis=1) - 1.0) < ROUNDING) | (target < -ROUNDING).any(axis=1)
    yield from _told(off, "choices of the policy are no probabilities that add up to 1")


def _told(is_wrong: BoolArray, what: str) -> Iterator[str]:
    if is_wrong.any():
        yield f"{is_wrong.sum()} of {len(is_wrong)} {what}, first in row {np.argmax(is_wrong)}"


def _thin(log: Log, target: FloatArray, weight: FloatArray, found: Support) -> Iterator[str]:
    """Tell where the log says too little."""
    wanted = np.where(log.times == 0, target.mean(axis=0), 0.0)
    if wanted.sum() > UNLOGGED_MOST:
        names = ", ".join(np.array(log.actions)[wanted > 0.0].tolist())
        yield f"the policy takes {names} in {100 * wanted.sum():.0f} % of cases; the log never does"
    if found.ess < LEAST_ESS:
        yield (
            f"the effective sample size is {found.ess:.0f} of {found.rows} decisions, "
            f"at least {LEAST_ESS:.0f} are needed"
        )
    error = float(weight.std()) / np.sqrt(len(log))
    if abs(found.mean_weight - 1.0) > TOO_ODD * error + ROUNDING:
        yield (
            f"the mean weight is {found.mean_weight:.2f} and should be about 1: the propensities "
            "are not those of the policy that wrote the log, or what was likely is not in it"
        )
