"""The ledger of all that was ordered over the southbound interfaces: a double action shows here."""

from __future__ import annotations

from dataclasses import dataclass, field

from sentio.lab.live.truth import iso
from sentio.lab.southbound.asked import Json


@dataclass(slots=True, kw_only=True)
class Deed:
    """One action for one order; times in ns of simulated time.

    ``asked`` counts requests that would do it, ``applied`` how often it was really done, and
    ``undone`` how often that was taken back: applied twice and undone once, it still stands.
    """

    order: str
    interface: str
    action: str
    element: str
    element_kind: str
    done_ns: int
    undone_ns: int | None = None
    asked: int = 0
    applied: int = 0
    undone: int = 0
    changes: list[str] = field(default_factory=list[str])

    @property
    def stands(self) -> bool:
        """Tell whether it was done and not taken back."""
        return self.applied > self.undone

    def as_json(self) -> Json:
        """Give all that is known of it."""
        return {
            "order": self.order,
            "interface": self.interface,
            "action": self.action,
            "element": self.element,
            "element_kind": self.element_kind,
            "done_ns": self.done_ns,
            "done": iso(self.done_ns),
            "undone_ns": self.undone_ns,
            "undone": None if self.undone_ns is None else iso(self.undone_ns),
            "stands": self.stands,
            "asked": self.asked,
            "applied": self.applied,
            "taken_back": self.undone,
            "changes": list(self.changes),
        }


@dataclass(slots=True)
class Ledger:
    """Knows each deed by interface, order, action and element, in the order of their beginnings."""

    _deeds: dict[tuple[str, str, str, str], Deed] = field(
        default_factory=dict[tuple[str, str, str, str], Deed]
    )

    def deed(self, wanted: Deed) -> Deed:
        """Give the deed that is known of this order, or note a new one."""
        key = (wanted.interface, wanted.order, wanted.action, wanted.element)
        return self._deeds.setdefault(key, wanted)

    def rows(self) -> list[Json]:
        """List all deeds."""
        return [each.as_json() for each in self._deeds.values()]
