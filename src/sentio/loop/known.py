"""What is explained already: degradations that go on, and those that ended lately."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sentio.loop.looking import Following, Looked, holds
from sentio.loop.nested import within
from sentio.model.degradation import Scope

PAST_PERIODS = 60  # for which what has ended still explains uses of its time


@dataclass(slots=True)
class Known:
    """Degradations by what they explain, the oldest first."""

    period_ns: int
    open: list[Following] = field(default_factory=list[Following])
    past: list[tuple[Scope, int, int]] = field(default_factory=list[tuple[Scope, int, int]])
    """What ended lately: scope, beginning, end."""
    end_ns: int = 0  # of the present period

    def turn(self, end_ns: int) -> None:
        """Go on to the next period."""
        self.end_ns, since_ns = end_ns, end_ns - PAST_PERIODS * self.period_ns
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

    def judged(
        self, rows: Looked, *, until_ns: int | None = None, but: Following | None = None
    ) -> Looked:
        """Leave out what open degradations explain, and what ended ones explain of their time.

        If that is most of them, they are judged against those around them instead.
        """
        explained = np.zeros(len(rows.mos), dtype=np.bool_)
        ends_ns = (until_ns or self.end_ns) - rows.age * self.period_ns
        for scope, began_ns, ended_ns in self.past:
            then = (ends_ns > began_ns) & (ends_ns - self.period_ns < ended_ns)
            if then.any():
                explained |= then & holds(rows.attributes, scope, len(explained))
        before = self.open[: self.open.index(but)] if but in self.open else self.open
        for one in self.open:
            if one is but:
                continue
            inside = holds(rows.attributes, one.told.scope, len(explained))
            if one in before and 2 * inside.sum() > len(inside):
                explained[inside & (ends_ns <= one.told.began_ns)] = True
                return within(rows.where(~explained), one)
            explained |= inside
        return rows.where(~explained) if explained.any() else rows
