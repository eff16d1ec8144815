"""QOS_SUSTAINABILITY: in which areas experience keeps its threshold, hour by hour of a window.

3GPP asks for retained flows or throughput of users; neither is in the cube. What is foretold is
the mean opinion score: `mosThd`, `expMos`, `keepRatio` (percent of the window's hours) are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from sentio.api.nwdaf.asked import Asked, Window, area_of, iso
from sentio.api.nwdaf.causes import caused
from sentio.api.nwdaf.foretelling import confidence, foretell
from sentio.experience.service import SERVICES
from sentio.model.degradation import Degradation
from sentio.store.ask import Answers
from sentio.store.cube import HOUR_NS

Json = dict[str, Any]  # Any: JSON
Course = Mapping[int, float]
"""Mean MOS by the start of the hour."""

WEEKS = 4  # that are looked back
WEEK_NS, DAY_NS = 168 * HOUR_NS, 24 * HOUR_NS
POOR_BELOW = 3.0  # the threshold of a service that is not known by name


def qos_sustainability(
    answers: Answers,
    asked: Asked,
    window: Window,
    *,
    now_ns: int,
    degradations: list[Degradation],
) -> list[Json]:
    """Give an entry for each service and cell; of the whole network where no area is asked for.

    Hours ahead are foretold, hours past are counted. A service without any past is left out.
    """
    if asked.has_other_threshold and asked.mos_threshold is None:
        raise caused(
            "UNAVAILABLE_DATA",
            "retained flows and throughput of users are not kept here",
            expected="mosThd, or no threshold",
        )
    entries: list[Json] = []
    for (service, cell), course in sorted(_courses(answers, asked, window, now_ns).items()):
        threshold = _threshold(asked, service)
        if window.is_ahead:
            shift = _shift(degradations, service, cell)
            told = _ahead(course, window, threshold, shift=shift, now_ns=now_ns)
        else:
            told = _counted(course, window, threshold)
        if told:
            entries.append(_entry(service, cell, window, threshold, told))
    return entries


def _entry(service: str, cell: str, window: Window, threshold: float, told: Json) -> Json:
    return {
        **({"areaInfo": area_of(cell)} if cell else {}),
        "startTs": iso(window.since_ns),
        "endTs": iso(window.until_ns),
        "appId": service,
        "mosThd": threshold,
        **told,
    }


def _courses(
    answers: Answers, asked: Asked, window: Window, now_ns: int
) -> dict[tuple[str, str], dict[int, float]]:
    known = answers.services()
    services = tuple(each for each in asked.apps if each in known)
    if not known or (asked.apps and not services):
        return {}
    since_ns = (now_ns - WEEKS * WEEK_NS) if window.is_ahead else window.since_ns
    span = {"since_ns": since_ns, "until_ns": now_ns if window.is_ahead else window.until_ns}
    if asked.cells:
        table = answers.ask("member_hours", members=asked.cells, dimension="cell", **span)
    else:
        table = answers.ask("hourly_course", **span)
    courses: dict[tuple[str, str], dict[int, float]] = {}
    for row in table.to_pylist():
        if row["n"] and (not services or row["service"] in services):
            key = row["service"], row.get("member") or ""
            courses.setdefault(key, {})[row["hour"]] = row["mos_mean"]
    return courses


def _threshold(asked: Asked, service: str) -> float:
    if asked.mos_threshold is not None:
        return asked.mos_threshold
    return SERVICES[service].poor_below if service in SERVICES.names() else POOR_BELOW


def _hours(window: Window) -> range:
    first = window.since_ns - window.since_ns % HOUR_NS
    return range(first, window.until_ns, HOUR_NS)


def _counted(course: Course, window: Window, threshold: float) -> Json:
    means = [course[hour] for hour in _hours(window) if hour in course]
    if not means:
        return {}
    kept = sum(mean >= threshold for mean in means)
    return {
        "expMos": round(fmean(means), 3),
        "keepRatio": round(100 * kept / len(means)),
        "confidence": round(100 * len(means) / len(_hours(window))),
    }


def _ahead(course: Course, window: Window, threshold: float, *, shift: float, now_ns: int) -> Json:
    means: list[float] = []
    keeps: list[float] = []
    sure = 0.0
    for hour in _hours(window):
        past, is_same_day = _past(course, hour)
        if past:
            lead_h = max(0.0, (hour - now_ns) / HOUR_NS)
            told = foretell(past, threshold, shift=shift, lead_h=lead_h)
            means.append(told.mos)
            keeps.append(told.keeps)
            sure += confidence(len(past), is_same_day=is_same_day)
    if not means:
        return {}
    return {
        "expMos": round(fmean(means), 3),
        "keepRatio": round(100 * fmean(keeps)),
        "confidence": round(100 * sure / len(_hours(window))),
    }


def _past(course: Course, hour: int) -> tuple[list[float], bool]:
    """Give the same hour of the weeks before, else that of the days before."""
    oldest = min(course, default=hour)
    for step_ns in (WEEK_NS, DAY_NS):
        found = [course[at] for at in range(hour - step_ns, oldest - 1, -step_ns) if at in course]
        if found:
            return found, step_ns == WEEK_NS
    return [], False


def _shift(degradations: list[Degradation], service: str, cell: str) -> float:
    """Tell what the worst open degradation takes from a service in a cell, or everywhere."""
    return min(
        (
            each.mos_seen - each.mos_usual
            for each in degradations
            if service in each.services and _touches(each, cell)
        ),
        default=0.0,
    )


def _touches(each: Degradation, cell: str) -> bool:
    return not each.scope or (cell != "" and dict(each.scope) == {"cell": cell})
