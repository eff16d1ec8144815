"""What a reader hands on: a piece of an input, with its rows either in a batch or rejected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.model.record import Kind

MAX_RAW_BYTES = 65_536
"""A rejected row's own bytes are kept up to this length."""

REJECTED = pa.schema(
    [
        ("line", pa.int64()),
        ("field", pa.string()),
        ("reason", pa.string()),
        ("message", pa.string()),
        ("raw", pa.binary()),
    ]
)
"""Columns of rejected rows: 1-based line (or record) number, field, reason, sentence, bytes."""

REASONS: dict[str, str] = {
    "unreadable": "the row or file is not in the format it was taken for",
    "unknown_format": "no reader knows this kind of file",
    "missing": "a field that must be there is not",
    "not_a_number": "a field that must be a number is not",
    "bad_time": "a time cannot be understood",
    "out_of_range": "a value lies outside what can be true",
    "clock_skew": "the time lies in the future or before 2000",
    "duplicate": "the same row has been seen before",
    "wrong_columns": "the row has more or fewer fields than the layout",
    "too_large": "a row, field or file is larger than the limit",
    "unsafe": "the input tries something that is never allowed (entities, bombs, links)",
    "no_subject": "nobody and nothing can be named that had this experience",
    "unknown_service": "no service model has this name",
    "encoding": "the bytes are not valid text in the expected encoding",
    "incomplete": "the use cannot be rebuilt from the rows that are there",
    "not_telemetry": "the record is well formed and holds nothing that Sentio keeps",
}
"""Every reason code a row can be rejected with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an input comes from.

    ``name`` is the path as given, with members of archives after ``!``
    (``drive.zip!run/a.csv``); ``source`` is the operator's name for the feed.
    """

    source: str
    name: str
    modified_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read one input.

    ``options`` come from the command line or the source's definition: ``map`` (column map),
    ``service`` (which service the uses are of, where the input does not say), ``timezone``,
    ``subject``, ``segment``, ``slice`` (constants for columns that the input lacks).
    ``received_ns`` is when the input arrived, for inputs that carry no time of their own.
    """

    origin: Origin
    received_ns: int
    options: dict[str, str] = field(default_factory=dict[str, str])
    batch_rows: int = 65_536
    start: int = 0


RowBytes: TypeAlias = Callable[[npt.NDArray[np.int64]], tuple[list[int], list[bytes]]]
"""Given row indices, their 1-based line numbers and their bytes as they stood in the input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some consecutive rows of an input, read.

    ``rows_read`` is how many rows of the input this piece accounts for; each of them is in
    ``batch`` or in ``rejected``. A reader that builds one record from several rows (a video
    session from its requests) says how many rows stand behind the batch in ``rows_kept``,
    so that always ``rows_read == rows_kept + rejected.num_rows``.
    ``position`` never falls from piece to piece, and pieces of one position stand or fall
    together; reading again gives the same pieces at the same positions, which is what resuming
    rests on.
    """

    kind: Kind
    batch: pa.RecordBatch
    rows_read: int
    rows_kept: int
    position: int
    rejected: pa.RecordBatch
    service: str = ""  # for experience: the service model the batch is for
    row_bytes: RowBytes | None = None  # how to find the rows behind the batch's, where each has one


class Rejections:
    """Collects rejected rows one by one, for readers of low volume; `take` empties it."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def __len__(self) -> int:
        """Count the rows collected since the last `take`."""
        return len(self._rows)

    def add(self, *, line: int, field: str, reason: str, message: str, raw: bytes = b"") -> None:
        """Note one rejected row; ``reason`` is one of `REASONS`, ``message`` says it in words."""
        if reason not in REASONS:
            raise ValueError(reason)
        self._rows.append(
            {
                "line": line,
                "field": field,
                "reason": reason,
                "message": message,
                "raw": raw[:MAX_RAW_BYTES],
            }
        )

    def take(self) -> pa.RecordBatch:
        """Give the collected rows as one batch of `REJECTED` and start anew."""
        rows, self._rows = self._rows, []
        return pa.RecordBatch.from_pylist(rows, schema=REJECTED)


NOTHING_REJECTED = pa.RecordBatch.from_pylist([], schema=REJECTED)
