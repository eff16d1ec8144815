"""A village whose everybody has the same habits every day, as uses, topology and works."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sentio.loop.care.reach import Ways
from sentio.loop.care.seen import DAY_NS, HOUR_NS, Remembered
from sentio.model.record import ELEMENT, LINK
from sentio.model.topology import topology
from sentio.model.work import Work

MONDAY_NS = 1_788_739_200_000_000_000  # 2026-09-07
CELLS = ("cell-1", "cell-2", "cell-3")
PARENTS = {
    "router-1": None,
    "ring-1": "router-1",
    "ring-2": "router-1",
    "link-1": "ring-1",
    "link-2": "ring-1",
    "link-3": "ring-2",
    "cell-1": "link-1",
    "cell-2": "link-2",
    "cell-3": "link-3",
}


def inventory(*, protected: tuple[str, ...] = ("ring-2",)) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Three cells on three links on two rings, the second one with a way round."""
    elements = [
        {
            "ts": 0,
            "element": name,
            "element_kind": name.split("-")[0],
            "name": name,
            "parent": parent,
            "attributes": '{"is_protected": true}' if name in protected else None,
            "quality": 0,
        }
        for name, parent in PARENTS.items()
    ]
    return (
        pa.RecordBatch.from_pylist(elements, schema=pa.schema(ELEMENT)),
        pa.RecordBatch.from_pylist([], schema=pa.schema(LINK)),
    )


def ways(**given: tuple[str, ...]) -> Ways:
    elements, links = inventory(**given)
    return Ways.of(topology(elements, links), elements, links)


def uses(first: int, last: int, *, spoilt_ns: tuple[int, int] = (0, 0)) -> pa.Table:
    """Everybody of 90 uses something at 8, 9 and 20 o'clock on days [first, last).

    Subject 1 to 30 in the first cell, to 60 in the second, to 90 in the third, but by night in the
    third all. Within ``spoilt_ns`` uses of the first two cells are poor.
    """
    rng = np.random.default_rng([first, last])
    rows = [
        (day, hour, who)
        for day in range(first, last)
        for hour in (8, 9, 20)
        for who in range(1, 91)
    ]
    day, hour, who = (np.array(each) for each in zip(*rows, strict=True))
    ts = MONDAY_NS + day * DAY_NS + hour * HOUR_NS + rng.integers(0, HOUR_NS, len(rows))
    cell = np.where(hour == 20, 2, (who - 1) // 30)
    mos = np.clip(rng.normal(4.2, 0.3, len(rows)), 1.0, 5.0)
    is_spoilt = (ts >= spoilt_ns[0]) & (ts < spoilt_ns[1]) & (cell < 2)
    mos = np.where(is_spoilt, 1.4, mos)
    return pa.table(
        {
            "ts": ts,
            "subject": who.astype(np.int64),
            "mos": mos,
            "cell": pa.array([CELLS[each] for each in cell]).dictionary_encode(),
        }
    )


def remembered(days: int, *, spoilt_ns: tuple[int, int] = (0, 0)) -> Remembered:
    seen = Remembered("cell")
    seen.take(uses(0, days, spoilt_ns=spoilt_ns), "web")
    return seen


def work(element: str, day: int, hours: tuple[float, float], *, title: str = "maintenance") -> Work:
    begins_ns = MONDAY_NS + day * DAY_NS
    return Work(
        id=f"W-{element}-{day}",
        element=element,
        element_kind=element.split("-", maxsplit=1)[0],
        title=title,
        begins_ns=begins_ns + round(hours[0] * HOUR_NS),
        ends_ns=begins_ns + round(hours[1] * HOUR_NS),
        announced_ns=begins_ns - 2 * DAY_NS,
    )
