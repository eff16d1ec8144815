"""Numbers with their unit glued on, as CPEs write them: ``-43.70dBm``, ``12 Mbps``, ``100%``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]

EXACT: dict[str, str] = {
    "B": "byte",
    "kB/s": "kbyte/s",
    "KB/s": "kbyte/s",
    "MB/s": "Mbyte/s",
    "GB/s": "Gbyte/s",
    "kb": "kbit",
    "Kb": "kbit",
    "Mb": "Mbit",
    "Gb": "Gbit",
}
"""Units whose letters' case decides between bits and bytes."""

UNITS: dict[str, str] = {
    "dbm": "dBm",
    "dbmv": "dBmV",
    "db": "dB",
    "%": "%",
    "percent": "%",
    "bps": "bit/s",
    "bit/s": "bit/s",
    "bits/s": "bit/s",
    "bits/sec": "bit/s",
    "kbps": "kbit/s",
    "kbit/s": "kbit/s",
    "kb/s": "kbit/s",
    "mbps": "Mbit/s",
    "mbit/s": "Mbit/s",
    "mb/s": "Mbit/s",
    "gbps": "Gbit/s",
    "gbit/s": "Gbit/s",
    "bytes/sec": "byte/s",
    "bytes/s": "byte/s",
    "byte/s": "byte/s",
    "byte": "byte",
    "bytes": "byte",
    "kb": "kbyte",
    "kbytes": "kbyte",
    "mb": "Mbyte",
    "mbytes": "Mbyte",
    "gb": "Gbyte",
    "hz": "Hz",
    "khz": "kHz",
    "mhz": "MHz",
    "ghz": "GHz",
    "us": "us",
    "µs": "us",
    "ms": "ms",
    "msec": "ms",
    "s": "s",
    "sec": "s",
    "secs": "s",
    "seconds": "s",
    "min": "min",
    "minutes": "min",
    "h": "h",
    "hours": "h",
    "days": "d",
    "mv": "mV",
    "v": "V",
    "ma": "mA",
    "mw": "mW",
    "w": "W",
    "°c": "degC",
    "degc": "degC",
    "packets": "packet",
    "pkts": "packet",
    "pps": "packet/s",
}
"""Units in lower case, as they are met, and how we write them."""

_FACTORS: dict[str, dict[str, float]] = {
    "kbit/s": {
        "bit/s": 1e-3,
        "kbit/s": 1.0,
        "Mbit/s": 1e3,
        "Gbit/s": 1e6,
        "byte/s": 8e-3,
        "kbyte/s": 8.0,
        "Mbyte/s": 8e3,
    },
    "ratio": {"%": 0.01},
    "s": {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0},
    "ms": {"us": 1e-3, "ms": 1.0, "s": 1e3},
    "byte": {"byte": 1.0, "kbyte": 1e3, "Mbyte": 1e6, "Gbyte": 1e9},
    "dBm": {"dBm": 1.0},
    "dB": {"dB": 1.0},
}

# Not an expression for validation only: RE2 runs it over a whole column in linear time.
_NUMBER = (
    r"^\s*\+?(?P<number>-?(?:[0-9]{1,30}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,3})?)"
    r"\s*(?P<unit>[%A-Za-zµ°/]{1,12})?\s*$"
)


def split(texts: pa.Array) -> tuple[Floats, pa.Array, npt.NDArray[np.bool_]]:
    """Split texts into numbers and units.

    Returns
    -------
    numbers
        shape (rows,); NaN where the text is no number, or one with an unknown unit.
    units
        Arrow text, shape (rows,); null where there is none.
    is_huge
        bool, shape (rows,); True where a number is too large to be held.
    """
    parts = pc.extract_regex(texts, pattern=_NUMBER)
    numbers = pc.struct_field(parts, "number").cast(pa.float64())
    values = np.array(numbers.fill_null(np.nan).to_numpy(zero_copy_only=False))
    coded = pc.struct_field(parts, "unit").dictionary_encode()
    names = [str(name) for name in coded.dictionary.to_pylist()]
    units = [EXACT.get(name) or UNITS.get(name.lower()) for name in names]
    is_known = [not name or unit is not None for name, unit in zip(names, units, strict=True)]
    known = pa.array(units, type=pa.string())
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    values[~np.array([*is_known, True])[codes]] = np.nan  # code -1 is no number anyway
    is_huge = np.isinf(values)
    values[is_huge] = np.nan
    return values, known.take(coded.indices), is_huge


def factor(unit: str | None, wanted: str) -> float:
    """Give what to multiply by to get from one unit to another; NaN where that makes no sense."""
    return _FACTORS.get(wanted, {}).get(unit or "", float("nan"))
