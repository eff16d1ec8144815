"""What people do about an incident (a service problem): who looks at it, and their notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Line = Literal[1, 2]
"""First line sees and sorts, second line solves."""

Deed = Literal[
    "acknowledged",
    "released",
    "assigned",
    "noted",
    "merged",
    "split",
]
"""What a person did: ``released`` takes an acknowledgement back, ``split`` a merge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody has seen it, at a time of the wall."""

    who: str
    at_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentWork:
    """How far people are with an incident; ``merged_into`` is the one that they made it part of."""

    incident: str
    first: Acknowledgement | None = None
    second: Acknowledgement | None = None
    owner: str = ""
    merged_into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStep:
    """Something that a person did about an incident.

    ``at_ns`` is of the wall, ``data_ns`` the time of the newest data then, and ``about_ns`` the
    moment of data that a note speaks of. ``target`` is a line, an owner or an incident.
    """

    id: int
    incident: str
    at_ns: int
    data_ns: int
    who: str
    what: Deed
    target: str = ""
    text: str = ""
    about_ns: int | None = None
