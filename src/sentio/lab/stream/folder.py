"""Days of an operator as files, a folder for each source; the truth beside the folder."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sentio.kernel.errors import RefusedError
from sentio.kernel.values import to_plain
from sentio.lab.day import DAY_NS
from sentio.lab.simulation import Fault, Operator
from sentio.lab.stream.business import boxes_of
from sentio.lab.stream.names import OUI, imsi_of, serial_of
from sentio.lab.stream.parcels import Parcel
from sentio.lab.stream.writers import Wires
from sentio.lab.wire.text import glue

TRUTH = "truth.json"
GROWING = (".csv", ".ndjson")  # a day of them is one file; of other kinds each parcel is one
HOUR = re.compile(r"T\d{4}Z(?=\.)")
SHOWN_PERIODS = 72  # a quarter of a day


@dataclass(slots=True, kw_only=True)
class Filled:
    """What was written so far: files, bytes and records by source."""

    folder: Path
    periods: int = 0
    uses: int = 0
    files: Counter[str] = field(default_factory=Counter[str])
    size_bytes: Counter[str] = field(default_factory=Counter[str])

    def keep(self, parcels: Iterable[Parcel]) -> None:
        """Write parcels to their files."""
        for parcel in parcels:
            grows = parcel.name.endswith(GROWING)
            name = HOUR.sub("", parcel.name) if grows else parcel.name
            path = self.folder / parcel.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            body = parcel.body if is_new else _without_header(parcel)
            with path.open("ab") as file:
                file.write(body)
            self.files[parcel.source] += is_new
            self.size_bytes[parcel.source] += len(body)


def fill(
    folder: Path,
    operator: Operator,
    *,
    periods: int,
    seed: int,
    dirt: float = 1.0,
    on_progress: Callable[[Filled], None] = lambda _: None,
) -> Filled:
    """Run an operator for some periods and write what its systems send.

    Raises
    ------
    RefusedError
        The folder holds something already.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise RefusedError(
            "the folder is not empty", where=str(folder), next_step="Name a new folder."
        )
    wires, filled = Wires(operator, seed=seed, dirt=dirt), Filled(folder=folder)
    filled.keep(wires.opening())
    for period in operator.run(periods):
        filled.keep(wires.write(period))
        filled.periods += 1
        filled.uses += sum(batch.num_rows for batch in period.uses.values())
        if filled.periods % SHOWN_PERIODS == 0:
            on_progress(filled)
    filled.keep(wires.closing(operator.now_ns))
    text = json.dumps(truth_of(operator, dirt=wires.dirt), indent=1)
    (folder.parent / TRUTH).write_text(text + "\n", "utf-8")
    return filled


def monday_before(now_ns: int, *, days: int) -> int:
    """Give the last Monday, 0:00 UTC, from which so many days are over by now."""
    day = now_ns // DAY_NS - days
    return (day - (day + 3) % 7) * DAY_NS  # 1970 began on a Thursday


def truth_of(operator: Operator, *, dirt: Mapping[str, int]) -> dict[str, object]:
    """Tell what went wrong, whom it touched by the names on the wires, and how dirty those are."""
    return {
        "made_by": "sentio lab run",
        "start_ns": operator.start_ns,
        "end_ns": operator.now_ns,
        "dirt": dict(dirt),
        "faults": [_fault(operator, each) for each in operator.truth],
    }


def _fault(operator: Operator, fault: Fault) -> dict[str, object]:
    told = {name: getattr(fault, name) for name in Fault.__dataclass_fields__ if name != "subjects"}
    return {**to_plain(told), "subjects": names_of(operator, fault.subjects)}


def names_of(operator: Operator, subject: np.ndarray) -> list[str]:
    """Name subjects as the wires do: by IMSI, boxes at home by OUI and serial number."""
    if not len(subject):
        return []
    serials = glue(f"{OUI}-", serial_of(subject)).to_pylist()
    imsis = imsi_of(subject).to_pylist()
    is_box = boxes_of(operator)[subject].tolist()
    return [s if box else i for s, i, box in zip(serials, imsis, is_box, strict=True)]


def _without_header(parcel: Parcel) -> bytes:
    if not parcel.name.endswith(".csv"):
        return parcel.body
    return parcel.body[parcel.body.index(b"\n") + 1 :]
