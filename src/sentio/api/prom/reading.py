"""What each route of the read API answers; the routes themselves only carry it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sentio.api.prom.answering import at_one_moment, at_steps, raw
from sentio.api.prom.errors import MalformedQuery, UnsupportedQuery
from sentio.api.prom.evaluating import Evaluation, step_of_samples
from sentio.api.prom.loading import MINUTE_MS, Loader
from sentio.api.prom.matching import metrics_of
from sentio.api.prom.metrics import LABELS, METRICS, Metric
from sentio.api.prom.parameters import Parameters
from sentio.api.prom.parser import parse, parse_selector
from sentio.api.prom.syntax import Matcher, Selector
from sentio.api.prom.values import NAME, Deadline, Ints, Limits
from sentio.store.ask import Answers
from sentio.store.warehouse import Warehouse

Json = dict[str, Any]  # Any: JSON
EVERYTHING = (Matcher(NAME, "!=", ""),)


class Reading:
    """Answers queries over a warehouse.

    Parameters
    ----------
    now_ms
        Tells what time it is.
    """

    def __init__(
        self, warehouse: Warehouse, *, now_ms: Callable[[], int], limits: Limits | None = None
    ) -> None:
        self._warehouse = warehouse
        self._now_ms = now_ms
        self._limits = limits or Limits()

    def query(self, given: Parameters) -> Json:
        """Answer at one moment."""
        expression = parse(given.text("query"))
        steps = np.array([given.moment_ms("time", self._now_ms())], dtype=np.int64)
        evaluation = self._evaluation(given, steps)
        if isinstance(expression, Selector) and expression.range_ms:
            return raw(evaluation.samples(expression))
        return at_one_moment(evaluation.value(expression), steps)

    def query_range(self, given: Parameters) -> Json:
        """Answer at steps from a start to an end, both included."""
        expression = parse(given.text("query"))
        steps = self._steps(given)
        if isinstance(expression, Selector) and expression.range_ms:
            raise MalformedQuery(
                "series over a range cannot be drawn", expected="a function over it, such as rate"
            )
        step_ms = int(steps[1] - steps[0]) if len(steps) > 1 else MINUTE_MS
        evaluation = self._evaluation(given, steps, step_ms=step_of_samples(expression, step_ms))
        return at_steps(evaluation.value(expression), steps)

    def series(self, given: Parameters) -> list[dict[str, str]]:
        """List the labels of series that fit one of some selectors."""
        if not given.all("match[]"):
            raise MalformedQuery("the parameter 'match[]' is missing", where="match[]")
        return [
            {NAME: metric.name, **row, **metric.labels}
            for metric, members in self._found(given)
            for row in members.to_pylist()
        ]

    def labels(self, given: Parameters) -> list[str]:
        """Name the labels there are."""
        if not given.all("match[]"):
            return sorted([NAME, *LABELS])
        found: set[str] = set()
        for metric, members in self._found(given):
            if members.num_rows:
                found |= {NAME, *members.schema.names, *metric.labels}
        return sorted(found)

    def values(self, label: str, given: Parameters) -> list[str]:
        """List the values of a label."""
        if label == NAME and not given.all("match[]"):
            return sorted({metric.name for metric in METRICS})
        found: set[str] = set()
        for metric, members in self._found(given):
            if not members.num_rows:
                continue
            own = {NAME: metric.name, **metric.labels}
            if label in own:
                found.add(own[label])
            elif label in members.schema.names:
                found |= set(members.column(label).unique().to_pylist())
        return sorted(found)

    def _found(self, given: Parameters) -> Iterator[tuple[Metric, pa.Table]]:
        """Go through the metrics that selectors take, each with its members."""
        until_ms = given.moment_ms("end", self._now_ms())
        since_ms = given.moment_ms("start", 0) or None
        loader = self._loader(given, MINUTE_MS)
        count = 0
        for matchers in self._selections(given):
            metrics = metrics_of(matchers)
            if metrics:
                members = loader.members(Selector(matchers=matchers), since_ms, until_ms)
                for metric in metrics:
                    count += members.num_rows
                    if count > self._limits.series * len(METRICS):
                        raise UnsupportedQuery("there are too many series to list")
                    yield metric, members

    def _selections(self, given: Parameters) -> Sequence[tuple[Matcher, ...]]:
        return [parse_selector(text) for text in given.all("match[]")] or [EVERYTHING]

    def _steps(self, given: Parameters) -> Ints:
        start, end = given.moment_ms("start"), given.moment_ms("end")
        step = given.duration_ms("step")
        if end < start:
            raise MalformedQuery("the end is before the start", where="end")
        if step <= 0:
            raise MalformedQuery("a step must be longer than nothing", where="step")
        count = (end - start) // step + 1
        if count > self._limits.points:
            raise MalformedQuery(
                f"{count} points are asked for",
                where="step",
                expected=f"at most {self._limits.points} a series",
                next_step="Take longer steps.",
            )
        return start + step * np.arange(count, dtype=np.int64)

    def _evaluation(
        self, given: Parameters, steps: Ints, *, step_ms: int = MINUTE_MS
    ) -> Evaluation:
        return Evaluation(loader=self._loader(given, step_ms), steps_ms=steps)

    def _loader(self, given: Parameters, step_ms: int) -> Loader:
        asked_s = given.duration_ms("timeout", round(self._limits.patience_s * 1000)) / 1000.0
        deadline = Deadline(min(asked_s, self._limits.patience_s))
        answers = Answers(self._warehouse, left_s=lambda: deadline.left_s)
        return Loader(answers=answers, limits=self._limits, deadline=deadline, step_ms=step_ms)
