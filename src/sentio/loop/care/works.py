"""Planned works that the store knows, and what each will do to customers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import orjson

from sentio.kernel.errors import UnknownName
from sentio.loop.care.forecasting import forecast
from sentio.loop.care.past_works import Learned, Result, result_of, undisturbed
from sentio.loop.care.reach import Ways
from sentio.loop.care.seen import DAY_NS, WEEKENDS
from sentio.loop.care.store_seen import StoreSeen
from sentio.loop.periods import Periods, batch_of
from sentio.model.calendar import Calendar
from sentio.model.topology import topology
from sentio.model.work import Forecast, Reach, Work
from sentio.store.ask import Answers
from sentio.store.cube import HOUR_NS, MINUTE_NS
from sentio.store.warehouse import Warehouse

JUDGED_BACK_NS = 56 * DAY_NS  # works that are over, of which is learned
MOST_JUDGED = 60
KEPT = 200  # forecasts
OFF = ("cancelled", "canceled", "withdrawn", "rejected")

WORKS = """
    SELECT event_id, element, element_kind, title, end_ts, ts, state, attributes FROM event
    WHERE event_kind = 'planned_work' AND element IS NOT NULL AND end_ts IS NOT NULL
    AND end_ts >= ? AND ts < ? ORDER BY event_id, element, ts
"""

CHANGES = """
    SELECT element, ts FROM event
    WHERE event_kind = 'change' AND element IS NOT NULL AND ts >= ? AND ts < ?
"""


class Works:
    """Reads planned works from the store and foretells them; forecasts are kept for an hour."""

    def __init__(self, warehouse: Warehouse, calendar: Calendar = WEEKENDS) -> None:
        self._calendar = calendar
        self._warehouse = warehouse
        self._answers = Answers(warehouse)
        self._periods = Periods(warehouse, period_ns=MINUTE_NS)
        self._release = ""
        self._ways: Ways | None = None
        self._results: dict[str, Result | None] = {}
        self._made: dict[tuple[str, int, int, int], Forecast] = {}

    def list(self, *, ends_after_ns: int, begins_before_ns: int | None = None) -> list[Work]:
        """List works that end after a moment and begin before one, in order of their beginning.

        Of a work that was announced several times the last word counts; one called off is left out.
        """
        before_ns = begins_before_ns if begins_before_ns is not None else 1 << 62
        rows = self._events(WORKS, ends_after_ns, 1 << 62)
        last = {(row[0], row[1]): row for row in rows}
        elements: dict[str, int] = {}
        for number, _ in last:
            elements[number] = elements.get(number, 0) + 1
        found = [_work(row, is_one_of_many=elements[row[0]] > 1) for row in last.values()]
        kept = [w for w in found if w.begins_ns < before_ns and w.state.lower() not in OFF]
        return sorted(kept, key=lambda each: (each.begins_ns, each.id))

    def one(self, name: str) -> Work:
        """Give a work by its id; raises `UnknownName`."""
        every = self.list(ends_after_ns=0)
        found = next((each for each in every if each.id == name), None)
        if found is None:
            raise UnknownName.among("planned work", name, (each.id for each in every))
        return found

    def latest_ns(self, now_ns: int) -> int:
        """Give the time of the data: that of the newest use, never ahead of the clock."""
        span = self._periods.span_ns()
        return now_ns if span is None else min(now_ns, span[1] + 1)

    def forecast(self, work: Work, *, now_ns: int) -> Forecast:
        """Foretell a work from all that is known now, or was known when it began."""
        now_ns = min(now_ns, work.begins_ns)
        key = _key(work, now_ns)
        known = self._made.get(key)
        if known is not None:
            return known
        ways = self.ways()
        seen = StoreSeen(self._warehouse, ways.topology, self._calendar)
        made = forecast(
            work, seen, ways, now_ns=now_ns, learned=self._learned(seen, ways, now_ns=now_ns)
        )
        if len(self._made) >= KEPT:
            self._made.clear()
        self._made[key] = made
        return made

    def is_reckoned(self, work: Work, *, now_ns: int) -> bool:
        """Tell whether the forecast of a work is known already."""
        return _key(work, min(now_ns, work.begins_ns)) in self._made

    def result(self, work: Work) -> Result | None:
        """Judge a work that is over by the uses behind its element; None where they were too few.

        Where its element was changed meanwhile only what came before that counts.
        """
        ways = self.ways()
        rows = self._events(CHANGES, work.begins_ns, work.ends_ns)
        changes = [(str(row[0]), int(str(row[1]))) for row in rows]
        seen = StoreSeen(self._warehouse, ways.topology)
        return next(iter(self._judged(undisturbed([work], changes), seen, ways)), None)

    def harm(self, work: Work, reach: Reach) -> float:
        """Tell how probably a work is felt, by those that were judged so far; costs nothing."""
        known = tuple(each for each in self._results.values() if each is not None)
        return Learned(results=known).harm(work, reach)

    def ways(self) -> Ways:
        """Give how traffic gets to each element, as the topology says now."""
        release = self._periods.topology_release()
        if self._ways is None or release != self._release:
            told = [batch_of(self._answers.ask(f"{name}_known")) for name in ("elements", "links")]
            self._ways = Ways.of(topology(*told), *told)
            self._release = release
            self._made.clear()
        return self._ways

    def _learned(self, seen: StoreSeen, ways: Ways, *, now_ns: int) -> Learned:
        """Judge the last works that are over by now, each once."""
        over = [
            each
            for each in self.list(ends_after_ns=now_ns - JUDGED_BACK_NS)
            if each.ends_ns <= now_ns
        ]
        over = over[-MOST_JUDGED:]
        since_ns = min((each.begins_ns for each in over), default=now_ns)
        changes = [
            (str(row[0]), int(str(row[1]))) for row in self._events(CHANGES, since_ns, now_ns)
        ]
        return Learned(results=tuple(self._judged(undisturbed(over, changes), seen, ways)))

    def _events(self, query: str, since_ns: int, until_ns: int) -> list[tuple[Any, ...]]:
        try:
            return self._warehouse.con.cursor().execute(query, [since_ns, until_ns]).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):  # no event yet
            return []

    def _judged(self, over: Iterable[Work], seen: StoreSeen, ways: Ways) -> Iterable[Result]:
        for each in over:
            if each.id not in self._results:
                self._results[each.id] = result_of(each, seen, ways)
            result = self._results[each.id]
            if result is not None:
                yield result


def _key(work: Work, now_ns: int) -> tuple[str, int, int, int]:
    return work.id, work.begins_ns, work.ends_ns, now_ns // HOUR_NS


def _work(row: tuple[object, ...], *, is_one_of_many: bool) -> Work:
    number, element, kind, title, end_ts, ts, state, attributes = row
    told = orjson.loads(str(attributes)) if attributes else {}
    begins_ns = int(told.get("planned_start_ns", ts))
    return Work(
        id=f"{number}.{element}" if is_one_of_many else str(number),
        element=str(element),
        element_kind=str(kind or ""),
        title=str(title or ""),
        begins_ns=begins_ns,
        ends_ns=max(int(str(end_ts)), begins_ns),
        announced_ns=int(str(ts)),
        state=str(state or ""),
        claimed_impact=str(told.get("impact", "")),
    )
