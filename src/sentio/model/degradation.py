"""What awareness tells: experience fell, for whom, since when, by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sentio.model.domain import DOMAINS

Scope = Mapping[str, str]
"""Attributes, and the member of each that a use must have: ``{"ring": "ring-03", "app": "a"}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """One decline of experience: one cause, however many series show it.

    ``uses`` and ``poor_uses`` count those in the scope since it began; ``mos_usual`` and
    ``mos_seen`` are means over them. ``per_day`` says how often chance alone would look so bad, all
    series of the network taken together. ``shows_in`` lists the places that fell with it.
    """

    id: str
    scope: Scope
    services: tuple[str, ...]
    began_ns: int
    seen_ns: int
    ended_ns: int | None = None
    uses: int
    poor_uses: int
    mos_usual: float
    mos_seen: float
    nats: float
    per_day: float
    loss_by_domain: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(DOMAINS, 0.0))
    shows_in: tuple[str, ...] = ()

    @property
    def state(self) -> Literal["open", "over"]:
        """Whether it still goes on."""
        return "open" if self.ended_ns is None else "over"


def matches(scope: Scope, use: Mapping[str, str]) -> bool:
    """Tell whether a use lies in a scope."""
    return all(use.get(name) == member for name, member in scope.items())
