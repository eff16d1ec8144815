"""Silent sufferers: those whom a degradation touches badly and who have not called.

Most of those who leave never complained. So they are ranked for a call: by what they lost (how bad,
how long), how often lately, what they are worth, and how prone to leave they look.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from sentio.experience.service import SERVICES
from sentio.loop.detail import StoreDetail
from sentio.loop.important import IS_IMPORTANT
from sentio.model.degradation import Degradation
from sentio.model.topology import Topology
from sentio.store.warehouse import Warehouse

DAY_NS = 86_400_000_000_000
MINUTE_MS = 60_000.0
SHORTEST_MIN = 0.5  # that a use counts for, however short
OFTEN_DAYS = 7  # back, in which poor days are counted
OFTEN_WEIGHT = 0.25  # of each further poor day
NEW_MONTHS = 6.0  # of tenure, in which customers leave more easily
SOON = ("prepaid", "month_to_month", "month-to-month", "monthly", "flex", "no_contract")
NEW, UNBOUND, UNHAPPY, CALLED_BEFORE = 0.3, 0.3, 0.5, 0.2  # what adds to being prone to leave
UNHAPPY_NPS = 6.0  # an answer up to which somebody is a detractor (0 to 10)
VALUE_POWER = 0.5  # twice the value weighs 1.4 times
MOST_ASKED = 200_000

SPOKE = """
    SELECT DISTINCT subject FROM event
    WHERE event_kind IN ('ticket', 'survey') AND ts >= ? AND ts < ? AND subject IS NOT NULL
