"""S1-U HTTP xDRs: web pages as a probe on the user plane writes them, 53 columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import FloatArray
from sentio.lab.dirt import ahead, soil
from sentio.lab.draw import happens
from sentio.lab.network import Conditions
from sentio.lab.wire.text import MS_NS, Written, glue, pick, save, whole
from sentio.lab.world import Uses, World, uses
from sentio.lab.xdr import HttpUses, http_table

PATH = "xdr/s1u_http.csv"
PAGES_PER_DAY = 42.0  # of one user
APPS = ("news", "social", "shop", "search", "maps", "bank", "mail")
APP_SHARES = (0.22, 0.27, 0.15, 0.16, 0.08, 0.05, 0.07)
ROUNDS = 5.0  # round trips that a page needs beside its bytes
PAGE_BYTES = 650_000.0  # median
TIMEOUT_MS = 1000.0  # first retransmission timer of TCP, RFC 6298
TAIL_PACKETS = 10  # whose loss only the timer mends


def write(folder: Path, world: World) -> list[Written]:
    """Write the pages of the span; rows in order of time but for the late ones."""
    rng = world.rng(PATH)
    seen = uses(world, rng, per_user=PAGES_PER_DAY)
    radio = world.people.radio[seen.user]
    there = world.network.at(rng, cell=seen.cell, ts_ns=seen.ts_ns, radio=radio)
    table = http_table(rng, _http_uses(rng, world, seen, there))
    columns = [column.combine_chunks().cast(pa.string()) for column in table.columns]
    parts = [part for column in columns for part in (column, "|")][:-1]
    rows = len(seen)
    clean = glue(*parts, "\n")
    lines, dirt = soil(clean, rng, late=rows // 1500, twice=rows // 1200, cut=rows // 4000)
    size = save(folder, PATH, lines)
    wrong = {"clock_ahead": len(_wrong_clock(rows))} if len(_wrong_clock(rows)) else {}
    return [
        Written(
            path=PATH,
            format="delimited",
            rows=len(lines),
            size_bytes=size,
            dirt={**dirt, **wrong},
        )
    ]


def _http_uses(rng: np.random.Generator, world: World, seen: Uses, there: Conditions) -> HttpUses:
    people, city, rows = world.people, world.city, len(seen)
    cell, user = pa.array(seen.cell), pa.array(seen.user)
    volume = PAGE_BYTES * np.exp(rng.normal(0.0, 1.0, rows))
    respond = there.rtt_ms + 70.0 * np.exp(rng.normal(0.0, 1.0, rows))
    fails = happens(rng, rows, 0.015 + 0.5 * there.loss_ratio + 0.05 * there.is_full)
    return HttpUses(
        subject=seen.user,
        imsi=people.imsi.take(user),
        imei=people.imei.take(user),
        msisdn=people.msisdn.take(user),
        area=whole(city.areas[seen.cell]),
        cell=pa.array(city.cells).take(cell),
        app=pick(APPS, rng.choice(len(APPS), rows, p=APP_SHARES)),
        begin_ms=ahead(seen.ts_ns, _wrong_clock(rows)) // MS_NS,
        connect_ms=0.4 * there.rtt_ms + rng.gamma(2.0, 6.0, rows),
        respond_ms=respond,
        content_ms=respond + _fetch_ms(rng, there, volume),
        volume_bytes=volume,
        has_failed=fails,
        longitude_deg=city.longitude_deg[seen.cell] + rng.normal(0.0, 0.0015, rows),
        latitude_deg=city.latitude_deg[seen.cell] + rng.normal(0.0, 0.0010, rows),
    )


def _fetch_ms(rng: np.random.Generator, there: Conditions, volume_bytes: FloatArray) -> FloatArray:
    """Time of what comes after the first answer: round trips, bytes, and what is lost again."""
    rounds = ROUNDS * np.exp(rng.normal(0.0, 0.45, len(volume_bytes)))
    timeouts = rng.binomial(TAIL_PACKETS, there.loss_ratio)
    bytes_ms = volume_bytes * 8.0 / there.rate_kbps
    return rounds * there.rtt_ms + bytes_ms + timeouts * TIMEOUT_MS


def _wrong_clock(rows: int) -> np.ndarray:
    """Rows of the probe that rebooted into the wrong year: a few in a row."""
    return np.arange(rows // 2, rows // 2 + min(8, rows // 1000))
