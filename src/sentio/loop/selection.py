"""A selection of the uses of services: by nothing, by one dimension, or by several at once.

The first two are read off the cube; several at once are counted from the uses themselves, which is
why their losses by domain are not known (uses keep their score, not what explains it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from sentio.experience.service import SERVICES
from sentio.kernel.arrays import FloatArray
from sentio.kernel.errors import UnknownName
from sentio.model.domain import DIMENSIONS
from sentio.store.ask import Answers
from sentio.store.cube import BINS, MOS_BINS, SCALE
from sentio.store.queries.services import LOSSES

POOR_BELOW = 3.0  # of a service that this release does not define
LEAST_USES = 30  # of a member, to be among the worst

Row = dict[str, Any]  # Any: a cell of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Some uses: where (dimension and member), and from when to when."""

    scope: tuple[tuple[str, str], ...] = ()
    since_ns: int
    until_ns: int

    @property
    def is_in_cube(self) -> bool:
        """Whether the cube holds its totals."""
        return len(self.scope) <= 1

    @property
    def span(self) -> dict[str, int]:
        """Its times as questions take them."""
        return {"since_ns": self.since_ns, "until_ns": self.until_ns}

    @property
    def place(self) -> dict[str, str]:
        """Its one dimension and member as questions to the cube take them."""
        dimension, member = self.scope[0] if self.scope else ("all", "all")
        return {"dimension": dimension, "member": member}

    @property
    def within(self) -> dict[str, tuple[str, ...]]:
        """Its dimensions and members as questions to single uses take them."""
        return {
            "within": tuple(dimension for dimension, _ in self.scope),
            "members": tuple(member for _, member in self.scope),
        }

    def moved(self, by_ns: int) -> Selection:
        """Give the same selection at another time."""
        return Selection(
            scope=self.scope, since_ns=self.since_ns + by_ns, until_ns=self.until_ns + by_ns
        )

    def narrowed(self, dimension: str, member: str) -> Selection:
        """Give the part of it that is in a member."""
        rest = tuple(each for each in self.scope if each[0] != dimension)
        return Selection(
            scope=(*rest, (dimension, member)), since_ns=self.since_ns, until_ns=self.until_ns
        )


def poor_below(service: str) -> float:
    """Tell the MOS under which a use of a service is poor."""
    # The register of services is no dict: it has no `get`.
    return SERVICES[service].poor_below if service in SERVICES else POOR_BELOW


class Selected:
    """Reads what is known of a selection."""

    def __init__(self, answers: Answers, selection: Selection) -> None:
        for dimension, _ in selection.scope:
            if dimension not in DIMENSIONS:
                raise UnknownName.among("dimension", dimension, DIMENSIONS)
        self._answers = answers
        self.selection = selection

    def totals(self, services: tuple[str, ...]) -> dict[str, Row]:
        """Give uses, poor uses, mean MOS and subjects by service; those without uses are absent."""
        chosen = self.selection
        if not chosen.is_in_cube:
            rows = self._ask_uses("totals_within", services).to_pylist()
            return {row["service"]: row for row in rows}
        totals = self._answers.ask("service_totals", **chosen.place, **chosen.span).to_pylist()
        told = self._answers.ask("subjects_by_service", **chosen.place, **chosen.span).to_pylist()
        subjects = {row["service"]: row for row in told}
        found = {row["service"]: {**row, **subjects[row["service"]]} for row in totals}
        return {name: found[name] for name in services if name in found}

    def bins(self, services: tuple[str, ...]) -> dict[str, list[int]]:
        """Give the uses by service in forty bins of 0.1 MOS."""
        chosen = self.selection
        if chosen.is_in_cube:
            rows = self._answers.ask("mos_distribution", **chosen.place, **chosen.span).to_pylist()
            return {
                row["service"]: [int(row[name]) for name in MOS_BINS]
                for row in rows
                if row["service"] in services
            }
        found: dict[str, list[int]] = {}
        given = {"services": services, **chosen.within, **chosen.span}
        for row in self._answers.ask("bins_within", **given).to_pylist():
            found.setdefault(row["service"], [0] * BINS)[row["bin"]] = row["n"]
        return found

    def loss(self, service: str) -> dict[str, float] | None:
        """Give the mean MOS that each domain cost; None where it is not known."""
        chosen = self.selection
        if not chosen.is_in_cube:
            return None
        rows = self._answers.ask("drivers", **chosen.place, **chosen.span).to_pylist()
        row = next((row for row in rows if row["service"] == service and row["n"]), None)
        if row is None:
            return None
        return {_domain(name): row[name] / row["n"] / SCALE for name in LOSSES}

    def course(self, services: tuple[str, ...], step_minutes: int) -> dict[str, list[Row]]:
        """Follow the services in steps of minutes; steps without uses are absent."""
        chosen, found = self.selection, dict[str, list[Row]]()
        if chosen.is_in_cube:
            of = {"service": services[0]} if len(services) == 1 else {}
            given = {**of, "step_minutes": step_minutes, **chosen.place, **chosen.span}
            rows = self._answers.ask("service_course", **given)
        else:
            rows = self._ask_uses("course_within", services, step_minutes=step_minutes)
        for row in rows.to_pylist():
            if row["service"] in services:
                found.setdefault(row["service"], []).append(row)
        return found

    def members(self, service: str, dimension: str) -> dict[str, Row]:
        """Total the members of a dimension inside the selection."""
        chosen = self.selection
        if not chosen.scope:
            given = {"service": service, "dimension": dimension, **chosen.span}
            rows = self._answers.ask("member_totals", **given).to_pylist()
        else:
            rows = self._ask_uses("members_within", (service,), dimension=dimension).to_pylist()
        return {row["member"]: row for row in rows if row["n"]}

    def uses(
        self, services: tuple[str, ...], *, order: Literal["worst", "latest"], limit: int
    ) -> list[Row]:
        """List single uses."""
        chosen = self.selection
        given = {"services": services, **chosen.within, **chosen.span}
        return self._answers.ask("uses_within", order=order, limit=limit, **given).to_pylist()

    def _ask_uses(self, question: str, services: tuple[str, ...], **more: str | int) -> pa.Table:
        chosen = self.selection
        limits = tuple(poor_below(name) for name in services)
        given = {"services": services, "poor_below": limits, **chosen.within, **chosen.span}
        return self._answers.ask(question, **given, **more)


def column(rows: list[Row], name: str) -> FloatArray:
    """Give a column of rows as numbers; what is not there is 0."""
    return np.array([row.get(name) or 0 for row in rows], dtype=np.float64)


def _domain(loss: str) -> str:
    return loss.removeprefix("loss_").removesuffix("_e4")
