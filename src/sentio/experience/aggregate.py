"""From single uses to a score per subject and service, and to one index per subject (CEI).

Every formula is written out in docs/experience-index.md; the weights of success, drops and quality
are those of ETSI TR 103 559, how small samples are held back is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.experience.columns import FloatArray
from sentio.experience.uses import (
    Uses,
    distinct,
    numbers,
    or_null,
    read_uses,
    total_of,
    weighted_percentile,
    within,
)

MEAN_SHARE = 0.5  # ETSI TR 103 559 gives VMOS mean and VMOS P10 the same weight
BAD_MOMENTS = 0.10  # the 10th percentile of use time
PRIOR_QUALITY_USES = 5.0  # ours: a subject's own quality counts for half after 5 uses
PRIOR_OUTCOME_USES = 20.0  # ours: own success and drop ratios count for half after 20 uses
SHOWN = ("mos_mean", "mos_p10", "accessibility", "retainability", "quality")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How much each term weighs in a service score, and from which ratio on it is worth anything.

    A ratio of 1 is worth 100, the ``..._worthless`` one and less is worth 0.
    """

    accessibility: float
    retainability: float
    quality: float
    accessibility_worthless: float
    retainability_worthless: float


VOICE = Terms(  # ETSI TR 103 559, voice: call setup 0.3125, drops 0.375; 85 -> 100 %, 10 -> 0 %
    accessibility=0.3125,
    retainability=0.375,
    quality=0.3125,
    accessibility_worthless=0.85,
    retainability_worthless=0.90,
)
DATA = Terms(  # ETSI TR 103 559, data: success to the end is 54 %; 80 -> 100 %
    accessibility=0.536,
    retainability=0.0,
    quality=0.464,
    accessibility_worthless=0.80,
    retainability_worthless=0.90,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """What is usual for a service; a small sample is held toward it. NaN is not known.

    ``quality`` is in [0, 100]; the ratios are in [0, 1].
    """

    accessibility: float
    retainability: float
    quality: float


def terms_of(service: str) -> Terms:
    """Choose the weights: those of voice for ``voice...``, those of data for all else."""
    return VOICE if service.startswith("voice") else DATA


def service_scores(
    uses: pa.Table,
    *,
    since_ns: int | None = None,
    until_ns: int | None = None,
    norms: Mapping[str, Norm] | None = None,
) -> pa.Table:
    """Score each service of each subject over a window of time.

    Parameters
    ----------
    uses
        One row for each use: ``subject`` (uint64), ``service``, ``mos``, and where known ``ts``,
        ``duration_ms``, ``is_success``, ``is_retained``, ``confidence``. Null is not known.
    since_ns, until_ns
        The window on ``ts``, its end left out; all rows unless given.
    norms
        What is usual for each service; computed from ``uses`` itself where not given.

    Returns
    -------
    scores
        Sorted by subject and service: ``uses``, ``scored_uses``, ``duration_ms`` (meant use: failed
        uses count as an average one), ``mos_mean`` and ``mos_p10`` (weighted by time),
        ``accessibility``, ``retainability``, ``quality`` [0, 100], ``score`` [0, 100],
        ``confidence`` [0, 1]. Null where nothing of the kind was reported.
    """
    rows = read_uses(within(uses, since_ns, until_ns))
    found = _summaries(rows)
    usual = _usual(rows, found, norms)
    terms = [terms_of(name) for name in rows.services]
    term = {name: np.array([getattr(one, name) for one in terms]) for name in Terms.__slots__}
    term = {name: values[rows.service] for name, values in term.items()}
    worth = {
        "accessibility": _worth(found, usual, "accessibility", term["accessibility_worthless"]),
        "retainability": _worth(found, usual, "retainability", term["retainability_worthless"]),
        "quality": _held(found["quality"], usual["quality"], found["sample"], PRIOR_QUALITY_USES),
    }
    weight = {name: np.where(np.isnan(worth[name]), 0.0, term[name]) for name in worth}
    parts = np.array([weight[name] * np.nan_to_num(worth[name]) for name in worth])
    with np.errstate(invalid="ignore"):
        score = parts.sum(axis=0) / np.array(list(weight.values())).sum(axis=0)
    return _table(rows, found, score)


def experience_index(scores: pa.Table) -> pa.Table:
    """Give each subject one index over all its services, the CEI, [0, 100].

    Services count by their share of the meant use time (`service_scores`).

    Returns
    -------
    index
        Sorted by subject: ``cei``, ``services``, ``uses``, ``duration_ms``, ``confidence``,
        ``worst_service`` and ``worst_score``.
    """
    subjects, subject = distinct(scores["subject"])
    score, use_ms = numbers(scores, "score"), numbers(scores, "duration_ms")
    people = len(subjects)
    weight = np.where(np.isnan(score), 0.0, use_ms)
    total = total_of(subject, weight, people)
    with np.errstate(invalid="ignore"):
        cei = total_of(subject, weight * np.nan_to_num(score), people) / total
        sure = total_of(subject, weight * numbers(scores, "confidence"), people) / total
    order = np.lexsort((score, subject))  # NaN comes last
    worst = order[np.searchsorted(subject[order], np.arange(people))]
    return pa.table(
        {
            "subject": subjects.cast(pa.uint64()),
            "cei": or_null(cei),
            "services": pa.array(np.bincount(subject, minlength=people)),
            "uses": pa.array(total_of(subject, numbers(scores, "uses"), people).astype(np.int64)),
            "duration_ms": pa.array(total_of(subject, use_ms, people)),
            "confidence": or_null(sure),
            "worst_service": scores["service"].take(pa.array(worst)),
            "worst_score": or_null(score[worst]),
        }
    )


def _summaries(rows: Uses) -> dict[str, FloatArray]:
    """Plain sums and percentiles of each group, before anything is held back."""
    groups, group = len(rows.subject), rows.group
    success, retained = np.nan_to_num(rows.success, nan=1.0), np.nan_to_num(rows.retained, nan=1.0)
    # A use that failed or was cut off counts there, not a second time as bad quality.
    scored = np.flatnonzero(~np.isnan(rows.mos) & (success > 0.0) & (retained > 0.0))
    at, mos, weight = group[scored], rows.mos[scored], rows.meant_ms[scored]
    total, squares = total_of(at, weight, groups), total_of(at, weight * weight, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total_of(at, weight * mos, groups) / total
        sure = total_of(at, weight * rows.confidence[scored], groups) / total
        size = total * total / squares  # Kish: uses of equal length that tell as much
    p10 = weighted_percentile(at, mos, weight, groups=groups, share=BAD_MOMENTS)
    found = {"mos_mean": mean, "mos_p10": p10, "quality": _quality(mean, p10)}
    found |= {"sample": np.nan_to_num(size * sure), "sure": np.nan_to_num(sure)}
    found["scored_uses"] = np.bincount(at, minlength=groups).astype(np.float64)
    return found | _outcomes(rows, success, retained)


def _outcomes(rows: Uses, success: FloatArray, retained: FloatArray) -> dict[str, FloatArray]:
    """Ratios of success and of uses kept to the end, with the number of uses that told."""
    groups = len(rows.subject)
    keeps_apart = np.array(
        [terms_of(name).retainability > 0.0 for name in rows.services], dtype=np.bool_
    )
    is_apart = keeps_apart[rows.service[rows.group]]
    told = ~np.isnan(rows.success) | (~is_apart & ~np.isnan(rows.retained))
    begun = np.where(is_apart, success, success * retained)  # data: success is success to the end
    kept = is_apart & ~np.isnan(rows.retained) & (success > 0.0)
    found: dict[str, FloatArray] = {}
    for name, mask, ratio in (("accessibility", told, begun), ("retainability", kept, retained)):
        count = total_of(rows.group, mask.astype(np.float64), groups)
        with np.errstate(invalid="ignore"):
            found[name] = total_of(rows.group, np.where(mask, ratio, 0.0), groups) / count
        found[f"{name}_uses"] = count
    return found


def _usual(
    rows: Uses, found: Mapping[str, FloatArray], norms: Mapping[str, Norm] | None
) -> dict[str, FloatArray]:
    """Find what is usual for each group's service: as given, or the mean of the population."""
    services = len(rows.services)
    usual: dict[str, FloatArray] = {}
    for name, count in (
        ("accessibility", found["accessibility_uses"]),
        ("retainability", found["retainability_uses"]),
        ("quality", found["sample"]),
    ):
        weight = np.where(np.isnan(found[name]), 0.0, count)
        total = total_of(rows.service, weight, services)
        with np.errstate(invalid="ignore"):
            mean = total_of(rows.service, weight * np.nan_to_num(found[name]), services) / total
        for i, service in enumerate(rows.services):
            if norms is not None and service in norms:
                mean[i] = getattr(norms[service], name)
        usual[name] = mean[rows.service]
    return usual


def _quality(mean: FloatArray, p10: FloatArray) -> FloatArray:
    """Half the mean and half the bad moments, on [0, 100]."""
    return 25.0 * (MEAN_SHARE * mean + (1.0 - MEAN_SHARE) * p10 - 1.0)


def _worth(
    found: Mapping[str, FloatArray],
    usual: Mapping[str, FloatArray],
    name: str,
    worthless: FloatArray,
) -> FloatArray:
    ratio = _held(found[name], usual[name], found[f"{name}_uses"], PRIOR_OUTCOME_USES)
    return 100.0 * np.clip((ratio - worthless) / (1.0 - worthless), 0.0, 1.0)


def _held(own: FloatArray, usual: FloatArray, sample: FloatArray, prior: float) -> FloatArray:
    """Hold a small sample toward what is usual: (n x own + m x usual) / (n + m)."""
    held = (sample * np.nan_to_num(own) + prior * usual) / (sample + prior)
    # Nobody knows what is usual: the own value stands as it is.
    return np.where(np.isnan(usual), own, held)


def _table(rows: Uses, found: Mapping[str, FloatArray], score: FloatArray) -> pa.Table:
    groups = len(rows.subject)
    sample = found["sample"]
    return pa.table(
        {
            "subject": pa.array(rows.subject.astype(np.uint64)),
            "service": pa.array(rows.services, pa.string()).take(pa.array(rows.service)),
            "uses": pa.array(np.bincount(rows.group, minlength=groups)),
            "scored_uses": pa.array(found["scored_uses"].astype(np.int64)),
            "duration_ms": pa.array(total_of(rows.group, rows.meant_ms, groups)),
            **{name: or_null(found[name]) for name in SHOWN},
            "score": or_null(score),
            "confidence": pa.array(found["sure"] * sample / (sample + PRIOR_QUALITY_USES)),
        }
    )
