"""Whether an action helped: before and after, against those whom it did not reach.

Difference in differences over periods: the change of the treated uses' mean, less that of a
control group of the same services elsewhere. Means are of MOS against each use's own usual, so that
another mix of people or another hour of the day is no effect. What is asked is the effect on those
very uses that came after the action (Imbens, Nonparametric estimation of average treatment effects,
Review of Economics and Statistics 86, 2004): how they fare now is seen, how they would have fared
is not, and they would have strayed like those before. The interval is Student's; what lasts from
period to period does not count as independent (Bertrand, Duflo and Mullainathan, How much should we
trust differences-in-differences estimates?, QJE 119, 2004).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from sentio.model.plan import Estimate, Verdict

LEVEL = 0.9
LASTING = 0.12  # MOS by which a scope's mean strays from period to period beyond its uses
DEGREES = 3.0  # of freedom that are always there: `LASTING` was learned from many scopes
MOST_PERIODS = 6  # before and after, that are compared
ENOUGH = 0.3  # of what was lost, that must come back
FEWEST_USES = 8.0
FIRST_PART = 0.1  # of a decline, by which its first period errs: it begins within it
PRIOR_USES = 10.0  # that the scatter of uses elsewhere counts for (tuned: `closed_loop.py`)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One period: uses in the scope and in the control group, MOS against the usual of each.

    ``mean`` and ``variance`` are those of the treated uses, ``control_mean`` and
    ``control_variance`` of the others, weighed by the services of the treated.
    """

    end_ns: int
    n: float
    mean: float
    variance: float
    control_n: float
    control_mean: float
    control_variance: float = 0.0


def effect(before: Sequence[Period], after: Sequence[Period]) -> Estimate | None:
    """Give the gain of a use by the action, with its 90 % interval; None where nothing compares."""
    before = [each for each in before if each.n > 0.0][-MOST_PERIODS:]
    after = [each for each in after if each.n > 0.0][-MOST_PERIODS:]
    if not before or not after:
        return None
    was, was_lasting = _mean(before)
    is_now, now_lasting = _mean(after)
    uses = 1.0 / sum(each.n for each in before) + 1.0 / sum(each.n for each in after)
    first = FIRST_PART * was * before[0].n / sum(each.n for each in before)
    variance = _variance(before) * uses + was_lasting + now_lasting + first**2
    degrees = len(before) + len(after) - 2.0 + DEGREES
    half = float(student.ppf(0.5 + LEVEL / 2.0, degrees)) * math.sqrt(variance)
    gain = is_now - was
    return Estimate(mean=gain, low=gain - half, high=gain + half)


def verdict(found: Estimate | None, *, lost: float, uses: float, is_last: bool) -> Verdict:
    """Judge an effect against the MOS that a use had lost; ``is_last`` forces an answer."""
    if found is None or (uses < FEWEST_USES and not is_last):
        return "no_effect" if is_last else "undecided"
    enough = ENOUGH * lost
    if found.high < 0.0 and found.mean < -enough:
        return "worse"
    if found.low > 0.0 and (found.mean >= enough or is_last):
        return "improved"
    if found.high < enough or (is_last and found.mean < enough):
        return "no_effect"
    return "improved" if is_last else "undecided"


def weighed(answer: Verdict, whole: Estimate | None) -> Verdict:
    """Let all count who use what was acted on: what helped some and hurt most is worse.

    ``whole`` is the effect on all uses of the target, in the scope or not; None where it is not
    known.
    """
    is_harm = whole is not None and whole.high < 0.0
    return "worse" if is_harm and answer != "no_effect" else answer


def _variance(periods: Sequence[Period]) -> float:
    """Give the variance of a treated use; a handful that agrees is no surer than uses elsewhere.

    What uses elsewhere tell is worth `PRIOR_USES`; it never makes anything surer.
    """
    n = float(sum(each.n for each in periods))
    own = sum(each.n * each.variance for each in periods) / n
    control = sum(each.n * each.control_variance for each in periods) / n
    return max(own, (n * own + PRIOR_USES * control) / (n + PRIOR_USES))


def _mean(periods: Sequence[Period]) -> tuple[float, float]:
    """Give the mean against the control group, and its variance beyond that of the uses."""
    n = np.array([each.n for each in periods])
    gap = np.array([each.mean - each.control_mean for each in periods])
    share = n / n.sum()
    mean = float((share * gap).sum())
    between = float((share * (gap - mean) ** 2).sum())
    expected = _variance(periods) * float((share * (1.0 / n - 1.0 / n.sum())).sum())
    extra = max(between - expected, 0.0)
    degrees = max(len(periods) - 1.0, 0.0)
    lasting = (DEGREES * LASTING**2 + degrees * extra) / (DEGREES + degrees)
    return mean, lasting * float((share**2).sum())
