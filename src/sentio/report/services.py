"""One part of the report for each service: totals, distribution, course, causes, worst, missing."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.experience.service import SERVICES, Service
from sentio.model.domain import DIMENSIONS, DOMAINS
from sentio.model.indicator import indicators
from sentio.report.asked import Asked, Row, step_hours
from sentio.report.page import Course, Heat, Loss, Missing, ServicePart, Worst, WorstGroup
from sentio.store.cube import HOUR_NS, MOS_BINS, SCALE

MOST_COLUMNS = 192  # eight days, hour by hour
MOST_HEAT_COLUMNS = 120
WORST_ROWS = 10
HEAT_ROWS = 12
LEAST_N = 30
DIMENSIONS_SHOWN = tuple(name for name in DIMENSIONS if name != "all")
PLACES_FIRST = ("cell", "gnb", "link", "upf", "edge", "server", "app", "device_model")


@dataclass(frozen=True, slots=True)
class Found:
    """All answers about services, asked once and put together by service."""

    totals: dict[str, list[Row]]
    bins: dict[str, list[Row]]
    course: dict[str, list[Row]]
    drivers: dict[str, list[Row]]
    subjects: dict[str, list[Row]]
    worst: dict[str, dict[str, list[Row]]]
    details: dict[str, dict[tuple[str, str], Row]]
    worst_hours: dict[str, list[Row]]
    missing: dict[str, list[Row]]
    step_hours: dict[str, int]


def service_parts(asked: Asked, *, are_subjects_exact: bool) -> tuple[ServicePart, ...]:
    """Build the part of each service that was used in the span, by name."""
    totals = asked.by_service("service_totals")
    if not totals:
        return ()
    found = _ask(asked, totals, are_subjects_exact=are_subjects_exact)
    return tuple(_part(asked, found, service) for service in sorted(totals))


def definition(service: str) -> Service | None:
    """Look a service's definition up; None if this release has no such service."""
    return SERVICES[service] if service in SERVICES else None  # noqa: SIM401  (it is no dict)


def poor_below(service: str) -> float:
    """Tell the MOS under which a use of a service is poor."""
    known = definition(service)
    return known.poor_below if known else 3.0


def _ask(asked: Asked, totals: dict[str, list[Row]], *, are_subjects_exact: bool) -> Found:
    steps, course = _courses(asked)
    worst = {
        dimension: asked.by_service(
            "worst_members", dimension=dimension, least_n=LEAST_N, limit=WORST_ROWS
        )
        for dimension in DIMENSIONS_SHOWN
    }
    return Found(
        totals=totals,
        bins=asked.by_service("mos_distribution"),
        course=course,
        drivers=asked.by_service("drivers"),
        subjects=_subjects(asked, totals, is_exact=are_subjects_exact),
        worst=worst,
        details={dimension: _details(asked, dimension, worst[dimension]) for dimension in worst},
        worst_hours=asked.by_service("worst_hours", least_n=LEAST_N, limit=WORST_ROWS),
        missing=asked.by_service("missing_inputs", services=tuple(totals)),
        step_hours=steps,
    )


def _courses(asked: Asked) -> tuple[dict[str, int], dict[str, list[Row]]]:
    """Follow each service in the shortest steps that its own span allows."""
    steps: dict[str, int] = {}
    for service, rows in asked.by_service("hourly_course", step_hours=24).items():
        last = rows[-1]["hour"] + 23 * HOUR_NS
        steps[service] = step_hours(rows[0]["hour"], last, most=MOST_COLUMNS)
    course: dict[str, list[Row]] = {}
    for step in set(steps.values()):
        found = asked.by_service("hourly_course", step_hours=step)
        course |= {service: rows for service, rows in found.items() if steps[service] == step}
    return steps, course


def _subjects(
    asked: Asked, totals: dict[str, list[Row]], *, is_exact: bool
) -> dict[str, list[Row]]:
    if not is_exact:
        return asked.by_service("subjects_by_service")
    return {
        service: asked.table(
            "subjects_counted", services=(service,), poor_below=(poor_below(service),)
        ).to_pylist()
        for service in totals
    }


def _details(
    asked: Asked, dimension: str, worst: dict[str, list[Row]]
) -> dict[tuple[str, str], Row]:
    members = sorted({row["member"] for rows in worst.values() for row in rows})
    if not members:
        return {}
    rows = asked.rows("member_details", dimension=dimension, members=tuple(members))
    return {(row["service"], row["member"]): row for row in rows}


