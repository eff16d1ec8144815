"""What a fault does to the operator's state: so much of a quantity, on a scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import BoolArray, IntArray

STEERED = "steered"
STRAINS = ("pressure", "relief", "asleep", STEERED)
"""Quantities of an element's load: the load it is driven to (1 is full), the factor by which its
capacity grows, whether it is silent, and the share of a cell's users that its neighbours take."""
CONDITIONS = (
    *("noise_db", "noise_ul_db", "loss", "delay_ms", "jitter_ms", "slow", "slow_ul"),
    *("fail", "cut", "dns_ms", "setup_ms", "server_ms", "coarse", "frames"),
    *("retry", "wifi_db", "clock_ns", "position_m"),
)
"""Quantities of a use's way; all are 0 where nothing is wrong, and add up. ``slow`` and ``slow_ul``
are -ln of the share of the rate that is left, ``coarse`` that of the bitrate that an app asks for;
``fail`` and ``cut`` are chances, ``loss``, ``frames`` and ``retry`` are shares."""
ROLLOUT, CROWD, TAKE_UP, REDIRECT = "rollout", "crowd", "take_up", "redirect"
"""Quantities of who goes where: the share that runs the newest release or firmware, the share of
all uses that gather in a cell, the share of all uses that move to an app, and the code of the
element to which the customers of another are led."""
ACCESS = "access"
"""Quantity of which way sites (`gnb`) or edge hosts take: a code of `sentio.lab.physics.access`."""
FAVOURED = "favoured"
"""Quantity of a subject (`subject`, by its number) that full elements let pass before others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An amount of a quantity, wherever every dimension of the scope has one of its codes."""

    scope: Mapping[str, tuple[int, ...]]
    quantity: str
    amount: float

    def rows(self, path: Mapping[str, IntArray]) -> BoolArray:
        """Tell which uses are within the scope, by their paths."""
        return within(self.scope, path)


def within(scope: Mapping[str, tuple[int, ...]], path: Mapping[str, IntArray]) -> BoolArray:
    """Tell which uses are within a scope, by the codes on their paths."""
    inside = np.ones(len(path["cell"]), dtype=np.bool_)
    for dimension, codes in scope.items():
        column = path[dimension]
        inside &= column == codes[0] if len(codes) == 1 else np.isin(column, codes)
    return inside
