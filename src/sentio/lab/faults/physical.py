"""What breaks physically: cut fibres, dead routers and hosts. Nothing but a repair ends it.

All that hangs on it is dark until then, or takes another way (`switch_access`). These kinds stand
beside those of `sentio.lab.faults.kinds`: a plan draws them only where it names them.
"""

from __future__ import annotations

from collections.abc import Mapping

from sentio.kernel.arrays import BoolArray
from sentio.lab.faults.kinds import KINDS
from sentio.lab.faults.recipe import Recipe
from sentio.lab.operator.estate import Estate

DARK = {
    "fail": (0.985, 0.995),
    "cut": (0.99, 0.99),
    "loss": (0.5, 0.6),
    "slow": (4.0, 5.0),
    "slow_ul": (4.0, 5.0),
}
HOURS = (120.0, 480.0)  # until a splicer or a spare part is there, in minutes


def _unprotected(estate: Estate) -> Mapping[str, BoolArray]:
    return {"ring": ~estate.transport.is_protected}


_KINDS = (
    Recipe(
        kind="ring_cut",
        domain="transport",
        dimensions=("ring",),
        impacts=DARK,
        may_hit=_unprotected,
        alarm=("critical", "loss of signal"),
        minutes=HOURS,
    ),
    Recipe(
        kind="link_cut",
        domain="transport",
        dimensions=("link",),
        impacts=DARK,
        alarm=("critical", "loss of signal"),
        minutes=HOURS,
    ),
    Recipe(
        kind="dead_router",
        domain="transport",
        dimensions=("router",),
        impacts=DARK,
        alarm=("critical", "equipment out of service"),
        minutes=HOURS,
    ),
    Recipe(
        kind="dead_edge",
        domain="edge",
        dimensions=("edge",),
        impacts={**DARK, "frames": (0.7, 0.9), "server_ms": (1500.0, 2500.0)},
        alarm=("critical", "equipment out of service"),
        minutes=HOURS,
    ),
)
PHYSICAL: Mapping[str, Recipe] = {each.kind: each for each in _KINDS}
ALL: Mapping[str, Recipe] = {**KINDS, **PHYSICAL}
"""All kinds that can be broken by name."""
