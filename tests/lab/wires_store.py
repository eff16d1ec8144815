"""A simulated operator's parcels, read into a store as a live intake reads them."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterable

from sentio.governance.key import Key
from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.kernel.clock import FixedClock
from sentio.lab.stream.parcels import Parcel
from sentio.loop.record_path import RecordPath
from sentio.store.warehouse import Warehouse


def read(warehouse: Warehouse, parcels: Iterable[Parcel], *, now_ns: int) -> Counter[str]:
    """Read parcels, source by source; gives how many rows were read, kept and rejected."""
    path = RecordPath(warehouse, key=Key(b"k" * 32), clock=FixedClock(now_ns))
    by_source: dict[str, list[Input]] = defaultdict(list)
    for each in parcels:
        by_source[each.source].append(_input(each))
    rows: Counter[str] = Counter()
    for source, inputs in by_source.items():
        receipt = path.run(inputs, source=source)
        rows["read"] += receipt.rows_read
        rows["kept"] += receipt.rows_kept
        rows["rejected"] += receipt.rows_rejected
    return rows


def _input(parcel: Parcel) -> Input:
    return Input(
        origin=Origin(source=parcel.source, name=parcel.name),
        open=lambda: io.BytesIO(parcel.body),
        size_bytes=len(parcel.body),
    )
