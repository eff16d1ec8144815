"""Reads the samples of selectors from the store: one a minute, over long steps one an hour.

The sample of a minute bears the moment at which the minute was over. A counter counts from the
first use in the store, and has a sample at every moment up to the newest use of all; a gauge has
one where its series had uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.api.prom.errors import UnsupportedQuery
from sentio.api.prom.matching import check_patterns, members_of, metrics_of, required
from sentio.api.prom.metrics import Metric
from sentio.api.prom.syntax import Selector
from sentio.api.prom.values import NAME, Deadline, Floats, Ints, Labels, Limits, Samples
from sentio.model.domain import DIMENSIONS
from sentio.store.ask import Answers
from sentio.store.queries.question import Value

MS = 1_000_000  # ns
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
NAMED = 64  # members: more are not named to the store, but picked from what it gives
KEYS = ("service", "dimension", "member")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """Reads what selectors ask for.

    Parameters
    ----------
    step_ms
        Length of the steps of a sample: a minute, or an hour.
    """

    answers: Answers
    limits: Limits
    deadline: Deadline
    step_ms: int = MINUTE_MS

    def samples(self, selector: Selector, since_ms: int, until_ms: int) -> Samples:
        """Give the samples in (since, until].

        Raises
        ------
        UnsupportedQuery
            There are more series or samples than one query may read.
        """
        check_patterns(selector.matchers)
        stamps = self._stamps(since_ms, until_ms)
        metrics = metrics_of(selector.matchers) if len(stamps) else []
        parts: list[Samples] = []
        for is_counter in (True, False):
            some = [each for each in metrics if (each.kind == "counter") is is_counter]
            if some:
                since = None if is_counter else int(stamps[0]) - self.step_ms
                members = self.members(selector, since, int(stamps[-1]))
                self._check_size(members.num_rows * len(some), len(stamps))
                parts += self._parts(some, members, stamps) if members.num_rows else []
        values = [part.values for part in parts if len(part.labels)]
        empty = np.empty((0, len(stamps)))
        return Samples(
            labels=[each for part in parts for each in part.labels],
            stamps_ms=stamps,
            values=np.concatenate(values) if values else empty,
        )

    def members(self, selector: Selector, since_ms: int | None, until_ms: int) -> pa.Table:
        """Give service, dimension and member of the series of a selector."""
        self.deadline.check()
        known = self.answers.ask(
            "members_known",
            service=required(selector.matchers, "service"),
            dimension=required(selector.matchers, "dimension"),
            members=_members_named(selector),
            since_ns=None if since_ms is None else since_ms * MS,
            until_ns=until_ms * MS,
        )
        return members_of(selector.matchers, known)

    def _stamps(self, since_ms: int, until_ms: int) -> Ints:
        """Give the moments in (since, until] at which a step was over, as far as there are uses."""
        first_ms, last_ms = self._ends()
        first = max(since_ms, first_ms) // self.step_ms + 1
        last = min(until_ms, last_ms) // self.step_ms
        return np.arange(first, last + 1, dtype=np.int64) * self.step_ms

    def _ends(self) -> tuple[int, int]:
        """Tell when the first step with uses begins, and when the last one ends."""
        rows = self.answers.ask("contents").to_pylist()
        uses = [row for row in rows if row["family"].startswith("experience_") and row["rows"]]
        if not uses:
            return 0, 0
        first = min(row["first_ts"] for row in uses) // MS
        last = max(row["last_ts"] for row in uses) // MS
        step = self.step_ms
        return first // step * step, (last // step + 1) * step

    def _parts(self, metrics: list[Metric], members: pa.Table, stamps: Ints) -> list[Samples]:
        of_cube = [each for each in metrics if not each.indicator]
        parts = self._of_cube(of_cube, members, stamps) if of_cube else []
        others = [each for each in metrics if each.indicator]
        return [*parts, *(self._of_indicator(each, members, stamps) for each in others)]

    def _check_size(self, series: int, moments: int) -> None:
        most = min(self.limits.series, self.limits.samples // max(1, moments))
        if series > most:
            raise UnsupportedQuery(
                f"a selector has {series} series of {moments} samples",
                expected=f"at most {most} series over this span",
                next_step='Name a service, a dimension such as dimension="all", or fewer members.',
            )

    def _of_cube(self, metrics: list[Metric], members: pa.Table, stamps: Ints) -> list[Samples]:
        """Read the totals of some metrics at once; they are counters all, or gauges all."""
        totals = tuple(dict.fromkeys(name for each in metrics for name in each.totals))
        asked: dict[str, Value] = {"totals": totals, **_narrowed(members)}
        first_ns = (int(stamps[0]) - self.step_ms) * MS
        self.deadline.check()
        rows = self.answers.ask(
            "member_course",
            step_minutes=self.step_ms // MINUTE_MS,
            since_ns=first_ns,
            until_ns=int(stamps[-1]) * MS,
            **asked,
        )
        before = None
        if metrics[0].kind == "counter":
            self.deadline.check()
            before = self.answers.ask("member_sums", until_ns=first_ns, **asked)
        found: list[Samples] = []
        for metric in metrics:
            grids = [self._grid(rows, members, name, stamps) for name in metric.totals]
            if before is None:
                values = grids[0] / np.where(grids[1] > 0.0, grids[1], np.nan)
            else:
                start = _placed(before, members, metric.total)
                values = start[:, None] + np.cumsum(grids[0], axis=1)
            labels = [_labels(metric, row) for row in members.to_pylist()]
            found.append(Samples(labels=labels, stamps_ms=stamps, values=values / metric.scale))
        return found

    def _of_indicator(self, metric: Metric, members: pa.Table, stamps: Ints) -> Samples:
        """Read means of an indicator, dimension by dimension."""
        labels: list[Labels] = []
        values: list[Floats] = []
        for dimension in sorted(set(members.column("dimension").to_pylist()) & DIMENSIONS.keys()):
            self.deadline.check()
            mine = _of(members, dimension)
            names = _few(mine)
            rows = self.answers.ask(
                "indicator_course",
                indicator=metric.indicator,
                dimension=dimension,
                members=None if dimension == "all" else names,
                services=tuple(sorted(set(mine.column("service").to_pylist()))),
                step_minutes=self.step_ms // MINUTE_MS,
                since_ns=(int(stamps[0]) - self.step_ms) * MS,
                until_ns=int(stamps[-1]) * MS,
            )
            rows = rows.append_column("dimension", pa.array([dimension] * rows.num_rows, "string"))
            found = self._grid(rows, mine, "mean", stamps, missing=np.nan)
            is_any = ~np.isnan(found).all(axis=1)
            known = mine.filter(pa.array(is_any)).to_pylist()
            labels.extend(_labels(metric, row) for row in known)
            values.append(found[is_any])
        return Samples(labels=labels, stamps_ms=stamps, values=np.concatenate(values))

    def _grid(
        self,
        rows: pa.Table,
        members: pa.Table,
        name: str,
        stamps: Ints,
        *,
        missing: float = 0.0,
    ) -> Floats:
        """Lay rows of members and periods out; shape (members, stamps)."""
        grid = np.full((members.num_rows, len(stamps)), missing)
        row = _rows_of(rows, members)
        ended_ms = rows.column("period").to_numpy() // MS + self.step_ms
        column = (ended_ms - stamps[0]) // self.step_ms
        is_inside = (row >= 0) & (column >= 0) & (column < len(stamps))
        values = rows.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
        grid[row[is_inside], column[is_inside]] = values[is_inside]
        return grid


def _placed(rows: pa.Table, members: pa.Table, name: str) -> Floats:
    """Give a total for each member, 0 where it has none."""
    found = np.zeros(members.num_rows)
    row = _rows_of(rows, members)
    values = rows.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
    found[row[row >= 0]] = values[row >= 0]
    return found


def _rows_of(rows: pa.Table, members: pa.Table) -> Ints:
    """Tell for each row which member it is of, -1 if of none."""
    place = {tuple(row.values()): i for i, row in enumerate(members.select(KEYS).to_pylist())}
    columns = [rows.column(name).combine_chunks().dictionary_encode() for name in KEYS]
    codes = [each.indices.to_numpy().astype(np.int64) for each in columns]
    names = [each.dictionary.to_pylist() for each in columns]
    sizes = [max(1, len(each)) for each in names]
    combined = (codes[0] * sizes[1] + codes[1]) * sizes[2] + codes[2]
    unique, inverse = np.unique(combined, return_inverse=True)
    found = [
        place.get(
            (
                names[0][code // sizes[2] // sizes[1]],
                names[1][code // sizes[2] % sizes[1]],
                names[2][code % sizes[2]],
            ),
            -1,
        )
        for code in unique.tolist()
    ]
    return np.array(found, dtype=np.int64)[inverse]


def _of(members: pa.Table, dimension: str) -> pa.Table:
    is_mine = [each == dimension for each in members.column("dimension").to_pylist()]
    return members.filter(pa.array(is_mine))


def _narrowed(members: pa.Table) -> dict[str, Value]:
    """Say to the store what all wanted members have in common."""
    found: dict[str, Value] = {"members": _few(members)}
    for name in ("service", "dimension"):
        texts = sorted(set(members.column(name).to_pylist()))
        found[name] = texts[0] if len(texts) == 1 else None
    return found


def _few(members: pa.Table) -> tuple[str, ...] | None:
    """Name the members if they are few, filled up so that few shapes of questions are compiled."""
    names = sorted(set(members.column("member").to_pylist()))
    return _filled(names) if len(names) <= NAMED else None


def _filled(names: Sequence[str]) -> tuple[str, ...]:
    size = 1
    while size < len(names):
        size *= 4
    return (*names, *[names[-1]] * (size - len(names)))


def _members_named(selector: Selector) -> tuple[str, ...] | None:
    name = required(selector.matchers, "member")
    return None if name is None else (name,)


def _labels(metric: Metric, row: dict[str, str]) -> Labels:
    return {NAME: metric.name, **row, **metric.labels}
