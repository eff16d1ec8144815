"""Keeps service problems up to what was told: after each look of the loop, and repeatable."""

from __future__ import annotations

import duckdb

from sentio.loop.care.doing import doing_about
from sentio.loop.care.problems import Case, cases, followed
from sentio.model.problem import Mention, Mentions, ServiceProblem
from sentio.model.topology import Topology
from sentio.store.state import StateStore
from sentio.store.state.plans import Plans
from sentio.store.state.problems import Problems
from sentio.store.state.told import Told, Wanted
from sentio.store.warehouse import Warehouse

MINUTE_NS = 60_000_000_000
BEFORE_NS = 30 * MINUTE_NS  # alarms and changes that may come before the decline
BACK_NS = 2 * 1_440 * MINUTE_NS  # of what is looked at again
MOST = 1_000
MOST_OF_A_KIND = 50  # mentions
MOST_BELOW = 400  # elements under a cause

EVENTS = """
    SELECT event_kind, event_id, ts, element, title, severity FROM event
    WHERE list_contains(?, element) AND ts < ? AND (
        (event_kind IN ('alarm', 'change') AND ts >= ? AND coalesce(severity, '') <> 'cleared')
        OR (event_kind = 'planned_work' AND coalesce(end_ts, ts) >= ? AND
            coalesce(CAST(json_extract(attributes, '$.planned_start_ns') AS BIGINT), ts) < ?)
    ) ORDER BY ts, event_id
"""
TICKETS = """
    SELECT 'ticket', event_id, ts, element, title, severity FROM event
    WHERE event_kind = 'ticket' AND ts >= ? AND ts < ?
    AND (list_contains(?, event_id) OR list_contains(?, element)) ORDER BY ts, event_id
"""


def follow(warehouse: Warehouse, state: StateStore, topology: Topology) -> list[ServiceProblem]:
    """Bring the service problems up to what the loop has told; gives those that changed.

    What was told and what follows from it are two transactions: if the second one is missed, the
    next look makes it good.
    """
    told, problems, plans = Told(state), Problems(state), Plans(state)
    newest = told.degradations(limit=1)
    if not newest:
        return []
    since_ns = (newest[0].ended_ns or newest[0].seen_ns) - BACK_NS
    found = told.degradations(Wanted(since_ns=since_ns), limit=MOST)
    diagnoses = {
        each.id: made[0] for each in found if (made := told.diagnoses(degradation=each.id, limit=1))
    }
    known = problems.list(since_ns=since_ns, limit=MOST)
    known += [each for each in problems.list(is_open=True, limit=MOST) if each not in known]
    con = warehouse.con.cursor()

    def speaks(case: Case) -> Mentions:
        return mentions_of(con, case, topology)

    doing = {each.id: words for each in found if (words := doing_about(plans, each.id))}
    changed = followed(cases(found, diagnoses), known, speaks, doing=doing)
    if changed:
        problems.write(changed)
    return changed


def mentions_of(con: duckdb.DuckDBPyConnection, case: Case, topology: Topology) -> Mentions:
    """Gather the alarms, changes and works on the cause of a case, on its scope and below."""
    elements = {member for each in case.degradations for member in each.scope.values()}
    if case.cause is not None:
        elements |= {case.cause.element, *below(topology, case.cause.element)}
    end_ns = (case.ended_ns or case.seen_ns) + MINUTE_NS
    since_ns = case.began_ns - BEFORE_NS
    tickets = [name for _, made in case.made for name in made.complaints.first]
    named = sorted(elements)
    try:
        rows = con.execute(EVENTS, [named, end_ns, since_ns, case.began_ns, end_ns]).fetchall()
        rows += con.execute(TICKETS, [case.began_ns, end_ns, tickets, named]).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):  # no events yet, or none such
        return Mentions()
    by_kind: dict[str, dict[str, Mention]] = {}
    for kind, name, ts, element, title, severity in rows:
        mention = Mention(
            id=str(name or f"{kind}-{ts}"),
            at_ns=int(ts),
            element=str(element or ""),
            title=str(title or ""),
            severity=str(severity or ""),
        )
        by_kind.setdefault(str(kind), {}).setdefault(mention.id, mention)

    def some(kind: str) -> tuple[Mention, ...]:
        return tuple(by_kind.get(kind, {}).values())[:MOST_OF_A_KIND]

    return Mentions(
        alarms=some("alarm"),
        changes=some("change"),
        works=some("planned_work"),
        tickets=some("ticket"),
    )


def below(topology: Topology, element: str) -> list[str]:
    """List what hangs on an element, the nearest first."""
    found, fresh = list[str](), [element]
    while fresh and len(found) < MOST_BELOW:
        fresh = [under for one in fresh for under in topology.below(one)]
        found += fresh
    return found[:MOST_BELOW]
