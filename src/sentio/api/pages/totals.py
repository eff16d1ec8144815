"""Totals of a window for pages: from the cube where it knows them, else from single uses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sentio.api.pages.window import Window
from sentio.experience.service import SERVICES
from sentio.store.ask import Answers
from sentio.store.queries.faring import GOOD_MOS
from sentio.store.queries.question import Value

Rows = list[dict[str, Any]]  # Any: values of an answer
MOST_ROWS = 20_000_000  # single uses that one answer may look at; more are drawn from by subject
LEAST_USES = 5  # of a member and service, to be ranked; the interval guards against chance


class Totals:
    """Asks for the totals of windows; every number is one that `Answers` gives."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def services(self, window: Window) -> tuple[str, ...]:
        """Name the services of a window that have facts and are scored here."""
        known = (name for name in self._answers.services() if name in SERVICES)
        return tuple(name for name in known if window.service in (None, name))

    def steps(self, window: Window, step_minutes: int) -> Rows:
        """Follow each service of a window step by step."""
        services = self.services(window)
        if not services:
            return []
        course = {"step_minutes": step_minutes, **window.span}
        if window.is_of_cube:
            rows = self._answers.ask("service_steps", **window.cube, **course).to_pylist()
            return [row for row in rows if row["service"] in services]
        return self._single("narrowed_steps", window, services, **course)

    def members(self, window: Window, dimension: str) -> Rows:
        """Total the members of a dimension; the window may be narrowed by others."""
        services = self.services(window)
        if not services:
            return []
        given: dict[str, Value] = {"dimension": dimension, **window.span}
        if not window.within:
            return self._answers.ask("member_totals", service=window.service, **given).to_pylist()
        return self._single("narrowed_members", window, services, **given)

    def worst(self, window: Window, dimension: str, *, limit: int) -> Rows:
        """Rank the members of a dimension by surely too many poor uses."""
        services = self.services(window)
        if not services:
            return []
        given: dict[str, Value] = {
            "dimension": dimension,
            "least_n": LEAST_USES,
            "limit": limit,
            **window.span,
        }
        if not window.within:
            return self._answers.ask("worst_together", service=window.service, **given).to_pylist()
        return self._single("narrowed_worst", window, services, **given)

    def faring(self, window: Window, by: str) -> tuple[Rows, int]:
        """Count who fares well, by kind of subject or by service.

        Gives the counts, and of how many subjects one was looked at: 1 is everybody.
        """
        services = self.services(window)
        if not services:
            return [], 1
        one_in = max(1, -(-self.uses(window) // MOST_ROWS))
        things = tuple(name for name in services if SERVICES[name].subject_kind == "thing")
        found = self._answers.ask(
            "subjects_faring",
            services=services,
            things=things if by == "kind" else (),
            by=by,
            good_mos=GOOD_MOS,
            one_in=one_in,
            **window.narrow,
            **window.span,
        )
        return found.to_pylist(), one_in

    def uses(self, window: Window) -> int:
        """Count the scored uses of a window; of its widest dimension, where it has several."""
        cube = replace(window, within=window.within[:1]).cube
        rows = self._answers.ask("service_totals", **cube, **window.span).to_pylist()
        return sum(row["n"] for row in rows if window.service in (None, row["service"]))

    def _single(
        self, question: str, window: Window, services: tuple[str, ...], **given: Value
    ) -> Rows:
        lows = tuple(SERVICES[name].poor_below for name in services)
        return self._answers.ask(
            question, services=services, poor_below=lows, **window.narrow, **given
        ).to_pylist()
