"""What a report is asked for, and the same question put about it again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from sentio.store.ask import Answers
from sentio.store.cube import HOUR_NS
from sentio.store.queries.question import Value

Row = dict[str, Any]  # Any: a row of an answer holds texts and numbers
STEPS_HOURS = (1, 2, 3, 4, 6, 12, 24, 48, 168, 336, 720, 2160, 8760)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A span of time and some services; ``services`` empty stands for all."""

    answers: Answers
    since_ns: int | None
    until_ns: int | None
    services: tuple[str, ...]

    def table(self, question: str, **given: Value) -> pa.Table:
        """Answer a question about the span."""
        span = {"since_ns": self.since_ns, "until_ns": self.until_ns}
        return self.answers.ask(question, **given, **span)

    def rows(self, question: str, **given: Value) -> list[Row]:
        """Answer a question about the span, row by row, for the services asked for only."""
        rows = self.table(question, **given).to_pylist()
        return [row for row in rows if self._is_wanted(row)]

    def by_service(self, question: str, **given: Value) -> dict[str, list[Row]]:
        """Answer a question about the span, rows put together by service."""
        found: dict[str, list[Row]] = {}
        for row in self.rows(question, **given):
            found.setdefault(row["service"], []).append(row)
        return found

    def _is_wanted(self, row: Row) -> bool:
        return not self.services or row.get("service", self.services[0]) in self.services


def step_hours(first_ns: int, last_ns: int, *, most: int) -> int:
    """Choose the shortest step that cuts a span into no more than so many columns."""
    hours = (last_ns - first_ns) / HOUR_NS + 1
    return next((step for step in STEPS_HOURS if hours / step <= most), STEPS_HOURS[-1])
