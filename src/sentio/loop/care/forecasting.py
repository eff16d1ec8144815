"""What a planned work will do, told before it begins: who feels it, what is lost, when better.

Only who is reached by the element, how everybody behaves and what works of its kind did so far are
used: nothing of the work's own window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from sentio.kernel.arrays import FloatArray, IntArray
from sentio.loop.care.chance import Past, best_set, chances
from sentio.loop.care.past_works import Learned
from sentio.loop.care.reach import Ways, reach_of
from sentio.loop.care.seen import DAY_NS, HOUR_NS, Group, Hourly, Seen
from sentio.loop.care.windows import window_at, windows
from sentio.loop.care.works_words import care_of, sentence_of
from sentio.model.plan import Estimate
from sentio.model.work import Expected, Forecast, Reach, Work

PART_NS = 4 * HOUR_NS  # longer windows are reckoned in parts: habits change over a day
LEARN_DAYS = 28  # back at most
SERVICE_DAYS = 7  # back, whose windows tell who uses what
DAY_PARTS = ((0, 7), (7, 12), (12, 18), (18, 24))  # hours
DEFAULT_MIN = 1.0  # that a use of a service lasts whose length is not known
Z90 = 1.645  # standard deviations that hold 90 %
DOUBT = 0.05  # of an interval on either side


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """How probably each subject is there at all, in order of subject."""

    subject: IntArray
    probability: FloatArray


def forecast(
    work: Work,
    seen: Seen,
    ways: Ways,
    *,
    now_ns: int,
    learned: Learned | None = None,
) -> Forecast:
    """Foretell a work that begins after ``now_ns`` from what was seen until then.

    Costs a look at the uses of the same hours of up to four weeks.
    """
    learned = learned or Learned()
    reach = reach_of(work, ways)
    harm = learned.harm(work, reach)
    span = seen.span_ns() or (now_ns, now_ns)
    hourly = seen.hourly(reach, max(span[0], now_ns - LEARN_DAYS * DAY_NS), now_ns)
    there = presence(work, seen, reach, hourly, now_ns=now_ns)
    services = _services(work, seen, reach, now_ns)
    felt = _felt(services, learned)
    touched = -np.expm1(np.log1p(-np.minimum(there.probability, 1.0 - 1e-9)) * felt)
    rows, agreement = best_set(touched)
    if harm * agreement <= 1.0 - harm:  # to name nobody agrees better
        rows, agreement = rows[:0], 1.0 - harm
    minutes = _minutes_lost(services, seen.minutes_of_use(), learned)
    groups = _groups(there.subject, harm * touched, seen.group(there.subject))
    planned = window_at(hourly, work.begins_ns, work.ends_ns, felt=felt, minutes_lost=minutes)
    made = Forecast(
        work=work,
        made_ns=now_ns,
        harm=harm,
        reach=reach,
        touched=_expected(there.subject, touched, rows),
        subjects=_estimate(touched, harm),
        agreement=agreement,
        lost_min=harm * planned.lost_min,
        by_service=_by_service(services, there, harm, learned),
        by_segment=groups.segments,
        by_slice=groups.slices,
        important=groups.important,
        windows=tuple(
            replace(each, subjects=harm * each.subjects, lost_min=harm * each.lost_min)
            for each in windows(
                hourly,
                now_ns=now_ns,
                lasts_ns=work.ends_ns - work.begins_ns,
                felt=felt,
                minutes_lost=minutes,
            )
        ),
    )
    made = replace(made, care=care_of(made))
    return replace(made, sentence=sentence_of(made))


def _expected(subject: IntArray, touched: FloatArray, rows: IntArray) -> tuple[Expected, ...]:
    return tuple(
        Expected(subject=int(subject[at]), probability=round(float(touched[at]), 4)) for at in rows
    )


def presence(work: Work, seen: Seen, reach: Reach, hourly: Hourly, *, now_ns: int) -> Chances:
    """Tell how probably each subject has a use within reach of a work in its window."""
    span = seen.span_ns()
    found = Chances(subject=np.zeros(0, dtype=np.int64), probability=np.zeros(0))
    if span is None:
        return found
    for begins_ns, ends_ns in _parts(work.begins_ns, work.ends_ns):
        back = [
            days
            for days in range(1, LEARN_DAYS + int((begins_ns - now_ns) // DAY_NS) + 2)
            if begins_ns - days * DAY_NS >= span[0] and ends_ns - days * DAY_NS <= now_ns
        ]
        counts = seen.counts(reach, begins_ns, ends_ns, back)
        today = begins_ns // DAY_NS
        day = today - np.array(back, dtype=np.int64)
        is_today_free = bool(seen.calendar.is_free(np.array([today]))[0])
        past = Past(
            counts=counts,
            day=day,
            is_free=seen.calendar.is_free(day),
            elsewhen=_elsewhen(hourly, counts.subject, is_today_free=is_today_free),
        )
        chance = chances(past, today, is_free=is_today_free)
        found = _either(found, Chances(subject=counts.subject, probability=chance))
    return found


def _elsewhen(hourly: Hourly, subject: IntArray, *, is_today_free: bool) -> FloatArray:
    """Give how much each subject does within reach on days of the other kind, part by part.

    Who is there on working evenings is at home there, on Saturdays as well.
    """
    found = np.zeros((len(DAY_PARTS), len(subject)))
    if not len(hourly.subject):
        return found
    at = np.minimum(np.searchsorted(hourly.subject, subject), len(hourly.subject) - 1)
    known = hourly.subject[at] == subject
    first = 0 if is_today_free else 24
    for row, (begin, end) in enumerate(DAY_PARTS):
        uses = hourly.uses[first + begin : first + end].sum(axis=0)
        found[row, known] = uses[at[known]]
    return found


def _parts(begins_ns: int, ends_ns: int) -> list[tuple[int, int]]:
    count = max(1, round((ends_ns - begins_ns) / PART_NS))
    edges = np.linspace(begins_ns, ends_ns, count + 1).astype(np.int64).tolist()
    return list(pairwise(edges))


def _either(one: Chances, other: Chances) -> Chances:
    """Give the chance of being there in either of two parts, each by itself."""
    subject = np.union1d(one.subject, other.subject)
    away = np.ones(len(subject))
    for each in (one, other):
        away[np.searchsorted(subject, each.subject)] *= 1.0 - each.probability
    return Chances(subject=subject, probability=1.0 - away)


def _services(
    work: Work, seen: Seen, reach: Reach, now_ns: int
) -> Mapping[str, tuple[IntArray, FloatArray]]:
    """Give how often each subject used each service, in the windows of the last days."""
    found: dict[str, list[IntArray]] = {}
    first = int(max(work.ends_ns - now_ns, 0) // DAY_NS) + 1
    for back in range(first, first + SERVICE_DAYS):
        window = work.begins_ns - back * DAY_NS, work.ends_ns - back * DAY_NS
        for service, (who, _) in seen.by_service(reach, *window).items():
            found.setdefault(service, []).append(who)
    counted: dict[str, tuple[IntArray, FloatArray]] = {}
    for service, parts in found.items():
        subject, uses = np.unique(np.concatenate(parts), return_counts=True)
        counted[service] = subject, uses.astype(np.float64)
    return counted


def _felt(services: Mapping[str, tuple[IntArray, FloatArray]], learned: Learned) -> float:
    """Give the share of all uses within reach that feel the work."""
    uses = {service: float(count.sum()) for service, (_, count) in services.items()}
    felt = sum(learned.felt_share(service) * count for service, count in uses.items())
    return felt / sum(uses.values()) if uses else 1.0


def _minutes_lost(
    services: Mapping[str, tuple[IntArray, FloatArray]],
    lasts_min: Mapping[str, float],
    learned: Learned,
) -> float:
    """Give the experience minutes that a use within reach loses in the mean."""
    uses = {service: float(count.sum()) for service, (_, count) in services.items()}
    minutes = sum(
        lasts_min.get(service, DEFAULT_MIN) * learned.felt_share(service) * count
        for service, count in uses.items()
    )
    return learned.loss * minutes / sum(uses.values()) if uses else 0.0


def _estimate(touched: FloatArray, harm: float) -> Estimate:
    """Give how many will be touched: the sum of chances, spread as that of independent ones."""
    mean = float(touched.sum())
    spread = Z90 * float(np.sqrt((touched * (1.0 - touched)).sum()))
    if harm < DOUBT:
        return Estimate(mean=harm * mean, low=0.0, high=0.0)
    low = 0.0 if harm < 1.0 - DOUBT else max(mean - spread, 0.0)
    return Estimate(mean=harm * mean, low=low, high=mean + spread)


def _by_service(
    services: Mapping[str, tuple[IntArray, FloatArray]],
    there: Chances,
    harm: float,
    learned: Learned,
) -> dict[str, float]:
    """Give how many subjects are expected to feel it in each service."""
    rate = -np.log1p(-np.minimum(there.probability, 1.0 - 1e-9))
    total = np.zeros(len(there.subject))
    placed: dict[str, FloatArray] = {}
    for service, (subject, uses) in services.items():
        mine = np.zeros(len(there.subject))
        if len(mine):
            at = np.minimum(np.searchsorted(there.subject, subject), len(mine) - 1)
            known = there.subject[at] == subject
            mine[at[known]] = uses[known]
        placed[service] = mine
        total += mine
    found = {
        service: harm
        * float(
            -np.expm1(-rate * mine / np.maximum(total, 1.0) * learned.felt_share(service)).sum()
        )
        for service, mine in placed.items()
    }
    return dict(sorted(found.items(), key=lambda each: -each[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """How many of each group are expected to be touched."""

    segments: Mapping[str, float]
    slices: Mapping[str, float]
    important: float


def _groups(subject: IntArray, touched: FloatArray, known: Group) -> Groups:
    segments, slices, important = dict[str, float](), dict[str, float](), 0.0
    for who, chance in zip(subject.tolist(), touched.tolist(), strict=True):
        if who in known.segment:
            name = known.segment[who]
            segments[name] = segments.get(name, 0.0) + chance
        if who in known.slice:
            name = known.slice[who]
            slices[name] = slices.get(name, 0.0) + chance
        important += chance if who in known.important else 0.0
    return Groups(segments=segments, slices=slices, important=important)
