"""S1-MME xDRs: procedures that give access to the network, 26 columns separated by pipes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.ingest.maps import shipped
from sentio.kernel.arrays import FloatArray, IntArray
from sentio.lab.dirt import soil
from sentio.lab.draw import happens
from sentio.lab.wire.text import MS_NS, Written, glue, pick, save, whole
from sentio.lab.world import World, uses

PATH = "xdr/s1_mme.csv"
MAP = "s1_mme"
PROCEDURES_PER_DAY = 14.0
PROCEDURES = ("service_request", "tracking_area_update", "attach", "detach")
SHARES = (0.74, 0.16, 0.06, 0.04)
USUAL_MS = np.array([95.0, 120.0, 380.0, 80.0])
ROUNDS = np.array([1.5, 2.0, 5.0, 1.0])


def write(folder: Path, world: World) -> list[Written]:
    """Write the procedures of the span."""
    rng = world.rng(PATH)
    seen = uses(world, rng, per_user=PROCEDURES_PER_DAY)
    rows = len(seen)
    there = world.network.at(rng, cell=seen.cell, ts_ns=seen.ts_ns)
    procedure = rng.choice(len(PROCEDURES), rows, p=SHARES)
    took = USUAL_MS[procedure] * np.exp(rng.normal(0.0, 0.75, rows))
    took += ROUNDS[procedure] * there.rtt_ms * np.where(there.is_full, 2.5, 1.0)
    fails = happens(rng, rows, 0.02 + 0.10 * there.is_full + 0.3 * there.loss_ratio)
    columns = _columns(world, seen.user, seen.cell, seen.ts_ns // MS_NS, took)
    columns["XDR_ID"] = whole(seen.ts_ns // MS_NS * 1000 + rng.integers(0, 1000, rows))
    columns["Procedure_Type"] = pick(PROCEDURES, procedure)
    columns["Procedure_Status"] = pick(("0", "1"), fails.astype(np.int64))
    parts = [part for name in shipped()[MAP].layout for part in (columns.get(name, ""), "|")][:-1]
    lines, dirt = soil(
        glue(*parts, "\n"), rng, late=rows // 2000, twice=rows // 1500, cut=rows // 9000
    )
    size = save(folder, PATH, lines)
    return [Written(path=PATH, format="delimited", rows=len(lines), size_bytes=size, dirt=dirt)]


def _columns(
    world: World, user: IntArray, cell: IntArray, begin_ms: IntArray, took_ms: FloatArray
) -> dict[str, pa.StringArray | str]:
    people, who = world.people, pa.array(user)
    return {
        "City": "0571",
        "Interface": "5",
        "RAT": "6",
        "IMSI": people.imsi.take(who),
        "IMEI": people.imei.take(who),
        "MSISDN": people.msisdn.take(who),
        "Procedure_Start_Time": whole(begin_ms),
        "Procedure_End_Time": whole(begin_ms + took_ms.astype(np.int64)),
        "MME_IP_Add": "10.64.1.9",
        "eNB_IP_Add": glue("10.81.20.", whole(world.city.site[cell] + 5)),
        "TAC": whole(world.city.areas[cell]),
        "Cell_ID": pa.array(world.city.cells).take(pa.array(cell)),
        "APN": "internet",
    }
