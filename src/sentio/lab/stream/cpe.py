"""Reports of boxes at home as bulk data (TR-369 annex A, TR-181), units glued on as boxes do.

The boxes have hybrid access: a line, and a cell. The controller adds the names on their way.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import FloatArray, IntArray
from sentio.lab.stream.dirt import Dirt
from sentio.lab.stream.names import OUI, bytes_of, serial_of
from sentio.lab.stream.parcels import Parcel
from sentio.lab.stream.tables import dated
from sentio.lab.wire.text import MS_NS, clock, fixed, glue, whole

SOURCE, FORMAT = "acs", "usp_bulk"
BYTES_PER_KBPS = 1250.0  # of a transfer of ten seconds
COUNTED = 1_000_000  # packets and frames of a report
PLACES = ("Cell", "GNB", "Link", "UPF", "Edge", "Slice", "Segment")
ISO = "%Y-%m-%dT%H:%M:%S.000000Z"


def write(start_ns: int, uses: pa.RecordBatch | None, dirt: Dirt) -> Iterator[Parcel]:
    """Write all reports of a period as one document."""
    if uses is None or not uses.num_rows:
        return
    ends = pa.array([",\n"] * (uses.num_rows - 1) + ["\n"])
    body = b'{"Report":[\n' + bytes_of(glue(reports(uses, dirt), ends)) + b"]}\n"
    yield Parcel(SOURCE, dated("bulk", start_ns, "json"), body, FORMAT)


def reports(uses: pa.RecordBatch, dirt: Dirt) -> pa.StringArray:
    """Write a report of each box, dated as its clock says."""
    ts_ns = dirt.ahead(uses.column("ts").to_numpy())
    return glue(
        '{"CollectionTime":', whole(ts_ns // MS_NS), ',"Device":{"DeviceInfo":{"SerialNumber":"',
        serial_of(uses.column("subject").to_numpy()), f'","ManufacturerOUI":"{OUI}",',
        '"ModelName":"', _text(uses, "device_model"), '","SoftwareVersion":"',
        _text(uses, "firmware"), '","ProcessStatus":{"CPUUsage":"',
        fixed(100.0 * _number(uses, "cpu_ratio"), 6), '%"}},', *_way(uses), *_radio(uses),
        *_transfers(uses, ts_ns), "}}",
    )  # fmt: skip


def _way(uses: pa.RecordBatch) -> list[pa.StringArray | str]:
    parts: list[pa.StringArray | str] = [f'"X_{OUI}_Path":{{']
    for place in PLACES:
        lead = "" if place == PLACES[0] else ","
        parts += [f'{lead}"{place}":"', _text(uses, place.lower()), '"']
    return [*parts, "},"]


def _radio(uses: pa.RecordBatch) -> list[pa.StringArray | str]:
    """Tell of Wi-Fi inside, of the line and of the cell outside."""
    return [
        '"WiFi":{"AccessPoint":{"1":{"AssociatedDevice":{"1":{"SignalStrength":"',
        fixed(_number(uses, "wifi_rssi_dbm"), 6), 'dBm","Stats":{"RetransCount":',
        _count(_number(uses, "wifi_retry_ratio")), f',"PacketsSent":{COUNTED}}}}}}}}}}}}},',
        '"DSL":{"Line":{"1":{"Stats":{"QuarterHour":{"LinkRetrain":',
        whole(_number(uses, "access_retrain_count").astype(np.int64)), "}}}}},",
        f'"Cellular":{{"Interface":{{"1":{{"X_{OUI}_SINR":',
        fixed(_number(uses, "access_snr_db"), 6),
        ',"Stats":{"ErrorsReceived":', _count(_number(uses, "error_ratio")),
        f',"PacketsReceived":{COUNTED}}}}}}}}},',
    ]  # fmt: skip


def _transfers(uses: pa.RecordBatch, ts_ns: IntArray) -> list[pa.StringArray | str]:
    """Tell of a test of ten seconds down and one up (TR-143)."""
    begin, end = clock(ts_ns - 10 * 10**9, ISO), clock(ts_ns, ISO)
    parts: list[pa.StringArray | str] = ['"IP":{"Diagnostics":{']
    for way, count, indicator in (
        ("Download", "TestBytesReceived", "throughput_dl_kbps"),
        ("Upload", "TestFileLength", "throughput_ul_kbps"),
    ):
        size = np.rint(BYTES_PER_KBPS * _number(uses, indicator)).astype(np.int64)
        lead = "" if way == "Download" else ","
        parts += [
            f'{lead}"{way}Diagnostics":{{"BOMTime":"', begin, '","EOMTime":"', end,
            f'","{count}":', whole(size), "}",
        ]  # fmt: skip
    return [*parts, "}}"]


def _number(uses: pa.RecordBatch, name: str) -> FloatArray:
    return uses.column(name).to_numpy(zero_copy_only=False).astype(np.float64)


def _text(uses: pa.RecordBatch, name: str) -> pa.StringArray:
    return pc.fill_null(uses.column(name).dictionary_decode(), "")


def _count(ratio: FloatArray) -> pa.StringArray:
    return whole(np.rint(COUNTED * ratio).astype(np.int64))
