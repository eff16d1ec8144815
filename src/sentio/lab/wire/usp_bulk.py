"""Bulk data of home gateways, a report an hour each (TR-369 annex A, TR-181), units glued on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import BoolArray, IntArray
from sentio.lab.day import DAY_NS, HOUR_NS, SECOND_NS, every, rhythm
from sentio.lab.dirt import WRONG_YEAR_NS
from sentio.lab.draw import happens
from sentio.lab.stories import BAD_FIRMWARE, BAD_MODEL
from sentio.lab.wire.text import Written, clock, fixed, glue, pick, save, whole
from sentio.lab.world import World

FOLDER = "cpe"
MODELS = ("HB-100", "HB-110", BAD_MODEL, "HB-300")
MODEL_SHARES = (0.30, 0.26, 0.18, 0.26)
OTHER_FIRMWARE = "4.0.2"
BAD_SHARE = 0.85  # of the model's boxes that have the new firmware already
HOMES_PER_USER = 0.06
HOURS_UNSET = 2  # until the first box has got the time from the network
PARAMETERS = 13  # rows of one report, its collection time among them


def write(folder: Path, world: World) -> list[Written]:
    """Write one file an hour; a row is one parameter of one report."""
    rng = world.rng(FOLDER)
    count = max(12, round(HOMES_PER_USER * len(world.people)))
    model = np.searchsorted(np.cumsum(MODEL_SHARES), (rng.permutation(count) + 0.5) / count)
    has_bad = (model == MODELS.index(BAD_MODEL)) & happens(rng, count, BAD_SHARE)
    signal = rng.normal(-61.0, 7.5, count)  # how far the rooms are from the box
    margin = rng.normal(11.0, 1.6, count)
    files: list[Written] = []
    for hour, ns in enumerate(every(world.span, HOUR_NS).tolist()):
        at_ns = ns + rng.integers(60, 600, count) * SECOND_NS
        ahead_ns = WRONG_YEAR_NS if hour < HOURS_UNSET else 0
        told_ns = at_ns + np.where(np.arange(count) == 0, ahead_ns, 0)
        reports = _reports(rng, model, has_bad, signal, margin, at_ns, told_ns=told_ns)
        path = f"{FOLDER}/{clock(np.array([ns]), 'bulk-%Y%m%dT%H%MZ.json')[0]}"
        ends = pa.array([",\n"] * (count - 1) + ["\n]}\n"])
        content = pa.concat_arrays([pa.array(['{"Report":[\n']), glue(reports, ends)])
        size = save(folder, path, content)
        files.append(
            Written(
                path=path,
                format="usp_bulk",
                rows=count * PARAMETERS,
                size_bytes=size,
                dirt={"clock_ahead": PARAMETERS} if ahead_ns else {},
            )
        )
    return files


def _reports(
    rng: np.random.Generator,
    model: IntArray,
    has_bad: BoolArray,
    signal_dbm: np.ndarray,
    margin_db: np.ndarray,
    at_ns: IntArray,
    *,
    told_ns: IntArray,
) -> pa.StringArray:
    """One report of each box, dated as the box tells."""
    count = len(model)
    number = np.arange(count)
    busy = rhythm(at_ns)
    weak = signal_dbm + rng.normal(0.0, 2.5, count) - 6.0 * has_bad
    again = 4.0 + 3.0 * busy + rng.gamma(1.6, 2.2, count) + 0.35 * (-62.0 - weak).clip(0.0)
    again = np.where(has_bad, rng.uniform(27.0, 55.0, count) + 3.0 * busy, again).clip(0, 99)
    lost = rng.binomial(10, np.where(has_bad, 0.12, 0.006))
    up_s = (at_ns % (40 * DAY_NS) + number * 7919 * SECOND_NS) // SECOND_NS % 3_000_000 + 900
    firmware = pick((OTHER_FIRMWARE, BAD_FIRMWARE), has_bad.astype(np.int64))
    client = '"AccessPoint":{"1":{"AssociatedDevice":{"1":'
    return glue(
        '{"CollectionTime":', whole(told_ns // SECOND_NS), ',"Device":{"DeviceInfo":{',
        '"SerialNumber":"LB', whole(40_000 + number), '","ManufacturerOUI":"02C0DE",',
        '"ModelName":"', pick(MODELS, model), '","SoftwareVersion":"', firmware,
        '","UpTime":', whole(up_s), ',"ProcessStatus":{"CPUUsage":"',
        whole((14 + 20 * busy + rng.gamma(2.0, 4.0, count)).clip(1, 99).astype(np.int64)),
        '%"}},"WiFi":{', client, '{"SignalStrength":"', fixed(weak.clip(-94, -30), 1),
        'dBm","Retransmissions":', whole(again.astype(np.int64)), "}}}}},",
        '"DSL":{"Line":{"1":{"DownstreamNoiseMargin":',
        whole(np.rint(10 * (margin_db + rng.normal(0.0, 0.4, count))).clip(20).astype(np.int64)),
        "}},", '"Channel":{"1":{"DownstreamCurrRate":"',
        fixed(62.0 + 4.0 * margin_db, 1), ' Mbps"}}},',
        '"IP":{"Diagnostics":{"IPPing":{"SuccessCount":', whole(10 - lost),
        ',"FailureCount":', whole(lost), ',"AverageResponseTime":',
        whole((14 + 9 * busy + 25 * has_bad).astype(np.int64)), "}}}}}",
    )  # fmt: skip
