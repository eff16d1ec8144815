"""A small city as text files: uses of the web over cells, gNBs and links, read by the real path."""

from __future__ import annotations

import io

import numpy as np

from sentio.governance.key import Key
from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.kernel.clock import FixedClock
from sentio.loop.live import SECOND_NS, Pace
from sentio.loop.record_path import RecordPath
from sentio.store.warehouse import Warehouse

START_NS = 1_732_147_200_000_000_000  # 2024-11-21T00:00Z
PERIOD_NS = 300 * SECOND_NS
PACE = Pace(period_ns=PERIOD_NS, grace_ns=0, learn_days=0.5)
CELLS, USES = 12, 3  # cells, and uses of each a period
BROKEN = "cell-7"
SLOW_FROM, SLOW_UNTIL = 170, 194  # periods in which it is slow


def uses(first: int, last: int, *, start_ns: int = START_NS) -> str:
    """Write the uses of some periods as CSV; each period's are the same however it is asked for."""
    lines = ["ts,imsi,cell,gnb,link,app,page_load_ms,is_success"]
    for period in range(first, last):
        rng = np.random.default_rng([7, period])
        count = CELLS * USES
        cell = rng.integers(0, CELLS, count)
        at = start_ns + period * PERIOD_NS + np.sort(rng.integers(0, 299_000, count)) * 1_000_000
        load = np.exp(rng.normal(np.log(1500.0), 0.35, count))
        is_slow = (SLOW_FROM <= period < SLOW_UNTIL) & (cell == 7)
        load = np.where(is_slow, load * 9.0, load)
        for i in range(count):
            c = int(cell[i])
            lines.append(
                f"{at[i]},26201{int(rng.integers(0, 400)):010},cell-{c},gnb-{c // 3},"
                f"link-{c // 6},app-{int(rng.integers(0, 3))},{load[i]:.0f},1"
            )
    return "\n".join(lines) + "\n"


def one_input(name: str, text: str) -> Input:
    """Make an input of a text."""
    content = text.encode()
    origin = Origin(source="probe", name=name)
    return Input(origin=origin, open=lambda: io.BytesIO(content), size_bytes=len(content))


def read(warehouse: Warehouse, *texts: tuple[str, str], service: str = "web") -> None:
    """Read texts, by name, through the record path."""
    path = RecordPath(
        warehouse, key=Key(b"k" * 32), clock=FixedClock(START_NS + 10 * 86_400 * SECOND_NS)
    )
    receipt = path.run(
        [one_input(*each) for each in texts], source="probe", options={"service": service}
    )
    assert receipt.rows_rejected == 0, receipt
