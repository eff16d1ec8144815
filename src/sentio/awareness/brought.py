"""What a period brought, for judging the data themselves: uses, measurements, rows not taken."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from sentio.awareness.usual import coded
from sentio.kernel.arrays import IntArray

COUNTS = ("rows_read", "records", "rejected", "duplicates", "late", "suspect")
QUALITY = pa.schema([("source", pa.string()), *((name, pa.float64()) for name in COUNTS)])
COLUMNS = pa.schema(
    [
        ("source", pa.string()),
        ("service", pa.string()),
        ("indicator", pa.string()),
        *((name, pa.float64()) for name in ("rows", "present", "positive", "log_mean", "log_sd")),
    ]
)
"""``present`` rows have a value, ``positive`` one above 0: of those are mean and scatter of ln."""
MEASURED = pa.schema(
    [
        ("source", pa.string()),
        ("ts", pa.int64()),
        ("element", pa.string()),
        ("indicator", pa.string()),
        ("value", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a period brought.

    ``uses`` have the columns ``ts``, ``source``, ``origin`` (what was delivered together has one
    number), ``service`` and the attributes of their path; the other tables are as the constants of
    this file say.
    """

    start_ns: int
    end_ns: int
    uses: pa.Table
    measured: pa.Table
    quality: pa.Table
    columns: pa.Table
    _coded: dict[str, tuple[IntArray, list[str]]] = field(
        default_factory=dict[str, tuple[IntArray, list[str]]], compare=False
    )

    def coded(self, name: str) -> tuple[IntArray, list[str]]:
        """Give a column of the uses as codes, -1 where it is null, and the names behind them."""
        if name not in self._coded:
            self._coded[name] = coded(self.uses, name)
        return self._coded[name]
