"""Perceived experience: the absolute MOS, moved by what is known of the one who experiences it.

Three corrections, each of columns to columns, each optional and none needed by the next:

`learn` and `perceived`
    a person's own ratings: how strict, how outspoken, and what they mind most;
`remembered`
    a person's own recent history: the last experiences colour the next one;
`against_requirement`
    a thing's own requirement: what is more than it needs is no better for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from sentio.experience.columns import FloatArray, IntArray

SubjectArray = npt.NDArray[np.uint64]

POINTS_PER_MOS = 25.0  # MOS 1 to 5 is 0 to 100 points, the scale of the ratings learnt from
NEUTRAL = 50.0  # points; where strictness and outspokenness are told apart
PENALTY_OUTSPOKEN = 2000.0  # tuned: benchmarks/perception.py (the slope on points - 50)
PENALTY_STRICT = 4.0  # tuned: benchmarks/perception.py; (16 / 8)^2, noise over spread of people
PENALTY_CAUSE = 8000.0  # tuned: benchmarks/perception.py (the slope on points lost to a cause)

MEMORY_SHARE = 0.2  # ours, not measured: how far a long history pulls
MEMORY_HALF_LIFE_NS = 7 * 86_400 * 10**9  # ours, not measured: a week


@dataclass(frozen=True, slots=True, kw_only=True)
class Tastes:
    """What was learnt of each person, in order of subject.

    Attributes
    ----------
    subjects
        shape (people,), ascending.
    ratings
        How many ratings each has given, shape (people,).
    slopes
        shape (people, 2 + causes): on points - 50 (outspoken), on 1 (strict if negative), and on
        the points lost to each cause (minds it if negative), all on top of the absolute MOS.
    causes
        Names of the causes, in order.
    usual_loss
        Mean points lost to each cause in what was learnt from, shape (causes,).
    """

    subjects: SubjectArray
    ratings: IntArray
    slopes: FloatArray
    causes: tuple[str, ...] = ()
    usual_loss: FloatArray


def learn(
    subject: SubjectArray,
    mos: FloatArray,
    rating: FloatArray,
    *,
    causes: Mapping[str, FloatArray] | None = None,
) -> Tastes:
    """Learn from ratings how each person differs from the absolute MOS (ridge regression).

    With few ratings the penalties hold a person near the absolute MOS: after k ratings, the mean
    difference counts for about k / (k + 4). More than 50 ratings add little.

    Parameters
    ----------
    subject
        Who rated, shape (rows,).
    mos, rating
        The absolute MOS and the person's own opinion of the same use, [1, 5], shape (rows,).
    causes
        MOS lost to each cause (such as the drivers of the score), shape (rows,) each: so people
        who mind stalls more than a coarse picture are told from the others.

    Notes
    -----
    No person's rating can be foretold as well as a mean of many: expect a correlation near 0.72 and
    an error near 0.65 MOS, not those of a MOS model.
    """
    known = dict(causes or {})
    lost = _stacked([POINTS_PER_MOS * loss for loss in known.values()], len(mos))
    usual = lost.mean(axis=1) if len(mos) else np.zeros(len(known))
    subjects, person, count = np.unique(subject, return_inverse=True, return_counts=True)
    features = _features(mos, lost, usual)
    residual = POINTS_PER_MOS * (rating - mos)
    people, width = len(subjects), len(features)
    normal = np.zeros((people, width, width))
    target = np.zeros((people, width, 1))
    for i, one in enumerate(features):
        target[:, i, 0] = np.bincount(person, one * residual, people)
        for j in range(i + 1):
            normal[:, i, j] = normal[:, j, i] = np.bincount(person, one * features[j], people)
    normal += np.diag([PENALTY_OUTSPOKEN, PENALTY_STRICT] + [PENALTY_CAUSE] * len(known))
    return Tastes(
        subjects=subjects.astype(np.uint64),
        ratings=count,
        slopes=np.linalg.solve(normal, target)[:, :, 0].astype(np.float64),
        causes=tuple(known),
        usual_loss=usual,
    )


def perceived(
    tastes: Tastes,
    subject: SubjectArray,
    mos: FloatArray,
    *,
    causes: Mapping[str, FloatArray] | None = None,
) -> FloatArray:
    """Foretell what each person would have said, [1, 5], shape (rows,).

    Who has never rated perceives the absolute MOS. A cause that was learnt and is not given here
    is taken at its usual loss.
    """
    given = causes or {}
    rows = len(mos)
    if not len(tastes.subjects):
        return mos
    lost = _stacked(
        [
            POINTS_PER_MOS * given[name] if name in given else np.full(rows, usual)
            for name, usual in zip(tastes.causes, tastes.usual_loss, strict=True)
        ],
        rows,
    )
    place = np.minimum(np.searchsorted(tastes.subjects, subject), len(tastes.subjects) - 1)
    is_known = tastes.subjects[place] == subject
    moved = sum(
        (
            slope * feature
            for slope, feature in zip(
                tastes.slopes[place].T, _features(mos, lost, tastes.usual_loss), strict=True
            )
        ),
        np.zeros(rows),
    )
    return np.where(is_known, np.clip(mos + moved / POINTS_PER_MOS, 1.0, 5.0), mos)


def remembered(
    subject: SubjectArray,
    ts_ns: IntArray,
    mos: FloatArray,
    *,
    share: float = MEMORY_SHARE,
    half_life_ns: int = MEMORY_HALF_LIFE_NS,
) -> FloatArray:
    """Move each experience toward what the same subject had before it, [1, 5], shape (rows,).

    The memory is a mean of the earlier experiences in which each fades by half in every half-life;
    it pulls by ``share`` when the history is long, by half of that after one fresh experience, not
    at all at the first. So a good hour after a bad week still feels worse than after a good week.
    Rows may come in any order; a row without MOS (NaN) stays so and is not remembered.

    References
    ----------
    T. Hossfeld and others, The memory effect and its implications on Web QoE modeling, ITC 2011
    (that there is such an effect; share and half-life here are ours).
    """
    order = np.lexsort((ts_ns, subject))
    moved = np.empty(len(mos))
    moved[order] = _remember(subject[order], ts_ns[order], mos[order], share, half_life_ns)
    return moved


def against_requirement(mos: FloatArray, required_mos: FloatArray | float) -> FloatArray:
    """Perceived experience of things that need less than everything, [1, 5], shape (rows,).

    The share of the required MOS that is reached, on the scale from 1: at or above its requirement
    a thing is fully content.

    Examples
    --------
    >>> against_requirement(np.array([2.0, 3.0, 5.0]), 3.0).tolist()
    [3.0, 5.0, 5.0]
    """
    needed = np.maximum(np.asarray(required_mos) - 1.0, 1e-9)
    return 1.0 + 4.0 * np.minimum((mos - 1.0) / needed, 1.0)


def _stacked(columns: list[FloatArray], rows: int) -> FloatArray:
    return np.array(columns, dtype=np.float64).reshape(len(columns), rows)


def _features(mos: FloatArray, lost: FloatArray, usual: FloatArray) -> list[FloatArray]:
    points = POINTS_PER_MOS * (mos - 1.0)
    return [points - NEUTRAL, np.ones(len(mos)), *(lost - usual[:, np.newaxis])]


@numba.njit(cache=True)
def _remember(
    subject: SubjectArray, ts_ns: IntArray, mos: FloatArray, share: float, half_life_ns: int
) -> FloatArray:
    moved = mos.copy()
    total, weight, last = 0.0, 0.0, 0
    for i in range(len(mos)):
        if i == 0 or subject[i] != subject[i - 1]:
            total, weight, last = 0.0, 0.0, ts_ns[i]
        fade = 0.5 ** ((ts_ns[i] - last) / half_life_ns)
        total, weight, last = total * fade, weight * fade, ts_ns[i]
        if np.isnan(mos[i]):
            continue
        if weight > 0.0:
            moved[i] += share * weight / (weight + 1.0) * (total / weight - mos[i])
        total, weight = total + mos[i], weight + 1.0
    return moved
