"""How likely an hour keeps a threshold: the same hour of earlier weeks, and what is wrong now.

The mean MOS of an hour is taken to be normal around the mean of the same hours of the week before.
Its variance is that between those weeks, drawn towards a deviation that is assumed where few weeks
are known. A degradation that is open now shifts the hour by what it takes, as long as it lasts; how
long is not known, so it is taken to be over by chance, half of them within two hours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

PRIOR_DEVIATION = 0.2  # MOS between weeks; assumed, until there are weeks to tell
PRIOR_WEEKS = 2.0  # what the assumption weighs
HALF_LIFE_H = 2.0  # of a degradation that is open; assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """The MOS to be expected in [1, 5], and the probability that it keeps the threshold."""

    mos: float
    keeps: float


def foretell(
    past: Sequence[float], threshold: float, *, shift: float = 0.0, lead_h: float = 0.0
) -> Foretold:
    """Foretell an hour from the means of the same hour in earlier weeks (one or more).

    Parameters
    ----------
    shift
        What an open degradation takes from the MOS, as a negative number; 0 if there is none.
    lead_h
        Hours from now to the hour.

    Examples
    --------
    >>> foretell([4.0, 4.0], 4.0).keeps
    0.5
    >>> foretell([4.0], 3.0, shift=-2.0, lead_h=2.0).mos
    3.0
    """
    usual = fmean(past)
    deviation = _deviation(past, usual)
    lasts = 0.5 ** (lead_h / HALF_LIFE_H) if shift else 0.0
    well = _above(usual - threshold, deviation)
    ill = _above(usual + shift - threshold, deviation)
    return Foretold(
        mos=min(5.0, max(1.0, usual + lasts * shift)), keeps=lasts * ill + (1.0 - lasts) * well
    )


def confidence(weeks: int, *, is_same_day: bool) -> float:
    """Tell how far what is foretold rests on the past: n of n + 1, half where days differ."""
    return weeks / (weeks + 1.0) * (1.0 if is_same_day else 0.5)


def _deviation(past: Sequence[float], mean: float) -> float:
    weeks = len(past)
    squares = sum((each - mean) ** 2 for each in past)
    pooled = (PRIOR_WEEKS * PRIOR_DEVIATION**2 + squares) / (PRIOR_WEEKS + weeks - 1)
    return math.sqrt(pooled * (1.0 + 1.0 / weeks))  # of a new week around a mean of few


def _above(distance: float, deviation: float) -> float:
    return 0.5 * math.erfc(-distance / deviation / math.sqrt(2.0))
