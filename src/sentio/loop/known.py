"""What is explained already: degradations that go on, and those that ended lately."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sentio.awareness.ring import Span
from sentio.loop.looking import Following, Looked, holds
from sentio.loop.nested import is_settled, within
from sentio.loop.sight import Sight
from sentio.model.degradation import Scope

FOREVER = 1 << 62
PAST_PERIODS = 60  # for which what has ended still explains uses of its time


@dataclass(slots=True)
class Known:
    """Degradations by what they explain, the oldest first."""

    period_ns: int
    open: list[Following] = field(default_factory=list[Following])
    past: list[tuple[Scope, int, int]] = field(default_factory=list[tuple[Scope, int, int]])
    """What ended lately: scope, beginning, end."""

    def turn(self, end_ns: int) -> None:
        """Go on to the period that ends then, and forget what lies far back."""
        since_ns = end_ns - PAST_PERIODS * self.period_ns
        self.past = [each for each in self.past if each[2] > since_ns]

    def end(self, one: Following, ended_ns: int) -> None:
        """Move a degradation to what is past."""
        self.open.remove(one)
        self.past.append((one.told.scope, one.told.began_ns, ended_ns))

    def around(self, one: Following) -> Following | None:
        """Give the open degradation in which one is of its own."""
        return next((other for other in self.open if other.told.id == one.within), None)

    def others(self, one: Following) -> tuple[list[Scope], list[Scope]]:
        """Give the scopes of the degradations before and after one."""
        at = self.open.index(one)
        scopes = [other.told.scope for other in self.open]
        return scopes[:at], scopes[at + 1 :]

    def look(
        self,
        sight: Sight,
        scope: Scope,
        window_ns: tuple[int, int],
        most: int,
        *,
        but: Following | None = None,
    ) -> Looked | None:
        """Fetch a sample of the uses of a scope that nothing explains; None if there is no room.

        What open degradations explain does not travel, nor what ended ones explain of their time.
        Where one explains most of all, its uses come as well, judged against each other.
        """
        others = [one for one in self.open if one is not but]
        spans = [Span(one.told.scope, 0, FOREVER) for one in others]
        spans += [Span(*each) for each in self.past]
        rows = sight.fetch(scope, *window_ns, most, but=spans)
        around = self._most_of(rows, others, but) if rows else None
        if around is None:
            return rows
        at = others.index(around)
        spans[at] = Span(around.told.scope, 0, around.told.began_ns)
        rows = sight.fetch(scope, *window_ns, most, but=spans)
        return rows and within(rows, around)

    def _most_of(
        self, rows: Looked, others: list[Following], but: Following | None
    ) -> Following | None:
        """Give the degradation that explains most of what was looked at, and began before."""
        everyone = sum(rows.left_out) + len(rows.mos) / rows.share
        before = self.open[: self.open.index(but)] if but in self.open else self.open
        for one, explained in zip(others, rows.left_out, strict=False):
            if one in before and 2 * explained > everyone and is_settled(one):
                return one
        return None

    def judged(self, rows: Looked, one: Following) -> Looked:
        """Give all uses of a period in a degradation, without those that others explain.

        Where one that began before explains most, they are judged against each other.
        """
        explained = np.zeros(len(rows.mos), dtype=np.bool_)
        is_before = True
        for other in self.open:
            if other is one:
                is_before = False
                continue
            inside = holds(rows.attributes, other.told.scope, len(explained))
            if is_before and 2 * inside.sum() > len(inside):
                return within(rows.where(~explained), other)
            explained |= inside
        return rows.where(~explained) if explained.any() else rows
