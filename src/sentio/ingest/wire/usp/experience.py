"""The experience of a home at the time of a report, derived from what its CPE measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.ingest.wire.usp.names import PLACES, QUANTITIES
from sentio.ingest.wire.usp.units import Floats, factor
from sentio.model.indicator import indicator
from sentio.model.record import Quality

SUBJECT_KIND = "thing"
DECIMALS = 9  # 63 tenths of a dB are 6.3 dB, not 6.300000000000001

_REDUCE = {"min": np.fmin, "max": np.fmax}


class Device(Protocol):
    """What a report knows of its device."""

    ts: int

    @property
    def device(self) -> str:
        """The device's name."""
        ...

    def get(self, what: str) -> str:
        """Give ``serial``, ``oui``, ``model``, or a name of `PLACES`; or nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The parameters of a block, each of shape (rows,).

    ``numbers`` is NaN where there is none; ``quantities`` are indices into `QUANTITIES` or -1;
    ``owners`` are indices of reports.
    """

    numbers: Floats
    units: pa.Array
    quantities: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int64]
    is_rejected: npt.NDArray[np.bool_]
    texts: Sequence[str]


def experience(
    reports: Sequence[Device], values: Values, constants: Mapping[str, str]
) -> pa.RecordBatch:
    """Derive one record for each report that names its device and measures anything of use.

    An indicator outside what can be true is left out, and the record is marked as suspect.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what grows too large cannot be true either
        found = _indicators(_measured(len(reports), values))
    quality = np.zeros(len(reports), dtype=np.uint8)
    is_there = np.zeros(len(reports), dtype=np.bool_)
    for name, column in found.items():
        bounds = indicator(name)
        is_wrong = (column < bounds.low) | (column > bounds.high)
        quality[is_wrong] |= np.uint8(Quality.SUSPECT)
        column[is_wrong] = np.nan
        is_there |= ~np.isnan(column)
    is_there &= np.array([bool(each.get("serial")) for each in reports], dtype=np.bool_)
    chosen = [each for each, there in zip(reports, is_there, strict=True) if there]
    columns: dict[str, pa.Array] = {
        "ts": pa.array([each.ts for each in chosen], type=pa.int64()),
        "subject_kind": pa.array([SUBJECT_KIND] * len(chosen), type=pa.string()),
        "device_serial": pa.array([each.device for each in chosen], type=pa.string()),
        "device_model": pa.array([each.get("model") or None for each in chosen], type=pa.string()),
        "quality": pa.array(quality[is_there]),
    }
    for name in PLACES.values():
        told = [each.get(name) or constants.get(name) for each in chosen]
        if any(told):
            columns[name] = pa.array(told, type=pa.string())
    for name, column in found.items():
        kept = column[is_there]
        columns[name] = pa.array(kept, mask=np.isnan(kept))
    return pa.RecordBatch.from_pydict(columns)


def _measured(reports: int, values: Values) -> dict[str, Floats]:
    """Reduce the instances of each quantity to one value a report; NaN where there is none."""
    measured = {each.name: np.full(reports, np.nan) for each in QUANTITIES}
    units = values.units.to_pylist() if (values.quantities >= 0).any() else []
    for i, quantity in enumerate(QUANTITIES):
        rows = np.flatnonzero(values.quantities == i)
        if not len(rows):
            continue
        if quantity.is_time:
            numbers = np.array([_seconds(values.texts[int(row)]) for row in rows])
        else:
            bare = np.round(quantity.scale * values.numbers[rows] + quantity.offset, DECIMALS)
            glued = [units[row] for row in rows]
            factors = np.array(
                [1.0 if unit is None else factor(unit, quantity.unit) for unit in glued]
            )
            is_bare = np.array([unit is None for unit in glued])
            numbers = np.where(is_bare, bare, values.numbers[rows] * factors)
        _reduce(measured[quantity.name], values.owners[rows], numbers, quantity.reduce)
    return measured


def _reduce(into: Floats, owners: npt.NDArray[np.int64], numbers: Floats, how: str) -> None:
    is_there = ~np.isnan(numbers)
    owners, numbers = owners[is_there], numbers[is_there]
    if how == "sum":
        into[owners] = np.nan_to_num(into[owners])
        np.add.at(into, owners, numbers)
    else:
        _REDUCE[how].at(into, owners, numbers)


def _indicators(measured: Mapping[str, Floats]) -> dict[str, Floats]:
    """Name what is measured as the catalogue does; the better source first."""
    found = {
        "wifi_rssi_dbm": measured["wifi_rssi"],
        "wifi_retry_ratio": _first(
            measured["wifi_retry_share"],
            _share(measured["wifi_resent"], measured["wifi_sent"]),
            _share(measured["ssid_resent"], measured["ssid_sent"]),
        ),
        "access_snr_db": measured["access_snr"],
        "access_rate_dl_kbps": _first(measured["rate_dl"], measured["max_rate_dl"]),
        "access_rate_ul_kbps": _first(measured["rate_ul"], measured["max_rate_ul"]),
        "access_retrain_count": measured["retrains"],
        "error_ratio": _share(measured["errors"], measured["received"]),
        "rssi_dbm": measured["radio_rssi"],
        "rsrp_dbm": measured["rsrp"],
        "rsrq_db": measured["rsrq"],
        "uptime_s": measured["uptime"],
        "cpu_ratio": measured["cpu"],
        "rtt_ms": np.where(measured["ping_good"] > 0, measured["ping_rtt"], np.nan),
        "packet_loss_ratio": _share(
            measured["ping_lost"], measured["ping_good"] + measured["ping_lost"]
        ),
        "throughput_dl_kbps": _rate_kbps(measured, "download"),
        "throughput_ul_kbps": _rate_kbps(measured, "upload"),
    }
    return {name: column.copy() for name, column in found.items() if not np.isnan(column).all()}


def _first(*columns: Floats) -> Floats:
    best = columns[0]
    for column in columns[1:]:
        best = np.where(np.isnan(best), column, best)
    return best


def _share(part: Floats, whole: Floats) -> Floats:
    """Divide where there is something to divide by, otherwise NaN."""
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def _rate_kbps(measured: Mapping[str, Floats], test: str) -> Floats:
    """Rate of a TR-143 transfer from its bytes and its begin and end of transmission."""
    seconds = measured[f"{test}_end"] - measured[f"{test}_begin"]
    return _share(measured[f"{test}_bytes"] * 8e-3, seconds)


def _seconds(text: str) -> float:
    ns = time_ns(text)
    return float("nan") if ns is None else ns / 1e9
