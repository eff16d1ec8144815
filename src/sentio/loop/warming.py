"""Compiles what the watch needs, for other processes too: they read it from numba's cache.

Worth it where a new machine has a second core that is idle while the first one reads. Changes
nothing but that cache.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sentio.awareness.budget import Budget
from sentio.awareness.ring import Ring
from sentio.awareness.totals import totals_of_uses
from sentio.awareness.watch import Watch
from sentio.kernel.arrays import FloatArray
from sentio.loop.sight import Sight

PERIOD_NS = 300_000_000_000
SERVICE = "web"
USES, PERIODS = 60, 3


def warm() -> None:
    """Let an eye see a few invented periods, the last of them bad."""
    rng = np.random.default_rng(1)
    sight = Sight(Watch(period_ns=PERIOD_NS), Ring(periods=1), Budget(share=1.0))
    for period in range(PERIODS):
        usual = 4.0 if period + 1 < PERIODS else 1.5
        uses = _uses(period * PERIOD_NS, usual + rng.normal(0.0, 0.3, USES))
        totals = totals_of_uses({SERVICE: uses})
        sight.see(totals.rows, totals.bins, uses, start_ns=period * PERIOD_NS)
        sight.learn_tail()
    sight.odd(per_day=60.0, believed_a_day=0.2)


def _uses(start_ns: int, mos: FloatArray) -> pa.Table:
    names = pa.array([f"m{i % 4}" for i in range(USES)]).dictionary_encode()
    columns = dict.fromkeys(("cell", "app", "device_model", "segment"), names)
    service = pa.array([SERVICE] * USES).dictionary_encode()
    return pa.table(
        {
            "ts": np.full(USES, start_ns, dtype=np.int64),
            "subject": np.arange(USES, dtype=np.int64),
            "service": service,
            "mos": mos,
            **columns,
        }
    )
