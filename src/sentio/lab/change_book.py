"""The book of changes: what was changed when, what that did to incidents, and how it is undone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sentio.kernel.errors import UnknownName
from sentio.lab.changes import (
    DETOUR_MS,
    OF_WORKS,
    Applied,
    Change,
    effects_of,
    element_kind,
    is_cured,
)
from sentio.lab.day import HOUR_NS
from sentio.lab.evidence.events import event_id_of
from sentio.lab.faults.effect import Effect
from sentio.lab.faults.truth import Incident, Sign
from sentio.lab.operator.estate import Estate

ANNOUNCED = re.compile(r"planned_work-[0-9a-f]{8}")
LASTING = "restart"
"""A change that is over when it is done: it cannot be taken back."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One change, what it does, and the names of the incidents that it alters."""

    name: str
    change: Change
    applied: Applied
    incidents: tuple[str, ...]
    is_withdrawn: bool = False

    def is_on(self, ns: int) -> bool:
        """Tell whether it does something at a moment."""
        return self.applied.start_ns <= ns < self.applied.end_ns


@dataclass(slots=True)
class ChangeBook:
    """Knows all changes by name, in their order, and each incident as it would be without any."""

    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    _natural: dict[str, Incident] = field(default_factory=dict[str, Incident])
    _retold_ns: dict[str, int] = field(default_factory=dict[str, int])

    def effects_at(self, ns: int) -> list[tuple[Effect, float]]:
        """Give what changes do at a moment, the oldest first."""
        return [
            (effect, 1.0)
            for each in self.entries.values()
            if each.is_on(ns)
            for effect in each.applied.effects
        ]

    def apply(
        self, estate: Estate, change: Change, incidents: Sequence[Incident], now_ns: int
    ) -> Entry:
        """Note a change that begins now; raises `UnknownName` for what there is none of."""
        applied = effects_of(estate, change, now_ns)
        altered = [each for each in incidents if self._is_altered(each, change, now_ns)]
        if change.kind in OF_WORKS and not altered:
            _check_announced(estate, change.element)
        for each in altered:
            self._natural.setdefault(each.name, each)
            self._retell(each.name, change, now_ns)
        entry = Entry(
            name=f"change-{len(self.entries) + 1:04d}",
            change=change,
            applied=applied,
            incidents=tuple(each.name for each in altered),
        )
        self.entries[entry.name] = entry
        return entry

    def withdraw(self, name: str, now_ns: int) -> Entry | None:
        """End a change; gives None where there is nothing (more) to be taken back.

        A restart is over when it is done, and nothing is moved back into the past. Raises
        `UnknownName` where there never was such a change.
        """
        if name not in self.entries:
            raise UnknownName.among("change", name, self.entries)
        entry = self.entries[name]
        if entry.is_withdrawn or not self._can_be_withdrawn(entry, now_ns):
            return None
        entry.is_withdrawn = True
        entry.applied = replace(entry.applied, end_ns=min(entry.applied.end_ns, now_ns))
        for each in entry.incidents:
            self._retell(each, entry.change, now_ns)
        return entry

    def present(self, incidents: Iterable[Incident]) -> list[Incident]:
        """Give incidents as the changes that stand make them."""
        return [self._present(each) for each in incidents]

    def _present(self, incident: Incident) -> Incident:
        found = self._natural.get(incident.name)
        if found is None:
            return incident
        for entry in self.entries.values():
            if incident.name in entry.incidents and not entry.is_withdrawn:
                found = _altered(found, entry)
        return self._announced(found)

    def _announced(self, incident: Incident) -> Incident:
        """Let a work that is moved be announced anew, and not as if it had been announced so."""
        told_ns = self._retold_ns.get(incident.name)
        if told_ns is None:
            return incident
        was_ns = self._natural[incident.name].start_ns
        signs = tuple(
            replace(each, after_ns=max(told_ns, was_ns + each.after_ns) - incident.start_ns)
            if each.event_kind == "planned_work"
            else each
            for each in incident.signs
        )
        return replace(incident, signs=signs)

    def _retell(self, incident: str, change: Change, now_ns: int) -> None:
        if change.kind == "move_work":
            self._retold_ns[incident] = now_ns

    def _is_altered(self, incident: Incident, change: Change, now_ns: int) -> bool:
        if change.kind not in OF_WORKS:
            natural = self._natural.get(incident.name, incident)
            end_ns = max(incident.end_ns, natural.end_ns)  # cured once, it can be cured again
            return is_cured(replace(incident, end_ns=end_ns), change, now_ns)
        works = [each for each in incident.signs if each.event_kind == "planned_work"]
        is_ahead = incident.start_ns > now_ns or change.kind == "guard_work"
        is_named = change.element in {
            incident.name,
            *(each.element for each in works),
            *(
                event_id_of(incident.name, each.event_kind, number)
                for number, each in enumerate(incident.signs)
            ),
        }
        return bool(works) and is_ahead and is_named and incident.end_ns > now_ns

    def _can_be_withdrawn(self, entry: Entry, now_ns: int) -> bool:
        if entry.change.kind == "move_work":
            return all(self._natural[each].start_ns > now_ns for each in entry.incidents)
        return entry.change.kind != LASTING


def returning(before: Iterable[Incident], after: Iterable[Incident], now_ns: int) -> list[Sign]:
    """List the alarms of incidents that were over and are on again."""
    return [
        sign
        for was, now in zip(before, after, strict=True)
        if was.end_ns <= now_ns < now.end_ns and now.start_ns <= now_ns
        for sign in now.signs
        if sign.event_kind == "alarm"
    ]


def _altered(incident: Incident, entry: Entry) -> Incident:
    match entry.change.kind:
        case "move_work":
            later_ns = round(entry.change.value * HOUR_NS)
            later_ns = max(later_ns, entry.applied.start_ns - incident.start_ns)  # not to the past
            return replace(
                incident, start_ns=incident.start_ns + later_ns, end_ns=incident.end_ns + later_ns
            )
        case "guard_work":
            scope = incident.effects[0].scope if incident.effects else {}
            detour = Effect(scope=scope, quantity="delay_ms", amount=DETOUR_MS)
            return replace(incident, effects=(detour,) if scope else ())
        case _:
            return replace(incident, end_ns=min(incident.end_ns, entry.applied.start_ns))


def _check_announced(estate: Estate, name: str) -> None:
    """Refuse a work that nobody announced; works that hurt nobody are known by their ids only."""
    if not ANNOUNCED.fullmatch(name):
        element_kind(estate, name)
