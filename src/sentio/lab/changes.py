"""What an operator may change while the network runs, what it does, and which fault it cures.

| change | element | does | cures |
|---|---|---|---|
| `capacity` | cell, link, ring, router, upf, amf, smf, dns, ims, edge, server | `value` times as much for good | congestion, ring_congestion, upf_overload, registration_storm, starving_edge |
| `quota` | slice | - | slice_quota |
| `reroute` | link, ring | 5 ms more on the way round | backhaul_loss, microwave_fade, ring_congestion, maintenance_without_backup |
| `restart` | cell, router, upf, amf, smf, dns, ims, edge, server | nothing works there for a period | sleeping_cell, energy_saving, degraded_cell, jittering_router, upf_overload, slow_dns, registration_storm, session_setup_failures, slow_call_setup, starving_edge, edge_misplaced, cache_miss_storm, server_errors |
| `channel` | cell (its CPEs) | - | wifi_interference |
| `retune` | cell | - | uplink_interference, downlink_interference, radio_shadow |
| `roll_back` | app, app_version, device_model, firmware, cell, link, smf, edge | - | firmware_bug, modem_bug, wrong_neighbour, energy_saving, duplex_mismatch, session_setup_failures, edge_misplaced, broken_release, bitrate_ladder |
| `switch` | server, dns | its customers go to another one (``target``) | slow_dns, slow_cdn, cache_miss_storm, server_errors |

Composite faults have no cure of their own: those of the load yield to `capacity`, those of a server
or resolver to `switch`; the others last as long as they last. A wrong change costs what it does.
"""

from __future__ import annotations

from dataclasses import dataclass

from sentio.kernel.errors import UnknownName
from sentio.lab.faults.effect import REDIRECT, Effect
from sentio.lab.faults.truth import Incident
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.rhythm import PERIOD_NS

KINDS = (
    *("capacity", "quota", "reroute", "restart"),
    *("channel", "retune", "roll_back", "switch"),
)
DETOUR_MS = 5.0
FOREVER_NS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one element, from the next period on.

    ``value`` is the factor of a capacity; ``target`` whom a switch leads to, the next one unless
    said.
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


def element_kind(estate: Estate, element: str) -> str:
    """Tell of what kind an element is; raises `UnknownName` with the nearest name."""
    for kind, names in estate.names.items():
        if element in names:
            return kind
    known = [name for names in estate.names.values() for name in names]
    raise UnknownName.among("element", element, known)


def effects_of(estate: Estate, change: Change, now_ns: int) -> Applied:
    """Tell what a change does, beside curing; raises `UnknownName` for a kind that is none."""
    if change.kind not in KINDS:
        raise UnknownName.among("change", change.kind, KINDS)
    kind = element_kind(estate, change.element)
    code = estate.code(kind, change.element)
    scope, end_ns = {kind: (code,)}, FOREVER_NS
    effects: tuple[Effect, ...] = ()
    match change.kind:
        case "capacity":
            effects = (Effect(scope=scope, quantity="relief", amount=change.value),)
        case "reroute":
            effects = (Effect(scope=scope, quantity="delay_ms", amount=DETOUR_MS),)
        case "restart":
            off = "asleep" if kind == "cell" else "fail"
            effects = (Effect(scope=scope, quantity=off, amount=0.9),)
            end_ns = now_ns + PERIOD_NS
        case "switch":
            size = len(estate.names[kind])
            other = estate.code(kind, change.target) if change.target else (code + 1) % size
            effects = (Effect(scope=scope, quantity=REDIRECT, amount=other),)
        case _:
            pass
    return Applied(effects=effects, start_ns=now_ns, end_ns=end_ns)


def is_cured(incident: Incident, change: Change, now_ns: int) -> bool:
    """Tell whether a change ends an incident that is on."""
    is_on = incident.start_ns <= now_ns < incident.end_ns
    names = {incident.element, *incident.scope.values()}
    return is_on and change.kind in incident.cured_by and change.element in names
