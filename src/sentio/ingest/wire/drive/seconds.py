"""Rows of a drive test, typed: radio, rates, place and cell of every second, bad rows set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.wire.csv.headers import Header
from sentio.ingest.wire.csv.measured import numbers, texts
from sentio.ingest.wire.csv.pieces import reject_faults
from sentio.ingest.wire.csv.tables import Table
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.times.columns import year_first_ns
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.model.indicator import indicator
from sentio.model.record import Quality

LAYOUT: dict[str, tuple[str, ...]] = {
    "time": ("timestamp", "datetime", "time", "date", "utctime", "localtime"),
    "longitude_deg": ("longitude", "lon", "lng", "long", "gpslongitude"),
    "latitude_deg": ("latitude", "lat", "gpslatitude"),
    "speed_kmh": ("speed", "speedkmh"),
    "operator": ("operatorname", "operator", "carrier", "mno", "network"),
    "cell": ("cellhex", "cellid", "cid", "ci"),
    "node": ("nodehex", "node", "nodeid", "enodeb", "enb", "gnb", "rnc"),
    "whole_cell": ("rawcellid", "cgi", "eci", "nci", "ecgi"),
    "radio_technology": ("networkmode", "networktech", "networktype", "technology", "rat"),
    "rsrp_dbm": ("rsrp", "level", "ssrsrp", "rscp", "rxlev"),
    "rsrq_db": ("rsrq", "qual", "quality", "ssrsrq", "ecno"),
    "snr_db": ("snr", "sinr", "rssnr", "sssinr"),
    "cqi": ("cqi",),
    "rssi_dbm": ("rssi", "lterssi"),
    "throughput_dl_kbps": ("dlbitrate", "dlkbps", "downlinkbitrate", "dlthroughputkbps"),
    "throughput_ul_kbps": ("ulbitrate", "ulkbps", "uplinkbitrate", "ulthroughputkbps"),
    "state": ("state", "datastate"),
    "rtt_ms": ("pingavg",),
    "loss_percent": ("pingloss",),
}
"""What a column is called (lower case letters and digits only), the most telling name first."""

RADIO: dict[str, tuple[str, str]] = {
    "rsrp_dbm": ("RSRP", "dBm"),
    "rsrq_db": ("RSRQ", "dB"),
    "snr_db": ("SNR", "dB"),
    "cqi": ("CQI", ""),
    "rssi_dbm": ("RSSI", "dBm"),
}
"""Radio indicators, and how the measurement of an idle second is called."""

NUMERIC = (
    *RADIO,
    "throughput_dl_kbps",
    "throughput_ul_kbps",
    "rtt_ms",
    "loss_percent",
    "speed_kmh",
    "longitude_deg",
    "latitude_deg",
)
BOUNDS = {
    "longitude_deg": (-180.0, 180.0),
    "latitude_deg": (-90.0, 90.0),
    "loss_percent": (0.0, 100.0),
}
NO_CELL = ("0", "-1", "65535", "268435455", "2147483647", "4294967295", "ffff", "7fffffff")
"""What phones print where they know no cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Typed rows; numbers are NaN where there is no value, texts null."""

    ts: IntArray
    quality: IntArray
    number: Mapping[str, FloatArray]
    text: Mapping[str, pa.Array]  # operator, cell, gnb, radio_technology, state

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.ts)

    def where(self, mask: BoolArray) -> Seconds:
        """Keep some of the rows."""
        return Seconds(
            ts=self.ts[mask],
            quality=self.quality[mask],
            number={name: column[mask] for name, column in self.number.items()},
            text={name: column.filter(pa.array(mask)) for name, column in self.text.items()},
        )

    def followed_by(self, later: Seconds) -> Seconds:
        """Put rows of the same layout behind these."""
        return Seconds(
            ts=np.concatenate([self.ts, later.ts]),
            quality=np.concatenate([self.quality, later.quality]),
            number={n: np.concatenate([c, later.number[n]]) for n, c in self.number.items()},
            text={n: pa.concat_arrays([c, later.text[n]]) for n, c in self.text.items()},
        )


def columns_of(header: Header) -> dict[str, str]:
    """Say which column of the input gives what: ``{ours: its name}``."""
    found: dict[str, str] = {}
    for ours, theirs in LAYOUT.items():
        name = next((name for name in theirs if name in header.names), None)
        if name is not None:
            found[ours] = name
    return found


def typed(table: Table, header: Header, out: Gathering, zone: str) -> Seconds:
    """Type the rows; those that cannot be understood are rejected."""
    columns = columns_of(header)
    ts, good = year_first_ns(table.column(columns["time"]), zone)
    wrong: dict[str, BoolArray] = {columns["time"]: ~good}
    number: dict[str, FloatArray] = {}
    quality = np.zeros(len(ts), dtype=np.int64)
    for name in NUMERIC:
        if name not in columns:
            number[name] = np.full(len(ts), np.nan)
            continue
        values, not_number = numbers(table.column(columns[name]))
        wrong[columns[name]] = not_number
        good &= ~not_number
        number[name] = np.array(values.to_numpy(zero_copy_only=False))
        quality[_blank_out(number[name], name)] |= Quality.SUSPECT
    _reject(table, header, wrong, out)
    _forget_null_island(number)
    found = Seconds(ts=ts, quality=quality, number=number, text=_texts(table, columns))
    return found.where(good)


def _blank_out(values: FloatArray, name: str) -> BoolArray:
    """Set what cannot be true to NaN and tell where."""
    if name in BOUNDS:
        low, high = BOUNDS[name]
    else:
        low, high = indicator(name).low, indicator(name).high
    outside = (values < low) | (values > high)
    values[outside] = np.nan
    return outside


def _forget_null_island(number: dict[str, FloatArray]) -> None:
    """Drop positions at exactly 0, 0: a receiver without a fix."""
    nowhere = (number["longitude_deg"] == 0) & (number["latitude_deg"] == 0)
    number["longitude_deg"][nowhere] = np.nan
    number["latitude_deg"][nowhere] = np.nan


def _reject(table: Table, header: Header, wrong: Mapping[str, BoolArray], out: Gathering) -> None:
    reject_faults(table, out)
    lines, seen = table.lines, np.zeros(len(table), dtype=np.bool_)
    for name, mask in wrong.items():
        reason = "bad_time" if name == next(iter(wrong)) else "not_a_number"
        for index in np.flatnonzero(mask & ~seen):
            row = int(index)
            value = table.column(name)[row].as_py()[:80]
            printed = header.as_printed(name)
            what = f'{printed} "{value}" is no {REASON_WORDS[reason]}. Row skipped'
            out.reject(what, line=int(lines[row]), field=printed, reason=reason, raw=table.raw(row))
        seen |= mask


REASON_WORDS = {"bad_time": "time such as 2019.11.25_15.34.34", "not_a_number": "number"}


def _texts(table: Table, columns: Mapping[str, str]) -> dict[str, pa.Array]:
    nothing = pa.nulls(len(table), pa.string())

    def column(name: str) -> pa.Array:
        if name not in columns:
            return nothing
        return texts(table.column(columns[name]))

    operator, node = column("operator"), _known(column("node"))
    cell, whole = _known(column("cell")), _known(column("whole_cell"))
    cell = pc.if_else(pc.is_null(node), pc.coalesce(whole, cell), cell)
    return {
        "operator": operator,
        "cell": _joined(operator, node, cell),
        "gnb": _joined(operator, node),
        "radio_technology": column("radio_technology"),
        "state": pc.utf8_upper(column("state")),
    }


def _known(cell: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_in(pc.utf8_lower(cell), value_set=pa.array(NO_CELL)), None, cell)


def _joined(*parts: pa.Array) -> pa.Array:
    """Join what is there by dashes, nothing where the last part is missing."""
    before = [
        pc.if_else(pc.is_null(part), "", pc.binary_join_element_wise(part, "", "-").fill_null(""))
        for part in parts[:-1]
    ]
    # Without nulls: to skip them, Arrow 26 drops a row whose parts are all null.
    joined = pc.binary_join_element_wise(*before, parts[-1].fill_null(""), "")
    return pc.if_else(pc.is_valid(parts[-1]), joined, None)
