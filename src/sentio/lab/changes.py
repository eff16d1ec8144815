"""What an operator may change while the network runs, and what it does beside curing.

- `capacity` of a loaded element (cell, link, ring, router, function, edge, server): ``value``
  times as much, for good.
- `quota` of a slice, `channel` of a cell's CPEs, `retune` of a cell, `roll_back` of a release,
  firmware or configuration: nothing else.
- `reroute` of a link or ring: the way round takes 5 ms more.
- `restart` of a cell, router, function, edge or server: hardly anything works there for a period.
- `switch` of a server or DNS resolver: its customers go to another one (``target``).
- `switch_access` of a link, ring or router: the share ``value`` of its sites goes another way
  (``target``: `fixed_access`, `fixed_wireless`, `satellite`; `usual` for back). Of an edge host:
  its work is done in the `cloud`.
- `steer` of a cell: the share ``value`` of its users goes to its neighbours, at most nine tenths.
- `priority` of a subject (by its IMSI): full elements let it pass before others.
- `move_work` of a planned work (by its element or the id of its announcement): it begins ``value``
  hours later. `guard_work`: its traffic is led around it while it lasts, which takes 5 ms more.

Which change of which element cures a fault stands with its kind (``cured_by`` in
`sentio.lab.faults.kinds`, `cures`) and in its truth. Random combinations have no cure: those of a
server yield to `switch`, the others last as long as they last. A wrong change costs what it does.
"""

from __future__ import annotations

from dataclasses import dataclass

from sentio.kernel.errors import UnknownName
from sentio.lab.faults.effect import FAVOURED, REDIRECT, STEERED, Effect
from sentio.lab.faults.kinds import KINDS as FAULTS
from sentio.lab.faults.truth import Incident
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.physics.access import switched
from sentio.lab.stream.names import subject_of

OF_WORKS = ("move_work", "guard_work")
UNRECORDED = ("priority", *OF_WORKS)
"""Kinds of changes that no record of changes tells of."""
NO_CURES = ("switch_access", "steer", "priority", *OF_WORKS)
KINDS = (
    *("capacity", "quota", "reroute", "restart"),
    *("channel", "retune", "roll_back", "switch", *NO_CURES),
)
DETOUR_MS = 5.0
MOST_STEERED = 0.9  # somebody is always too far from the neighbours
FOREVER_NS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one element, from the next period on.

    ``value`` is the factor of a capacity or quota, a share, or hours; ``target`` whom a switch
    leads to, the next one unless said.
    """

    kind: str
    element: str
    value: float = 1.5
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a change does to the state, from when to when."""

    effects: tuple[Effect, ...]
    start_ns: int
    end_ns: int


def cures() -> dict[str, tuple[str, ...]]:
    """Give the kinds of faults that each kind of change cures."""
    return {
        change: tuple(kind for kind, recipe in FAULTS.items() if change in recipe.cured_by)
        for change in KINDS
    }


def element_kind(estate: Estate, element: str) -> str:
    """Tell of what kind an element is; raises `UnknownName` with the nearest name."""
    for kind, names in estate.names.items():
        if element in names:
            return kind
    known = [name for names in estate.names.values() for name in names]
    raise UnknownName.among("element", element, known)


def effects_of(estate: Estate, change: Change, now_ns: int) -> Applied:
    """Tell what a change does, beside curing; raises `UnknownName` for a kind that is none.

    What it does to planned works is told by `sentio.lab.change_book`.
    """
    if change.kind not in KINDS:
        raise UnknownName.among("change", change.kind, KINDS)
    end_ns = now_ns + PERIOD_NS if change.kind == "restart" else FOREVER_NS
    if change.kind in OF_WORKS:
        return Applied(effects=(), start_ns=now_ns, end_ns=end_ns)
    if change.kind == "priority":
        code = subject_of(change.element, len(estate.subjects))
        effects: tuple[Effect, ...] = (
            Effect(scope={"subject": (code,)}, quantity=FAVOURED, amount=1.0),
        )
    else:
        effects = _on_element(estate, change)
    return Applied(effects=effects, start_ns=now_ns, end_ns=end_ns)


def _on_element(estate: Estate, change: Change) -> tuple[Effect, ...]:
    kind = element_kind(estate, change.element)
    code = estate.code(kind, change.element)
    scope = {kind: (code,)}
    effects: tuple[Effect, ...] = ()
    match change.kind:
        case "capacity":
            effects = (Effect(scope=scope, quantity="relief", amount=change.value),)
        case "reroute":
            effects = (Effect(scope=scope, quantity="delay_ms", amount=DETOUR_MS),)
        case "restart":
            off = "asleep" if kind == "cell" else "fail"
            effects = (Effect(scope=scope, quantity=off, amount=0.9),)
        case "switch":
            size = len(estate.names[kind])
            if change.target and change.target not in estate.names[kind]:
                raise UnknownName.among(kind, change.target, estate.names[kind])
            other = estate.code(kind, change.target) if change.target else (code + 1) % size
            effects = (Effect(scope=scope, quantity=REDIRECT, amount=other),)
        case "switch_access":
            effects = switched(estate, kind, code, change.target, change.value)
        case "steer":
            if kind != "cell":
                raise UnknownName.among("cell", change.element, estate.names["cell"])
            share = min(max(change.value, 0.0), MOST_STEERED)
            effects = (Effect(scope=scope, quantity=STEERED, amount=share),)
        case _:
            pass
    return effects


def is_cured(incident: Incident, change: Change, now_ns: int) -> bool:
    """Tell whether a change ends an incident that is on."""
    is_on = incident.start_ns <= now_ns < incident.end_ns
    names = {incident.element, *incident.scope.values()}
    if change.kind == "quota" and change.value <= 1.0:
        return False  # less is no cure
    return is_on and change.kind in incident.cured_by and change.element in names
