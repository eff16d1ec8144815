"""Who holds which element: what one loop works on, another one leaves alone (ZSM 009-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sentio.decision.need import Deed

Holds = Callable[[], Iterable[str]]


@dataclass(slots=True)
class Locks:
    """The locks of all loops, worked out anew whenever somebody asks."""

    holders: dict[str, Holds] = field(default_factory=dict[str, Holds])

    def join(self, loop: str, holds: Holds) -> None:
        """Let a loop say what it holds."""
        self.holders[loop] = holds

    def of_others(self, loop: str) -> Mapping[str, str]:
        """Give the elements that other loops hold, each with its holder."""
        return {
            element: other
            for other, holds in self.holders.items()
            if other != loop
            for element in holds()
        }


def held_by(deeds: Iterable[Deed]) -> list[str]:
    """Name the targets of deeds that stand and are not proven."""
    return [each.action.target for each in deeds if each.ended_ns is None]
