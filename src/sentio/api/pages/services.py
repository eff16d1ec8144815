"""GET services: how every service fares, one of them with what made its score, and its course."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from sentio.analysis.score_change import Level, score_change
from sentio.api.access import Access
from sentio.api.awareness import Json, moment_of
from sentio.api.pages.scope import Asked, Scope
from sentio.api.pages.service_answers import (
    Change,
    Contribution,
    Course,
    Fared,
    ListedService,
    OneService,
    ServiceCourse,
    ServiceList,
    Worst,
)
from sentio.api.problems import RequestError
from sentio.experience.service import SERVICES
from sentio.kernel.errors import UnknownName
from sentio.loop.happenings import Happening, happened
from sentio.loop.platform import Platform
from sentio.loop.selection import LEAST_USES, Row, Selected, poor_below
from sentio.model.degradation import Degradation
from sentio.model.domain import DOMAINS
from sentio.store.ask import Answers
from sentio.store.cube import BINS, MINUTE_NS
from sentio.store.state.told import Told, Wanted

GOOD_MOS = 3.4  # from here on a use is graded good (B) or excellent (A)
GOOD_BIN = 24  # the bin of 0.1 MOS that begins there
MOST_POINTS = 400  # of a course: about one every three pixels
STEPS_MINUTES = (1, 5, 15, 60, 180, 360, 1440)
TREND_POINTS = 30

Asks = Annotated[Scope, Depends(Scope)]


def services_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes."""
    router = APIRouter(
        prefix="/v1/services", tags=["experience"], dependencies=[Depends(access.needs("read"))]
    )
    answers, told = Answers(platform.warehouse), Told(platform.state)

    @router.get("", summary="Every service: uses, subjects, score, shares, change, worst member")
    def listed(scope: Asks, dimension: str = "cell") -> ServiceList:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Tell how each service fared; the worst member is sought in ``dimension``."""
        return list_services(answers, told, scope.asked(platform), dimension=dimension)

    @router.get("/{service}", summary="One service: distribution, and what made its score")
    def one(service: str, scope: Asks) -> OneService:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Tell how it fared now and at the other time, and what each domain adds to the change."""
        return one_service(answers, known_service(answers, service), scope.asked(platform))

    @router.get("/{service}/course", summary="One service over time")
    def course(service: str, scope: Asks) -> ServiceCourse:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Follow it minute by minute, or in longer steps where the time is long."""
        name, asked = known_service(answers, service), scope.asked(platform)
        step = step_minutes(asked.now.until_ns - asked.now.since_ns)
        return ServiceCourse(
            window=asked.window,
            against=asked.against,
            step_s=step * 60,
            now=_course(Selected(answers, asked.now), name, step, 0),
            before=_course_before(answers, asked, name, step),
            degradations=degradations_json(told, asked, name),
            happenings=happenings_json(
                happened(platform.warehouse, asked.now.since_ns, asked.now.until_ns)
            ),
        )

    return router


def known_service(answers: Answers, name: str) -> str:
    """Give the name of a service that has uses; anything else is not found."""
    known = answers.services()
    if name not in known:
        error = UnknownName.among("service with uses", name, known)
        raise RequestError(404, str(error), where="path")
    return name


def step_minutes(span_ns: int) -> int:
    """Give the shortest step that does not make too many points."""
    steps = (step for step in STEPS_MINUTES if span_ns // (step * MINUTE_NS) <= MOST_POINTS)
    return next(steps, STEPS_MINUTES[-1])


def list_services(answers: Answers, told: Told, asked: Asked, *, dimension: str) -> ServiceList:
    """Tell of every service that has uses in the time, the one with the most uses first."""
    names = answers.services()
    chosen = Selected(answers, asked.now)
    fared, before = _fared(chosen, names), _fared_before(answers, asked, names)
    worst = _worst(answers, asked, dimension)
    trends = _trends(chosen, names)
    shown = [
        ListedService(
            service=name,
            title=title_of(name),
            subject_kind=kind_of(name),
            poor_below=poor_below(name),
            now=fared[name],
            before=before.get(name),
            worst=worst.get(name),
            trend=trends.get(name, []),
            degradations=len(_degradations(told, asked, name)),
        )
        for name in sorted(fared, key=lambda each: (-fared[each].uses, each))
    ]
    return ServiceList(
        window=asked.window, against=asked.against, good_mos=GOOD_MOS, services=shown
    )


def one_service(answers: Answers, name: str, asked: Asked) -> OneService:
    """Tell of one service now, and at the other time."""
    chosen = Selected(answers, asked.now)
    before = Selected(answers, asked.before) if asked.before else None
    bins = chosen.bins((name,)).get(name, [0] * BINS)
    bins_before = before.bins((name,)).get(name) if before else None
    fared = fared_of(chosen.totals((name,)).get(name), bins)
    fared_before = fared_of(before.totals((name,)).get(name), bins_before or []) if before else None
    loss = chosen.loss(name)
    known = SERVICES[name] if name in SERVICES else None  # noqa: SIM401  (it is no dict)
    return OneService(
        service=name,
        title=title_of(name),
        standard=known.standard if known else "",
        subject_kind=kind_of(name),
        poor_below=poor_below(name),
        good_mos=GOOD_MOS,
        confidence=known.confidence if known else None,
        provisional=known.provisional if known else "",
        window=asked.window,
        against=asked.against,
        now=fared,
        before=fared_before if fared_before and fared_before.uses else None,
        bins=bins,
        bins_before=bins_before,
        loss=loss,
        change=_change(fared, loss, fared_before, before.loss(name) if before else None),
    )


def fared_of(row: Row | None, bins: list[int]) -> Fared:
    """Sum a service up."""
    row = row or {}
    n = int(row.get("n") or 0)
    return Fared(
        uses=n,
        unscored=int(row.get("unscored") or 0),
        poor=int(row.get("poor") or 0),
        mos=row.get("mos_mean"),
        poor_share=row.get("poor_share"),
        good_share=sum(bins[GOOD_BIN:]) / n if n else None,
        subjects=round(row.get("subjects") or 0),
        poor_subjects=round(row.get("poor_subjects") or 0),
    )


def title_of(name: str) -> str:
    """Tell what people call a service."""
    return SERVICES[name].title if name in SERVICES else name


def kind_of(name: str) -> str:
    """Tell who uses a service: users or things."""
    return SERVICES[name].subject_kind if name in SERVICES else "user"


def degradations_json(told: Told, asked: Asked, service: str) -> list[Json]:
    """Give the degradations of a service that touch the time asked about."""
    return [
        {
            "id": each.id,
            "scope": dict(each.scope),
            "began": moment_of(each.began_ns),
            "ended": moment_of(each.ended_ns),
            "state": each.state,
            "uses": each.uses,
            "poor_uses": each.poor_uses,
            "mos_usual": each.mos_usual,
            "mos_seen": each.mos_seen,
        }
        for each in _degradations(told, asked, service)
    ]


def happenings_json(found: list[Happening]) -> list[Json]:
    """Give what happened, with its moment."""
    return [
        {
            "kind": each.kind,
            "id": each.id,
            "at": moment_of(each.ts_ns),
            "element": each.element,
            "element_kind": each.element_kind,
            "title": each.title,
            "severity": each.severity,
            "told": each.told,
        }
        for each in found
    ]


def _degradations(told: Told, asked: Asked, service: str) -> list[Degradation]:
    now = asked.now
    wanted = Wanted(since_ns=now.since_ns, until_ns=now.until_ns, service=service)
    return told.degradations(wanted)


def _fared(chosen: Selected, names: tuple[str, ...]) -> dict[str, Fared]:
    if not names:
        return {}
    totals, bins = chosen.totals(names), chosen.bins(names)
    return {name: fared_of(row, bins.get(name, [])) for name, row in totals.items()}


def _fared_before(answers: Answers, asked: Asked, names: tuple[str, ...]) -> dict[str, Fared]:
    if asked.before is None:
        return {}
    found = _fared(Selected(answers, asked.before), names)
    return {name: each for name, each in found.items() if each.uses}


def _worst(answers: Answers, asked: Asked, dimension: str) -> dict[str, Worst]:
    """Find the worst member of each service; it is not sought inside of a narrower selection."""
    if asked.now.scope:
        return {}
    given = {"dimension": dimension, "least_n": LEAST_USES, "limit": 1, **asked.now.span}
    rows = answers.ask("worst_members", **given).to_pylist()
    return {
        row["service"]: Worst(
            dimension=dimension,
            member=row["member"],
            uses=row["n"],
            poor_share=row["poor_share"],
            excess_poor=row["excess_poor"],
        )
        for row in rows
        if row["excess_poor"] > 0.0
    }


def _trends(chosen: Selected, names: tuple[str, ...]) -> dict[str, list[float | None]]:
    span = chosen.selection
    if not names:
        return {}
    wide_ns = span.until_ns - span.since_ns
    step = next(
        (s for s in STEPS_MINUTES if wide_ns // (s * MINUTE_NS) <= TREND_POINTS), STEPS_MINUTES[-1]
    )
    step_ns = step * MINUTE_NS
    starts = range(span.since_ns - span.since_ns % step_ns, span.until_ns, step_ns)
    found: dict[str, list[float | None]] = {}
    for name, rows in chosen.course(names, step).items():
        mos = {row["period"]: row["mos_mean"] for row in rows}
        found[name] = [mos.get(start) for start in starts]
    return found


def _course(chosen: Selected, service: str, step: int, shift_ns: int) -> Course:
    span, step_ns = chosen.selection, step * MINUTE_NS
    rows = {row["period"]: row for row in chosen.course((service,), step).get(service, [])}
    starts = range(span.since_ns - span.since_ns % step_ns, span.until_ns, step_ns)
    nothing: dict[str, Any] = {"n": 0, "poor": 0, "mos_mean": None, "poor_share": None}
    found = [rows.get(start, nothing) for start in starts]
    return Course(
        at=[(start + shift_ns) // 1_000_000_000 for start in starts],
        uses=[row["n"] for row in found],
        poor=[row["poor"] for row in found],
        mos=[row["mos_mean"] for row in found],
        poor_share=[row["poor_share"] for row in found],
    )


def _course_before(answers: Answers, asked: Asked, service: str, step: int) -> Course | None:
    if asked.before is None:
        return None
    shift_ns = asked.now.since_ns - asked.before.since_ns
    return _course(Selected(answers, asked.before), service, step, shift_ns)


def _change(
    now: Fared, loss: dict[str, float] | None, was: Fared | None, lost: dict[str, float] | None
) -> Change | None:
    if was is None or now.mos is None or was.mos is None or loss is None or lost is None:
        return None
    found = score_change(Level(mos=now.mos, loss=loss), Level(mos=was.mos, loss=lost))
    return Change(
        delta=found.delta,
        contributions=[
            Contribution(
                domain=domain,
                loss=loss[domain],
                loss_before=lost[domain],
                contribution=found.contributions[domain],
            )
            for domain in DOMAINS
        ],
        rest=found.rest,
    )
