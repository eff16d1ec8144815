"""How much of what is lost incidents explain: the poor uses that would not be without them.

Of the poor uses in the scopes of an incident, those are explained that are more than the same
services have outside of all incidents (population attributable fraction: M. L. Levin, Acta Unio
Int. Contra Cancrum 9 (1953) 531-541). A use in the scopes of several counts for the first of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from sentio.awareness.ring import Span
from sentio.experience.service import SERVICES
from sentio.loop.detail import Part, StoreDetail
from sentio.model.degradation import Degradation, Scope
from sentio.model.topology import Topology
from sentio.store.warehouse import Warehouse

LEAST_OUTSIDE = 30  # uses of a service outside of all incidents, to tell what is usual
MOST_SPANS = 64  # scopes told apart; those of the least important incidents are left out

Counts = dict[tuple[str, int], tuple[int, int]]
"""Uses and poor uses by service and number of the incident; -1 is outside of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """The uses of a window, and how many of the poor ones each incident explains."""

    uses: int
    poor_uses: int
    by_incident: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident by its id, and the degradations that make it up."""

    id: str
    degradations: Sequence[Degradation]


def attributed(
    warehouse: Warehouse,
    topology: Topology,
    incidents: Sequence[Incident],
    *,
    scope: Scope,
    since_ns: int,
    until_ns: int,
) -> Attributed:
    """Count the poor uses of a scope and window, and those that incidents explain.

    ``incidents`` come in the order in which they claim uses. Costs one look at the window's uses,
    and another where ``scope`` is narrower than services.
    """
    detail = StoreDetail(warehouse, topology)
    con = warehouse.con.cursor()
    detail.refresh(con)
    spans = _spans(incidents, until_ns)
    counts = _counted(con, detail, scope, since_ns, until_ns, spans)
    outside = counts
    if set(scope) - {"service"}:
        of_service = {name: member for name, member in scope.items() if name == "service"}
        outside = _counted(con, detail, of_service, since_ns, until_ns, spans)
    return Attributed(
        uses=sum(uses for uses, _ in counts.values()),
        poor_uses=sum(poor for _, poor in counts.values()),
        by_incident=explained(counts, outside, [each.id for each in incidents]),
    )


def explained(counts: Counts, outside: Counts, incidents: Sequence[str]) -> dict[str, float]:
    """Tell how many poor uses each incident explains; pure.

    Examples
    --------
    Outside, 1 use in 10 is poor, so that of 20 uses in the incident 2 would be poor anyway.

    >>> counts = {("web", -1): (100, 10), ("web", 0): (20, 14)}
    >>> explained(counts, counts, ["P1"])
    {'P1': 12.0}
    """
    found = dict.fromkeys(incidents, 0.0)
    for (service, at), (uses, poor) in counts.items():
        if at < 0:
            continue
        others, poor_others = outside.get((service, -1), (0, 0))
        usual = poor_others / others if others >= LEAST_OUTSIDE else 0.0
        found[incidents[at]] += max(poor - usual * uses, 0.0)
    return found


def _spans(incidents: Sequence[Incident], until_ns: int) -> list[tuple[int, Span, frozenset[str]]]:
    """Give the scopes of incidents in order: whose each is, when it stood, which services fell."""
    found = [
        (at, Span(one.scope, one.began_ns, one.ended_ns or until_ns), frozenset(one.services))
        for at, incident in enumerate(incidents)
        for one in incident.degradations
    ]
    return found[:MOST_SPANS]


def _counted(
    con: duckdb.DuckDBPyConnection,
    detail: StoreDetail,
    scope: Scope,
    since_ns: int,
    until_ns: int,
    spans: list[tuple[int, Span, frozenset[str]]],
) -> Counts:
    counts: Counts = {}
    for part in detail.parts(con, scope, since_ns, until_ns):
        mine = [(at, span) for at, span, services in spans if part.service in services]
        for place, uses, poor in _of_part(con, detail, part, [span for _, span in mine]):
            key = part.service, mine[place][0] if place >= 0 else -1
            before = counts.get(key, (0, 0))
            counts[key] = before[0] + uses, before[1] + poor
    return counts


def _of_part(
    con: duckdb.DuckDBPyConnection, detail: StoreDetail, part: Part, spans: Sequence[Span]
) -> list[tuple[int, int, int]]:
    place = detail.place(part, spans)
    poor_below = SERVICES[part.service].poor_below
    return con.execute(
        f"SELECT {place.expression}, count(*), count(*) FILTER (mos < {poor_below}) "
        f'FROM "{part.table}" WHERE {part.where} GROUP BY 1',
        [*place.bound, *part.bound],
    ).fetchall()
