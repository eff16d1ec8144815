"""Changes of the network that the store knows, and how the uses behind each fared around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from sentio.experience.service import SERVICES
from sentio.loop.care.reach import Ways, reach_of
from sentio.loop.care.store_seen import StoreSeen
from sentio.model.work import Reach, Work
from sentio.store.cube import HOUR_NS
from sentio.store.warehouse import Warehouse

COLUMNS = ("ts", "event_id", "element", "element_kind", "title", "state", "severity")
CHANGES = """
    SELECT {columns} FROM event
    WHERE event_kind = 'change' AND ts >= ? AND ts < ? ORDER BY ts DESC LIMIT ?
"""
AROUND_NS = HOUR_NS  # looked at before and after a change
DAY_NS = 24 * HOUR_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkChange:
    """A change of an element, as it was told."""

    id: str
    at_ns: int
    element: str
    element_kind: str
    title: str
    state: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fared:
    """How uses fared in a span; ``mos`` and ``poor_share`` are None where there were none."""

    uses: int
    subjects: int
    poor: int
    mos: float | None
    poor_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """How the uses behind a changed element fared: before, after, and a day before the latter.

    The third tells what the time of day does by itself.
    """

    reach: Reach
    before: Fared
    after: Fared
    day_before: Fared
    services: Mapping[str, tuple[Fared, Fared]]


class Changes:
    """Reads changes from the store, and compares before with after."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def list(self, *, since_ns: int, until_ns: int, limit: int = 200) -> list[NetworkChange]:
        """List changes of [since, until), the newest first."""
        con = self._warehouse.con.cursor()
        try:
            known = {str(row[0]) for row in con.execute("DESCRIBE event").fetchall()}
        except duckdb.CatalogException:  # no event yet
            return []
        # a column is there from the first value on
        columns = ", ".join(each if each in known else f"NULL AS {each}" for each in COLUMNS)
        query = CHANGES.format(columns=columns)
        return [_change(row) for row in con.execute(query, [since_ns, until_ns, limit]).fetchall()]

    def around(self, change: NetworkChange, ways: Ways) -> Around:
        """Compare the hour after a change with the hour before it and the same hour of yesterday.

        Costs three looks at the uses of an hour behind its element.
        """
        reach = reach_of(_as_work(change), ways)
        seen = StoreSeen(self._warehouse, ways.topology)
        at = change.at_ns
        spans = (
            (at - AROUND_NS, at),
            (at, at + AROUND_NS),
            (at - DAY_NS, at - DAY_NS + AROUND_NS),
        )
        before, after, earlier = (seen.by_service(reach, *span) for span in spans)
        names = sorted({*before, *after})
        return Around(
            reach=reach,
            before=_fared(before),
            after=_fared(after),
            day_before=_fared(earlier),
            services={name: (_fared(before, name), _fared(after, name)) for name in names},
        )


def _fared(uses: Mapping[str, tuple[Any, Any]], only: str | None = None) -> Fared:  # Any: arrays
    chosen = {name: each for name, each in uses.items() if only in (None, name)}
    mos = np.concatenate([np.zeros(0), *(each[1] for each in chosen.values())])
    subjects = np.concatenate([np.zeros(0, np.int64), *(each[0] for each in chosen.values())])
    poor = sum(
        int((each[1] < SERVICES[name].poor_below).sum())
        for name, each in chosen.items()
        if name in SERVICES
    )
    n = len(mos)
    return Fared(
        uses=n,
        subjects=len(np.unique(subjects)),
        poor=poor,
        mos=float(mos.mean()) if n else None,
        poor_share=poor / n if n else None,
    )


def _as_work(change: NetworkChange) -> Work:
    return Work(
        id=change.id,
        element=change.element,
        element_kind=change.element_kind,
        title=change.title,
        begins_ns=change.at_ns,
        ends_ns=change.at_ns,
        announced_ns=change.at_ns,
    )


def _change(row: tuple[object, ...]) -> NetworkChange:
    at, number, element, kind, title, state, severity = row
    return NetworkChange(
        id=str(number or f"change-{at}"),
        at_ns=int(str(at)),
        element=str(element or ""),
        element_kind=str(kind or ""),
        title=str(title or ""),
        state=str(state or ""),
        severity=str(severity or ""),
    )
