"""From a complaint to its cause in one call: how a subject fared lately, why, and what is done.

Costs one subject's uses of the last days, which lie together in the store, and nothing that grows
with how many subjects there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa

from sentio.experience.scoring import domain_loss, score
from sentio.experience.service import SERVICES
from sentio.kernel.arrays import BoolArray
from sentio.loop.care.doing import doing_about
from sentio.loop.care.history import History, history_of
from sentio.loop.care.reach import Ways, reach_of
from sentio.loop.care.seen import DAY_NS, WEEKENDS
from sentio.loop.care.subject_words import headline_of, moment, verdict_of, words_of
from sentio.loop.care.works import Works
from sentio.loop.detail import Part, StoreDetail
from sentio.loop.important import IS_IMPORTANT
from sentio.loop.periods import Periods
from sentio.model.calendar import Calendar
from sentio.model.care import Incident, ServiceCourse, Session, SubjectCare, Verdict
from sentio.model.degradation import Degradation
from sentio.model.record import PATH
from sentio.store.cube import HOUR_NS, MINUTE_NS
from sentio.store.state import StateStore
from sentio.store.state.plans import Plans
from sentio.store.state.problems import Problems
from sentio.store.state.told import Told, Wanted
from sentio.store.warehouse import Warehouse

DAYS = 7.0
WORST, MOST_INCIDENTS = 5, 8
MOST_TOLD = 300  # degradations that are tried
LEAST_LOSS = 0.05  # MOS that a driver must have cost to be named
AHEAD_NS = 3 * DAY_NS  # planned works
CALM_NS = 3 * HOUR_NS  # without a poor use: what came before is another story
USUAL_SHARE = 0.2  # of the uses that go a way, to call it usual


class Care:
    """Answers for one subject at a time; keeps the topology between calls, nothing of anybody."""

    def __init__(
        self, warehouse: Warehouse, state: StateStore, calendar: Calendar = WEEKENDS
    ) -> None:
        self._warehouse = warehouse
        self._told, self._problems = Told(state), Problems(state)
        self._periods = Periods(warehouse, period_ns=MINUTE_NS)
        self._works = Works(warehouse, calendar)
        self._plans = Plans(state)

    def of(self, subject: int, *, now_ns: int, days: float = DAYS) -> SubjectCare:
        """Tell of one subject, of the last days until the newest data or ``now_ns``."""
        span = self._periods.span_ns()
        until_ns = now_ns if span is None else min(now_ns, span[1] + 1)
        since_ns = until_ns - round(days * DAY_NS)
        con = self._warehouse.con.cursor()
        ways = self._works.ways()
        detail = StoreDetail(self._warehouse, ways.topology)
        detail.refresh(con)
        parts = list(detail.parts(con, {"subject": str(subject)}, since_ns, until_ns))
        history = history_of(con, detail, parts)
        incidents = tuple(self._incidents(history, since_ns, until_ns))
        services = tuple(_courses(history))
        worst = tuple(_worst(con, detail, parts, history))
        verdict = verdict_of(services, incidents, until_ns=until_ns)
        segment, is_important = _customer(con, subject)
        works = tuple(self._ahead(history, ways, until_ns))
        return SubjectCare(
            subject=subject,
            verdict=verdict,
            poor_since_ns=poor_since(verdict, history, incidents, until_ns=until_ns),
            headline=headline_of(verdict, services, incidents, worst),
            words=words_of(verdict, services, incidents, worst, works),
            since_ns=since_ns,
            until_ns=until_ns,
            services=services,
            worst=worst,
            incidents=incidents,
            works=works,
            tickets=tuple(_tickets(con, subject, since_ns)),
            segment=segment,
            is_important=is_important,
        )

    def _incidents(self, history: History, since_ns: int, until_ns: int) -> Iterator[Incident]:
        """Give the degradations that met uses of the subject, those that hurt it first."""
        found: list[Incident] = []
        wanted = Wanted(since_ns=since_ns, until_ns=until_ns)
        for each in self._told.degradations(wanted, limit=MOST_TOLD):
            met = history.within(each.scope, each.began_ns, each.ended_ns or until_ns)
            if met.any():
                found.append(_met(each, history, met))
        found.sort(key=lambda one: (not one.hurts, -one.poor_uses, -one.began_ns))
        yield from (self._known(each) for each in found[:MOST_INCIDENTS])

    def _known(self, each: Incident) -> Incident:
        """Add what is known of its cause, and what is being done."""
        made = self._told.diagnoses(degradation=each.degradation, limit=1)
        problems = self._problems.list(degradation=each.degradation, limit=1)
        cause = made[0][1].cause if made else None
        return replace(
            each,
            problem=problems[0].id if problems else "",
            state=problems[0].status if problems else each.state,
            cause=f"{cause.element_kind} {cause.element} ({cause.domain})" if cause else "",
            cause_kind=cause.kind if cause else "",
            probability=cause.probability if cause else None,
            diagnosis=made[0][0] if made else "",
            doing=doing_about(self._plans, each.degradation),
            sentence=made[0][1].sentence if made else "",
        )

    def _ahead(self, history: History, ways: Ways, until_ns: int) -> Iterator[str]:
        """Tell of planned works ahead that take the subject's usual way."""
        if not len(history.ts):
            return
        for work in self._works.list(ends_after_ns=until_ns, begins_before_ns=until_ns + AHEAD_NS):
            reach = reach_of(work, ways)
            column = reach.dimension
            if reach.way == "longer" or column not in history.uses.column_names:
                continue
            names = history.uses.column(column).cast(pa.string()).to_pylist()
            share = sum(name in reach.members for name in names) / len(names)
            if share >= USUAL_SHARE and self._works.harm(work, reach) >= 0.5:  # noqa: PLR2004
                yield (
                    f"{work.title or 'planned work'} on {work.element}, {moment(work.begins_ns)} "
                    f"to {moment(work.ends_ns)}"
                )


