"""Which change of the network an action is, in the words by which Sentio's catalogue names it."""

from __future__ import annotations

from collections.abc import Mapping

from sentio.lab.changes import Change
from sentio.lab.southbound.asked import BAD_REQUEST, Problem

Parameters = Mapping[str, object]

PLAIN: Mapping[str, tuple[str, str, float]] = {
    "scale": ("capacity", "factor", 1.5),
    "slice_quota": ("quota", "factor", 1.5),
    "slice_quota_down": ("quota", "factor", 0.75),
    "steer_traffic": ("steer", "share", 0.3),
    "move_work": ("move_work", "hours", 24.0),
    "reroute": ("reroute", "", 1.0),
    "restart": ("restart", "", 1.0),
    "retune": ("retune", "", 1.0),
    "roll_back": ("roll_back", "", 1.0),
    "switch": ("switch", "", 1.0),
    "cpe_channel": ("channel", "", 1.0),
    "guard_work": ("guard_work", "", 1.0),
    "qos_session": ("priority", "", 1.0),
}
"""Kind of change of an action, the parameter that is its value, and what that is unless given."""
MOVES = ("switch_domain", "supplement_domain", "return_domain")
RECORDED = ("reconfigure_domain", "ticket", "tell_customer", "offer", "advise_version")
"""Actions that change nothing in the network."""


def changes_of(action: str, element: str, parameters: Parameters) -> tuple[Change, ...]:
    """Tell what an action changes, nothing where it is only kept on record.

    Raises `Problem` (400) for an action that there is none of, or a parameter that is no number.
    """
    if action in RECORDED:
        return ()
    if action in MOVES:
        return _moves(action, element, parameters)
    if action not in PLAIN:
        known = ", ".join((*PLAIN, *MOVES, *RECORDED))
        raise Problem(BAD_REQUEST, f"no action is called {action!r}; known: {known}")
    kind, name, usual = PLAIN[action]
    value = _number(parameters, name, usual) if name else usual
    target = str(parameters.get("target") or "") if action == "switch" else ""
    return (Change(kind=kind, element=element, value=value, target=target),)


def _moves(action: str, element: str, parameters: Parameters) -> tuple[Change, ...]:
    """Lead traffic another way: all of it, or the rest of it yet another way (``also``)."""
    if action == "return_domain":
        return (Change(kind="switch_access", element=element, value=1.0, target="usual"),)
    share, way = _number(parameters, "share", 1.0), str(parameters.get("to") or "")
    also, found = str(parameters.get("also") or ""), list[Change]()
    if also:  # all of it, and then what there is room for the first way
        found.append(Change(kind="switch_access", element=element, value=share, target=also))
        share = _number(parameters, "part", share)
    found.append(Change(kind="switch_access", element=element, value=share, target=way))
    return tuple(found)


def _number(parameters: Parameters, name: str, usual: float) -> float:
    value = parameters.get(name, usual)
    try:
        found = float(str(value))
    except ValueError as error:
        raise Problem(BAD_REQUEST, f"{name} is {value!r}, not a number") from error
    if not abs(found) < float("inf"):
        raise Problem(BAD_REQUEST, f"{name} is {value!r}, not a number that is of use")
    return found
