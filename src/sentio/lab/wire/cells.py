"""The cell list, in the layout of an OpenCellID export: where the cells stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.lab.city import MCC, MNC
from sentio.lab.day import DAY_NS
from sentio.lab.wire.text import Written, fixed, glue, save, whole
from sentio.lab.world import World

PATH = "network/cells.csv"
HEADER = (
    "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n"
)


def write(folder: Path, world: World) -> list[Written]:
    """Write every cell once, last updated weeks before the span."""
    rng = world.rng(PATH)
    city, count = world.city, len(world.city.cells)
    created_s = (world.span.start_ns - 900 * DAY_NS) // 10**9
    updated_s = (world.span.start_ns - 20 * DAY_NS) // 10**9 + rng.integers(0, 86_400, count)
    rows = glue(
        f"NR,{MCC},{MNC},", whole(city.areas), ",", whole(city.ids), ",",
        whole(np.arange(count) * 3 % 504), ",", fixed(city.longitude_deg, 6), ",",
        fixed(city.latitude_deg, 6), ",", whole(rng.integers(450, 1100, count)), ",",
        whole(rng.integers(200, 5000, count)), f",1,{created_s},", whole(updated_s), ",0\n",
    )  # fmt: skip
    size = save(folder, PATH, pa.concat_arrays([pa.array([HEADER]), rows]))
    return [Written(path=PATH, format="opencellid", rows=count, size_bytes=size, dirt={})]
