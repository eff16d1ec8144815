"""What an agent says to somebody who complains: verdict, reason, what is done; plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sentio.model.care import POOR_SHARE, Incident, ServiceCourse, Session, Verdict

HOUR_NS = 3_600_000_000_000
NOW_NS = 3 * HOUR_NS  # before the end of the data, which counts as now
TODAY_NS = 24 * HOUR_NS  # in which an incident that goes on has hurt, to be suffered now
FEWEST_POOR = 2
WELL_KNOWN = {
    "device": "your device, or how it reaches our network indoors",
    "ran": "the radio cell that serves you",
    "transport": "the line behind the radio mast",
    "core": "our core network",
    "edge": "a server of ours near you",
    "application": "the app or the server behind it",
}
DOING = {
    "submitted": "it has been seen and is being looked at",
    "acknowledged": "our network team has taken it over",
    "inProgress": "it is being worked on",
    "held": "it is being worked on",
    "pending": "it is being worked on",
    "resolved": "it is over",
    "closed": "it is over",
    "cancelled": "it is being worked on together with a greater one",
    "open": "it has been seen and is being looked at",
    "over": "it is over",
}


def verdict_of(
    services: Sequence[ServiceCourse], incidents: Sequence[Incident], *, until_ns: int
) -> Verdict:
    """Say whether a subject suffers now, suffered lately, fares well, or is unknown."""
    if not any(each.uses for each in services):
        return "unknown"
    open_now = any(
        each.ended_ns is None and each.hurts and (each.last_poor_ns or 0) > until_ns - TODAY_NS
        for each in incidents
    )
    late = [_late(each, until_ns) for each in services]
    if open_now or any(is_poor for is_poor in late):
        return "suffering"
    poor, uses = sum(s.poor_uses for s in services), sum(s.uses for s in services)
    is_much = poor >= FEWEST_POOR and poor >= POOR_SHARE * uses
    one_bad = any(
        s.poor_uses >= FEWEST_POOR and s.poor_uses >= POOR_SHARE * s.uses for s in services
    )
    met = any(each.hurts for each in incidents)
    return "suffered" if is_much or one_bad or met else "well"


def _late(course: ServiceCourse, until_ns: int) -> bool:
    """Tell whether a service is poor in the last hours: their mean is, and before it was not."""
    late = [(uses, mos) for start, uses, mos in course.hours if start > until_ns - NOW_NS]
    uses = sum(n for n, _ in late)
    if uses < FEWEST_POOR:
        return False
    mean = sum(n * mos for n, mos in late) / uses
    return mean < 3.0  # noqa: PLR2004  (MOS: fair)


def headline_of(
    verdict: Verdict,
    services: Sequence[ServiceCourse],
    incidents: Sequence[Incident],
    worst: Sequence[Session],
) -> str:
    """Say it in one line for the agent, the verdict first."""
    if verdict == "unknown":
        return "Nothing was seen of this subject in these days."
    uses, poor = sum(s.uses for s in services), sum(s.poor_uses for s in services)
    count = f"{poor:,} of {uses:,} uses poor"
    if verdict == "well":
        return f"Fares well: {count}."
    named = ", ".join(each.service for each in services if each.poor_uses)[:80] or "all services"
    start = "Suffers now" if verdict == "suffering" else "Has suffered"
    met = next((each for each in incidents if each.hurts), None)
    if met is not None:
        cause = f"likeliest cause {met.cause}" if met.cause else "its cause is not known yet"
        doing = met.doing or DOING.get(met.state, met.state)
        return f"{start}: {count} ({named}); {cause}; {doing}."
    domain = _domain(worst)
    return f"{start}: {count} ({named}); " + (
        f"mostly by the {domain} domain, no incident known." if domain else "no incident known."
    )


def words_of(
    verdict: Verdict,
    services: Sequence[ServiceCourse],
    incidents: Sequence[Incident],
    worst: Sequence[Session],
    works: Sequence[str],
) -> tuple[str, ...]:
    """Give what can be said to the customer, line by line."""
    return tuple(_lines(verdict, services, incidents, worst, works))


def _lines(
    verdict: Verdict,
    services: Sequence[ServiceCourse],
    incidents: Sequence[Incident],
    worst: Sequence[Session],
    works: Sequence[str],
) -> Iterator[str]:
    if verdict == "unknown":
        yield "I see no use of our network by you in these days; is the number right?"
        return
    bad = [each for each in services if each.poor_uses]
    if verdict == "well":
        yield "What I see of your connection in these days looks good."
    elif bad:
        first = bad[0]
        yield (
            f"I can see it: {first.poor_uses} of your {first.uses} uses of {first.service} "
            "were not as they should be."
        )
    met = next((each for each in incidents if each.hurts), None)
    if met is not None and verdict != "well":
        yield from _of_incident(met)
    elif verdict != "well" and (domain := _domain(worst)):
        yield f"It comes from {WELL_KNOWN[domain]}; no wider fault is known there."
        if domain == "device":
            yield "Please try another place or device, and look for an update of yours."
        else:
            yield "I pass it on to our network team with what I see here."
    for each in works:
        yield f"There is planned work ahead where you mostly are: {each} (UTC)."


def _of_incident(met: Incident) -> Iterator[str]:
    domain = met.cause.rpartition("(")[2].rstrip(")")
    where = WELL_KNOWN.get(domain, "our network")
    if met.ended_ns is None:
        yield f"There is a fault in {where} since {moment(met.began_ns)} UTC, and not at your side."
        yield f"We know of it: {met.doing or DOING.get(met.state, met.state)}."
    else:
        yield (
            f"There was a fault in {where} from {moment(met.began_ns)} to "
            f"{moment(met.ended_ns)} UTC; it is over."
        )


def _domain(worst: Sequence[Session]) -> str:
    """Name the domain that spoilt most of the worst uses."""
    total: dict[str, float] = {}
    for each in worst:
        for domain, loss in each.drivers.items():
            total[domain] = total.get(domain, 0.0) + loss
    return max(total, key=lambda name: total[name]) if total else ""


def moment(ts_ns: int) -> str:
    """Write a moment as people say it."""
    return datetime.fromtimestamp(ts_ns / 1e9, UTC).strftime("%a %d %b %H:%M")