def poor_since(
    verdict: Verdict, history: History, incidents: Iterable[Incident], *, until_ns: int
) -> int | None:
    """Tell since when a subject that suffers does so; None for others.

    That is its first poor use since the incident began that hurts it now, or, where there is none,
    the first poor use of the last day that no calm of three hours follows.
    """
    if verdict != "suffering":
        return None
    begun = [each.began_ns for each in incidents if each.hurts and each.ended_ns is None]
    since_ns = min(begun) if begun else until_ns - DAY_NS
    poor = history.ts[history.is_poor & (history.ts >= since_ns)]
    if not len(poor):
        return since_ns if begun else None
    if begun:
        return int(poor[0])
    gaps = np.flatnonzero(np.diff(poor) > CALM_NS)
    return int(poor[gaps[-1] + 1]) if len(gaps) else int(poor[0])


def _met(each: Degradation, history: History, met: BoolArray) -> Incident:
    """Say how a degradation met a subject."""
    poor = history.ts[met & history.is_poor]
    return Incident(
        degradation=each.id,
        problem="",
        state=each.state,
        scope=each.scope,
        began_ns=each.began_ns,
        ended_ns=each.ended_ns,
        cause="",
        doing="",
        uses=int(met.sum()),
        poor_uses=len(poor),
        last_poor_ns=int(poor.max()) if len(poor) else None,
    )


def _courses(history: History) -> Iterator[ServiceCourse]:
    """Give each service's strip by the hour, the worst service first."""
    names = np.array(history.service)
    found: list[ServiceCourse] = []
    for name in sorted(set(history.service)):
        rows = names == name
        mos, hour = history.mos[rows], history.ts[rows] // HOUR_NS * HOUR_NS
        hours, at = np.unique(hour, return_inverse=True)
        uses = np.bincount(at)
        mean = np.bincount(at, mos) / uses
        strip = zip(hours.tolist(), uses.tolist(), np.round(mean, 2).tolist(), strict=True)
        found.append(
            ServiceCourse(
                service=name,
                uses=int(rows.sum()),
                poor_uses=int(history.is_poor[rows].sum()),
                mos_mean=round(float(mos.mean()), 3),
                hours=tuple(strip),
            )
        )
    yield from sorted(found, key=lambda each: (-each.poor_uses, each.mos_mean))


def _worst(
    con: duckdb.DuckDBPyConnection, detail: StoreDetail, parts: list[Part], history: History
) -> Iterator[Session]:
    """Score the worst poor uses again for what spoilt them."""
    poor = np.flatnonzero(history.is_poor)
    below = [history.mos[at] - SERVICES[history.service[at]].poor_below for at in poor]
    at_part = history.uses.column("part").to_pylist() if len(poor) else []
    for at in poor[np.argsort(below, kind="stable")][:WORST]:
        yield _session(con, detail, parts[at_part[at]], history, int(at))


def _session(
    con: duckdb.DuckDBPyConnection, detail: StoreDetail, part: Part, history: History, at: int
) -> Session:
    model = SERVICES[part.service]
    inputs = [each.name for each in model.inputs if each.name in part.columns]
    wanted = ", ".join(f'"{name}"' for name in dict.fromkeys(("ts", *inputs)))
    rows = con.execute(
        f'SELECT {wanted} FROM "{part.table}" WHERE {part.where} AND ts = ? LIMIT 1',
        [*part.bound, int(history.ts[at])],
    ).to_arrow_table()
    batch = detail.named(rows).combine_chunks().to_batches()[0]
    found = score(model, batch)
    by_domain = {str(d): float(loss[0]) for d, loss in domain_loss(model, found.loss).items()}
    length = history.uses.column("duration_ms")[at].as_py()
    path = {name: history.uses.column(name)[at].as_py() for name in PATH}
    return Session(
        ts_ns=int(history.ts[at]),
        service=part.service,
        mos=round(float(history.mos[at]), 2),
        duration_s=None if length is None else float(length) / 1000.0,
        path={name: str(value) for name, value in path.items() if value is not None},
        drivers=_ordered(by_domain),
        indicators=_ordered({name: float(loss[0]) for name, loss in found.loss.items()}),
    )


def _ordered(loss: dict[str, float]) -> dict[str, float]:
    kept = {name: round(value, 2) for name, value in loss.items() if value >= LEAST_LOSS}
    return dict(sorted(kept.items(), key=lambda each: -each[1]))


def _tickets(con: duckdb.DuckDBPyConnection, subject: int, since_ns: int) -> Iterator[str]:
    try:
        rows = con.execute(
            "SELECT event_id, title, ts FROM event WHERE event_kind = 'ticket' AND subject = ? "
            "AND ts >= ? ORDER BY ts DESC LIMIT 20",
            [subject, since_ns],
        ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return
    for number, title, ts in rows:
        yield f"{number or 'ticket'} of {moment(int(ts))}: {title or 'no title'}"


def _customer(con: duckdb.DuckDBPyConnection, subject: int) -> tuple[str, bool]:
    try:
        row = con.execute(
            f"SELECT segment, {IS_IMPORTANT} FROM customer WHERE subject = ? "
            "ORDER BY ts DESC LIMIT 1",
            [subject],
        ).fetchone()
    except (duckdb.CatalogException, duckdb.BinderException):
        return "", False
    return (str(row[0] or ""), bool(row[1])) if row else ("", False)