"""
BEFORE = """
    SELECT subject, count(*) FILTER (event_kind = 'ticket'),
        min(value) FILTER (event_kind = 'survey' AND value BETWEEN 0 AND 10)
    FROM event JOIN asked USING (subject) WHERE ts < ? AND ts >= ? GROUP BY subject
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sufferer:
    """Somebody who suffers and has not called.

    ``lost_min`` are experience minutes: the length of each use times the share of the usual MOS
    above 1 that it lost. ``poor_days`` counts days of the last week with a poor use. ``proneness``
    adds up what makes leaving likely, 0 where nothing is known. ``rank_value`` is what they are
    sorted by, and ``reasons`` say it in words.
    """

    subject: int
    uses: int
    poor_uses: int
    mos_mean: float
    worst_mos: float
    lost_min: float
    suffered_min: float  # from the first poor use to the last
    poor_days: int
    services: tuple[str, ...]
    value_per_month: float | None = None
    segment: str = ""
    is_important: bool = False
    proneness: float = 0.0
    rank_value: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What the business knows of somebody, as far as leaving goes."""

    value_per_month: float | None = None
    segment: str = ""
    contract: str = ""
    tenure_months: float | None = None
    is_important: bool = False
    tickets_before: int = 0
    worst_answer: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suffered:
    """What somebody went through within a degradation."""

    subject: int
    uses: int
    poor_uses: int
    mos_mean: float
    worst_mos: float
    lost_min: float
    first_ns: int
    last_ns: int
    services: tuple[str, ...]


def silent_sufferers(
    warehouse: Warehouse, topology: Topology, one: Degradation, *, until_ns: int
) -> list[Sufferer]:
    """Find who suffers of a degradation and has neither called nor answered, the worst first.

    Exact; costs a look at every use within its scope since it began, and at the last week of those
    who suffer.
    """
    detail = StoreDetail(warehouse, topology)
    con = warehouse.con.cursor()
    rows = _suffered(con, detail, one, until_ns)
    spoke = _spoke(con, one.began_ns, until_ns)
    silent = {each.subject: each for each in rows if each.subject not in spoke}
    subjects = list(silent)[:MOST_ASKED]
    con.register("asked", pa.table({"subject": pa.array(subjects, pa.int64())}))
    try:
        customers = _customers(con, one.began_ns)
        days = _poor_days(con, detail, until_ns)
    finally:
        con.unregister("asked")
    values = [c.value_per_month for c in customers.values() if c.value_per_month]
    usual = sorted(values)[len(values) // 2] if values else 0.0
    found = [
        ranked(
            silent[who],
            customers.get(who, Customer()),
            usual_value=usual,
            poor_days=days.get(who, 1),
        )
        for who in subjects
    ]
    return sorted(found, key=lambda each: (-each.rank_value, each.subject))


def ranked(
    suffered: Suffered, customer: Customer, *, usual_value: float, poor_days: int
) -> Sufferer:
    """Weigh what somebody went through by who it is; pure."""
    prone, reasons = _proneness(customer)
    worth = 1.0
    if customer.value_per_month and usual_value > 0.0:
        worth = (customer.value_per_month / usual_value) ** VALUE_POWER
    worth *= 2.0 if customer.is_important else 1.0
    often = 1.0 + OFTEN_WEIGHT * (poor_days - 1)
    minutes = (suffered.last_ns - suffered.first_ns) / 6e10
    told = [
        f"{suffered.poor_uses} of {suffered.uses} uses poor, the worst {suffered.worst_mos:.1f}",
        f"{suffered.lost_min:.0f} experience minutes lost",
    ]
    if poor_days > 1:
        told.append(f"poor uses on {poor_days} of the last {OFTEN_DAYS} days")
    if customer.is_important:
        told.append("an important customer")
    return Sufferer(
        subject=suffered.subject,
        uses=suffered.uses,
        poor_uses=suffered.poor_uses,
        mos_mean=suffered.mos_mean,
        worst_mos=suffered.worst_mos,
        lost_min=suffered.lost_min,
        suffered_min=minutes,
        poor_days=poor_days,
        services=suffered.services,
        value_per_month=customer.value_per_month,
        segment=customer.segment,
        is_important=customer.is_important,
        proneness=prone,
        rank_value=math.log1p(suffered.lost_min) * often * worth * (1.0 + prone),
        reasons=(*told, *reasons),
    )


def _proneness(customer: Customer) -> tuple[float, list[str]]:
    """Add up what makes leaving likely, and say it."""
    signs = (
        (
            customer.tenure_months is not None and customer.tenure_months < NEW_MONTHS,
            NEW,
            "a customer for less than half a year",
        ),
        (customer.contract.lower().replace(" ", "_") in SOON, UNBOUND, "may leave at any time"),
        (
            customer.worst_answer is not None and customer.worst_answer <= UNHAPPY_NPS,
            UNHAPPY,
            f"answered {customer.worst_answer or 0.0:.0f} of 10 lately",
        ),
        (
            customer.tickets_before > 0,
            CALLED_BEFORE,
            f"{customer.tickets_before} earlier ticket(s)",
        ),
    )
    shown = [(weight, words) for is_so, weight, words in signs if is_so]
    return sum(weight for weight, _ in shown), [words for _, words in shown]


def _suffered(
    con: duckdb.DuckDBPyConnection, detail: StoreDetail, one: Degradation, until_ns: int
) -> list[Suffered]:
    """Give everybody with a poor use in the scope of a degradation."""
    detail.refresh(con)
    parts = list(detail.parts(con, one.scope, one.began_ns, until_ns))
    if not parts:
        return []
    selects = " UNION ALL ".join(
        f"SELECT subject, '{part.service}' AS service, ts, mos, "
        f"{'duration_ms' if 'duration_ms' in part.columns else 'NULL::DOUBLE'} AS duration_ms, "
        f"mos < {SERVICES[part.service].poor_below} AS is_poor "
        f'FROM "{part.table}" WHERE {part.where} AND subject IS NOT NULL'
        for part in parts
    )
    usual = max(one.mos_usual - 1.0, 0.1)
    rows = con.execute(
        "SELECT subject, count(*), count(*) FILTER (is_poor), avg(mos), min(mos), "
        f"sum(greatest(coalesce(duration_ms, 0) / {MINUTE_MS}, {SHORTEST_MIN}) * "
        f"least(greatest({one.mos_usual} - mos, 0) / {usual}, 1)), "
        "min(ts) FILTER (is_poor), max(ts) FILTER (is_poor), "
        "list(DISTINCT service ORDER BY service) FILTER (is_poor) "
        f"FROM ({selects}) GROUP BY subject HAVING count(*) FILTER (is_poor) > 0 "
        "ORDER BY 6 DESC, 1",
        [value for part in parts for value in part.bound],
    ).fetchall()
    return [
        Suffered(
            subject=int(subject),
            uses=int(uses),
            poor_uses=int(poor),
            mos_mean=float(mean),
            worst_mos=float(worst),
            lost_min=float(lost),
            first_ns=int(first),
            last_ns=int(last),
            services=tuple(services),
        )
        for subject, uses, poor, mean, worst, lost, first, last, services in rows
    ]


def _spoke(con: duckdb.DuckDBPyConnection, since_ns: int, until_ns: int) -> frozenset[int]:
    try:
        rows = con.execute(SPOKE, [since_ns, until_ns]).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return frozenset()
    return frozenset(int(subject) for (subject,) in rows)


def _customers(con: duckdb.DuckDBPyConnection, before_ns: int) -> Mapping[int, Customer]:
    known: dict[int, Sequence[object]] = {}
    spoke: dict[int, tuple[int, float | None]] = {}
    try:
        for row in con.execute(
            "SELECT subject, arg_max(value_per_month, ts), arg_max(segment, ts), "
            "arg_max(contract, ts), arg_max(tenure_months, ts), "
            f"arg_max({IS_IMPORTANT}, ts) "
            "FROM customer JOIN asked USING (subject) GROUP BY subject"
        ).fetchall():
            known[int(row[0])] = row
    except (duckdb.CatalogException, duckdb.BinderException):
        known = {}
    try:
        for subject, tickets, answer in con.execute(
            BEFORE, [before_ns, before_ns - 90 * DAY_NS]
        ).fetchall():
            spoke[int(subject)] = int(tickets), None if answer is None else float(answer)
    except (duckdb.CatalogException, duckdb.BinderException):
        spoke = {}
    return {who: _customer(known.get(who), spoke.get(who)) for who in {*known, *spoke}}


def _customer(row: Sequence[object] | None, spoke: tuple[int, float | None] | None) -> Customer:
    tickets, answer = spoke or (0, None)
    if row is None:
        return Customer(tickets_before=tickets, worst_answer=answer)
    _, value, segment, contract, tenure, is_important = row
    return Customer(
        value_per_month=None if value is None else float(str(value)),
        segment=str(segment or ""),
        contract=str(contract or ""),
        tenure_months=None if tenure is None else float(str(tenure)),
        is_important=bool(is_important),
        tickets_before=tickets,
        worst_answer=answer,
    )


def _poor_days(
    con: duckdb.DuckDBPyConnection, detail: StoreDetail, until_ns: int
) -> Mapping[int, int]:
    """Count the days of the last week on which those asked for had a poor use of anything."""
    parts = list(detail.parts(con, {}, until_ns - OFTEN_DAYS * DAY_NS, until_ns))
    if not parts:
        return {}
    selects = " UNION ALL ".join(
        f'SELECT subject, ts // {DAY_NS} AS day FROM "{part.table}" '
        f"WHERE {part.where} AND mos < {SERVICES[part.service].poor_below}"
        for part in parts
    )
    rows = con.execute(
        f"SELECT subject, count(DISTINCT day) FROM ({selects}) JOIN asked USING (subject) "
        "GROUP BY subject",
        [value for part in parts for value in part.bound],
    ).fetchall()
    return {int(subject): int(days) for subject, days in rows}
