"""How the curves of `stream_kpi` are fitted: a place for each content, the rest shared.

Least squares with a prior on every number (its guess and how sure of it we are), so that two
contents are enough to fit on; numpy and scipy only.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from sentio.experience.columns import Columns, Lists
from sentio.experience.models.stream_curve import OpinionCurve, shipped_curves
from sentio.experience.models.stream_kpi import (
    people_picture,
    standard_picture,
    stream_model,
    viewing,
    waiting,
)
from sentio.experience.models.stream_stalls import patience, stalling_index
from sentio.experience.terms import worked_out

Floats = npt.NDArray[np.float64]

CONTENT_SPREAD, CODEC_SPREAD = 0.6, 0.6  # ln(kbit/s): contents differ by a factor of 1.8 or so
RESIDUAL = 9.0  # what no curve explains, on the scale of 100
# number: (guess, how far it may be off, smallest value)
SHARED = {
    "floor": (20.0, 10.0, 0.0),
    "top": (85.0, 10.0, 0.0),
    "midpoint": (6.8, 0.5, 0.0),
    "slope": (2.0, 1.0, 0.2),
    "handheld_midpoint": (0.0, 0.3, -np.inf),
    "large_midpoint": (0.0, 0.3, -np.inf),
    "handheld_offset": (0.0, 4.0, -np.inf),
    "large_offset": (0.0, 4.0, -np.inf),
    "initial": (0.05, 0.1, 0.0),
    "stall": (0.3, 0.3, 0.0),
    "stall_span_s": (5.0, 3.0, 0.5),
    "count": (0.05, 0.1, 0.0),
}
BY_MEAN = {"switch_cost": (0.5, 0.5, 0.0)}
BY_COURSE = {"start_weight": (0.5, 1.0, 0.0), "end_weight": (0.5, 1.0, 0.0)}
STANDARD_OFFSET = (10.0, 3.0, 8.0)  # guess, how far it may be off, spread between contents
UNUSED = {"switch_cost": 0.0, "start_weight": 0.0, "end_weight": 0.0}


def fit_curve(columns: Columns, opinion: Floats, content: npt.NDArray[np.int64]) -> OpinionCurve:
    """Fit one curve to sessions that all have a time course, or all have none.

    Parameters
    ----------
    columns
        As the service reads them.
    opinion
        Mean opinion of the raters, 0 to 100, shape (rows,).
    content
        Which content each session shows, 0, 1, ...; used to fit, never to score.
    """
    kpis = worked_out(stream_model(*shipped_curves()).terms, columns)
    course, waits = kpis["course"], waiting(kpis)
    assert isinstance(course, Lists)
    own = BY_COURSE if len(course.values) else BY_MEAN
    prior = {**SHARED, **own}
    guess, doubt, least = (np.array(column) for column in zip(*prior.values(), strict=True))
    contents = int(content.max()) + 1
    newer = viewing(kpis).is_newer_codec.astype(float)

    def curve_of(z: Floats) -> OpinionCurve:
        numbers = dict(zip(prior, guess + z * doubt, strict=True))
        return OpinionCurve(
            **{
                **UNUSED,
                **{name: float(number) for name, number in numbers.items()},
                "content_spread": CONTENT_SPREAD,
                "codec_spread": CODEC_SPREAD,
                "standard_offset": 0.0,
            }
        )

    def misfit(z: Floats) -> Floats:
        curve, places = curve_of(z[: len(prior)]), z[len(prior) :].reshape(2, contents)
        shift = CONTENT_SPREAD * places[0, content] + CODEC_SPREAD * places[1, content] * newer
        expected = people_picture(kpis, curve, shift=shift) * patience(waits, curve)
        return np.concatenate([(expected - opinion) / RESIDUAL, z])

    size = len(prior) + 2 * contents
    lowest = np.concatenate([(least - guess) / doubt, np.full(2 * contents, -np.inf)])
    found = least_squares(misfit, np.zeros(size), bounds=(lowest, np.inf), max_nfev=60)
    curve = curve_of(found.x[: len(prior)])
    standard = standard_picture(kpis, curve) * stalling_index(waits)
    return replace(curve, standard_offset=_standard_offset(opinion - standard, content))


def _standard_offset(excess: Floats, content: npt.NDArray[np.int64]) -> float:
    """How far the raters are above P.1203: each content is one observation, beside the guess."""
    means = np.bincount(content, excess) / np.bincount(content)
    guess, doubt, between = STANDARD_OFFSET
    precision = doubt**-2 + len(means) * between**-2
    return float((guess * doubt**-2 + means.sum() * between**-2) / precision)
