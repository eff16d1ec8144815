"""What a full element does to those who cross it: waiting grows like load / (1 - load)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sentio.kernel.arrays import FloatArray
from sentio.lab.uses.drawing import Floats

FULLEST = 0.985  # the longest queue is 66 times that of half a load
CROWDED = 0.90  # from here on, buffers overflow and requests are refused
WAITING: Mapping[str, Mapping[str, float]] = {
    "cell": {"delay_ms": 3.5, "jitter_ms": 0.45},
    "link": {"delay_ms": 0.5, "jitter_ms": 0.12},
    "ring": {"delay_ms": 0.6, "jitter_ms": 0.15},
    "router": {"delay_ms": 0.5, "jitter_ms": 0.15},
    "upf": {"delay_ms": 0.8, "jitter_ms": 0.2},
    "amf": {"setup_ms": 15.0},
    "smf": {"setup_ms": 12.0},
    "dns": {"dns_ms": 6.0},
    "ims": {"setup_ms": 60.0},
    "edge": {"server_ms": 1.2},
    "server": {"server_ms": 18.0},
}
"""At half a load, of each kind of element."""
OVERFLOW: Mapping[str, Mapping[str, float]] = {
    "cell": {"loss": 0.006, "fail": 0.05},
    "link": {"loss": 0.012, "slow": 0.8, "slow_ul": 0.5},
    "ring": {"loss": 0.012, "slow": 0.8, "slow_ul": 0.5},
    "router": {"loss": 0.010, "slow": 0.7, "slow_ul": 0.4},
    "upf": {"loss": 0.010, "slow": 0.7, "slow_ul": 0.4},
    "amf": {"fail": 0.12},
    "smf": {"fail": 0.12},
    "dns": {"fail": 0.05},
    "ims": {"fail": 0.10},
    "edge": {"frames": 0.012, "fail": 0.02, "coarse": 0.4},
    "server": {"fail": 0.06, "slow": 0.5},
}
"""For each tenth of a load above `CROWDED`."""


def queueing(kind: str, load: FloatArray) -> dict[str, Floats]:
    """Give what each element of a kind adds to the quantities of those who cross it."""
    held = np.minimum(load, FULLEST)
    queue, over = held / (1.0 - held), np.clip(load - CROWDED, 0.0, 0.4) * 10.0
    found: dict[str, Floats] = {name: each * queue for name, each in WAITING[kind].items()}
    if over.any():
        found |= {name: each * over for name, each in OVERFLOW[kind].items()}
    if kind == "cell":
        left = np.maximum(1.0 - held, 0.02)
        found["slow"] = -np.log(left)
        found["slow_ul"] = -0.7 * np.log(left)
        found["noise_db"] = 5.0 * held  # of the neighbours, who are as busy
        found["noise_ul_db"] = 4.0 * held
    return {name: each.astype(np.float32) for name, each in found.items()}
