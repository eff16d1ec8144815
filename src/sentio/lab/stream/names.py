"""What subjects are called on the wire: invented IMSIs of MCC 999, serial numbers of boxes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import IntArray
from sentio.kernel.errors import UnknownName
from sentio.lab.wire.text import clock, glue, whole

NETWORK = "99970"  # MCC 999: internal use (ITU-T E.212 annex), invented MNC 70
OUI = "02C0DE"  # locally administered, of no vendor
STAMP, STAMP_Z = "%Y%m%dT%H%M", "Z"


def imsi_of(subject: IntArray) -> pa.StringArray:
    """Give the IMSI of each subject by its number, 15 digits."""
    return glue(NETWORK, pc.utf8_lpad(whole(subject), 10, "0"))


def subject_of(imsi: str, subjects: int) -> int:
    """Give the number of a subject by its IMSI; raises `UnknownName` where nobody has it."""
    number = imsi.removeprefix(NETWORK)
    if number == imsi or not (number.isascii() and number.isdigit()) or int(number) >= subjects:
        raise UnknownName.among("subject", imsi, (f"{NETWORK}{0:010}",))
    return int(number)


def known_as(subjects: int) -> dict[str, pa.StringArray]:
    """Give the names under which the wires tell of subjects, by kind of identifier.

    Each kind has a row for each subject, in their order; a box at home goes by its serial number
    only, all else by its IMSI only.
    """
    all_of_them = np.arange(subjects, dtype=np.int64)
    serials = glue(f"{OUI}-", serial_of(all_of_them))
    return {"imsi": imsi_of(all_of_them), "device_serial": serials}


def account_of(subject: IntArray) -> pa.StringArray:
    """Give the number under which the business knows each subject."""
    return glue("A", pc.utf8_lpad(whole(subject), 8, "0"))


def serial_of(subject: IntArray) -> pa.StringArray:
    """Give the serial number of a box at home."""
    return glue("LB", pc.utf8_lpad(whole(subject), 8, "0"))


def stamp(ts_ns: int) -> str:
    """Give a moment as file names have it: ``20260907T0005Z``."""
    return str(clock(np.array([ts_ns]), STAMP)[0].as_py()) + STAMP_Z


def bytes_of(lines: pa.StringArray) -> bytes:
    """Join lines that bring their own ends."""
    _, offsets, values = lines.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(values)[int(ends[0]) : int(ends[-1])])
