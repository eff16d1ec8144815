"""Degradations for people: one line when one is seen or ends, and a table of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sentio.cli.output import columns, duration, moment, percent, say

if TYPE_CHECKING:
    from sentio.loop.change import News
    from sentio.model.degradation import Degradation

HEADER = (
    "id", "state", "began", "ended", "where", "services", "uses", "poor", "MOS usual", "MOS seen",
)  # fmt: skip


def say_change(change: News) -> None:
    """Say on the side what was seen, explained, planned or proven."""
    say(change_line(change))


def change_line(change: News) -> str:
    """Write a change in one line."""
    from sentio.model.data_fault import DataFault
    from sentio.model.plan import Outcome, Plan

    if isinstance(change, Plan):
        return f"{change.degradation} {change.id} {change.sentence}"
    if isinstance(change, Outcome):
        return f"{change.plan} {change.sentence}" + (" It is undone." if change.is_undone else "")
    if isinstance(change, DataFault):
        over = "" if change.until_ns is None else f" Over since {moment(change.until_ns)}."
        return f"{change.id} {change.sentence}{over}"
    told = change.degradation
    if change.diagnosis is not None:
        return f"{told.id} {change.diagnosis.sentence}"
    where = f"{told.id} {place(told)}: {', '.join(told.services)}"
    seen = f"MOS {told.mos_seen:.2f} instead of {told.mos_usual:.2f}"
    if change.what == "ended" and told.ended_ns is not None:
        lasted = duration((told.ended_ns - told.began_ns) / 1e9)
        return f"{where} as usual again since {moment(told.ended_ns)}; it lasted {lasted}, {seen}"
    began = "now " if change.what == "changed" else ""
    return f"{where} {began}down since {moment(told.began_ns)}, {seen}, {told.uses:,} uses so far"


def place(told: Degradation) -> str:
    """Write a scope."""
    return ", ".join(f"{name} {member}" for name, member in told.scope.items()) or "everywhere"


def degradations_table(found: Sequence[Degradation]) -> str:
    """Lay degradations out as a table."""
    return columns(HEADER, [_row(each) for each in found])


def _row(each: Degradation) -> list[object]:
    return [
        each.id,
        each.state,
        moment(each.began_ns),
        moment(each.ended_ns),
        place(each),
        ", ".join(each.services),
        each.uses,
        percent(each.poor_uses / max(each.uses, 1)),
        round(each.mos_usual, 2),
        round(each.mos_seen, 2),
    ]