def _part(asked: Asked, found: Found, service: str) -> ServicePart:
    known = definition(service)
    totals, bins = found.totals[service][0], found.bins[service][0]
    crowd = found.subjects.get(service, [{"subjects": 0.0, "poor_subjects": 0.0}])[0]
    groups = tuple(
        WorstGroup(dimension=dimension, rows=rows)
        for dimension in DIMENSIONS_SHOWN
        if (rows := _worst_members(found, service, dimension))
    )
    return ServicePart(
        name=service,
        title=known.title if known else service,
        standard=known.standard if known else "",
        subject_kind=known.subject_kind if known else "user",
        provisional=known.provisional if known else "",
        poor_below=poor_below(service),
        **{
            name: totals[name]
            for name in (
                "n", "unscored", "poor", "poor_share", "grounded_share", "confidence_mean",
                "mos_mean",
            )
        },
        **{name: bins[name] for name in ("mos_p10", "mos_p50", "mos_p90")},
        subjects=float(crowd["subjects"]),
        poor_subjects=float(crowd["poor_subjects"]),
        bins=tuple(bins[name] for name in MOS_BINS),
        course=tuple(_course(row) for row in found.course.get(service, [])),
        step_hours=found.step_hours[service],
        losses=_losses(found.drivers[service][0]),
        worst=groups,
        worst_hours=tuple(
            _worst(row, row, name="", hour_ns=row["hour"])
            for row in found.worst_hours.get(service, [])
            if row["excess_poor"] > 0
        ),
        heat=_heat(asked, service, groups),
        missing=_missing(known, found.missing.get(service, [])),
    )  # fmt: skip


def _course(row: Row) -> Course:
    names = ("n", "poor", "mos_mean", "mos_p10", "mos_p50", "mos_p90")
    return Course(hour_ns=row["hour"], **{name: row[name] for name in names})


def _losses(row: Row) -> tuple[Loss, ...]:
    lost = {domain: row[f"loss_{domain}_e4"] for domain in DOMAINS}
    whole, n = sum(lost.values()), row["n"]
    if not whole or not n:
        return ()
    losses = (
        Loss(domain=domain, mos_per_use=part / SCALE / n, share=part / whole)
        for domain, part in lost.items()
        if part
    )
    return tuple(sorted(losses, key=lambda loss: -loss.share))


def _worst_members(found: Found, service: str, dimension: str) -> tuple[Worst, ...]:
    rows = found.worst[dimension].get(service, [])
    details = found.details[dimension]
    return tuple(
        _worst(row, details[service, row["member"]], name=row["member"], hour_ns=0)
        for row in rows
        if row["excess_poor"] > 0
    )


def _worst(row: Row, losses: Row, *, name: str, hour_ns: int) -> Worst:
    numbers = ("n", "poor", "poor_share", "poor_share_low", "excess_poor", "mos_mean")
    lost = {domain: losses[f"loss_{domain}_e4"] for domain in DOMAINS}
    return Worst(
        name=name,
        hour_ns=hour_ns,
        main_domain=max(lost, key=lost.__getitem__) if any(lost.values()) else "",
        **{each: row[each] for each in numbers},
    )


def _heat(asked: Asked, service: str, groups: tuple[WorstGroup, ...]) -> Heat | None:
    """Follow the worst members of the first dimension that has some, over the last days."""
    group = next((group for group in groups if group.dimension in PLACES_FIRST), None)
    if group is None:
        return None
    members = tuple(row.name for row in group.rows[:HEAT_ROWS])
    given = {"dimension": group.dimension, "members": members, "service": service}
    spread = asked.rows("member_hours", **given, step_hours=24)
    first, last = min(row["hour"] for row in spread), max(row["hour"] for row in spread)
    step = step_hours(first, last + 23 * HOUR_NS, most=MOST_HEAT_COLUMNS)
    rows = asked.rows("member_hours", **given, step_hours=step)
    step_ns = step * HOUR_NS
    first, last = min(row["hour"] for row in rows), max(row["hour"] for row in rows)
    hours = tuple(range(first, last + 1, step_ns))
    held = {(row["member"], row["hour"]): row for row in rows if row["n"]}
    return Heat(
        dimension=group.dimension,
        members=members,
        hours_ns=hours,
        step_hours=step,
        values=tuple(
            tuple(
                (row["mos_mean"], row["n"], row["poor"])
                if (row := held.get((member, hour)))
                else None
                for hour in hours
            )
            for member in members
        ),
    )


def _missing(known: Service | None, rows: list[Row]) -> tuple[Missing, ...]:
    """Decode the masks: bit i stands for input i of the service."""
    every = sum(row["n"] for row in rows)
    if known is None or not every:
        return ()
    counts = [
        sum(row["n"] for row in rows if row["missing"] >> bit & 1)
        for bit in range(len(known.inputs))
    ]
    found = (
        Missing(
            name=wanted.name,
            meaning=indicators()[wanted.name].meaning,
            need=wanted.need,
            n=n,
            share=n / every,
        )
        for wanted, n in zip(known.inputs, counts, strict=True)
        if n
    )
    return tuple(sorted(found, key=lambda each: -each.n))
