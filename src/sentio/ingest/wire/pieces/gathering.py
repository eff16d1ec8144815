"""Rows of one input on their way out: gathered by kind, counted, and handed on as pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite

import pyarrow as pa

from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.pieces.columns import (
    CONSTANTS,
    Record,
    batch_of,
    checked,
    constants,
    empty_batch,
)
from sentio.ingest.wire.pieces.numbered import Pieces
from sentio.model.record import IDENTIFIERS, Kind, Quality


class Gathering(Pieces):
    """What has been read of one input and not been handed on yet.

    A row of the input is either kept or rejected; records are added beside that, since one row
    may give several (a test's result and its measurements) and several rows one (a session).
    `flush` gives all of it as pieces, by kind and service: the first of a kind accounts for its
    rows, the first of all for the rejected and for rows whose kind has no record.

    Parameters
    ----------
    kind, service
        What the input holds if nothing of it could be kept; the service is also that of uses
        which name no other.
    """

    def __init__(self, reading: Reading, kind: Kind, *, service: str = "") -> None:
        super().__init__(reading)
        self.reading = reading
        self._kind = kind
        self._service = service
        self._kept: dict[Kind, int] = {}
        self._waiting = 0
        options = {name: reading.options.get(name, "") for name in CONSTANTS}
        self._constants = {name: text for name, text in options.items() if text}
        self._subject = constants(reading).get("device_serial")
        self._records: dict[tuple[Kind, str], list[Record]] = {}
        self._ready: dict[tuple[Kind, str, tuple[str, ...]], list[pa.RecordBatch]] = {}

    @property
    def is_full(self) -> bool:
        """Tell whether it is time to flush."""
        return (
            self.are_due or max(self._waiting, sum(self._kept.values())) >= self.reading.batch_rows
        )

    def keep(self, rows: int = 1, kind: Kind | None = None) -> None:
        """Count rows of the input that stand behind the records, of one kind if it is given."""
        kind = kind or self._kind
        self._kept[kind] = self._kept.get(kind, 0) + rows

    def put(self, kind: Kind, batch: pa.RecordBatch, service: str = "") -> None:
        """Take a batch that is ready."""
        if batch.num_rows:
            key = (kind, service, tuple(batch.schema.names))
            self._ready.setdefault(key, []).append(batch)
            self._waiting += batch.num_rows

    def add(self, kind: Kind, record: Record, service: str = "") -> None:
        """Add one record; a use's indicator outside what can be true is left out and flagged.

        What a use lacks of `CONSTANTS` is as the options say.
        """
        if kind is Kind.EXPERIENCE:
            service = service or self._service
            lacking = {n: v for n, v in self._constants.items() if record.get(n) is None}
            record = checked({**record, **lacking})
        self._records.setdefault((kind, service), []).append(record)
        self._waiting += 1

    def experience(self, service: str, values: Record) -> None:
        """Add one use; the subject that option ``subject`` names takes precedence."""
        if self._subject:
            values = {name: value for name, value in values.items() if name not in IDENTIFIERS}
            values = {**values, "device_serial": self._subject}
        self.add(Kind.EXPERIENCE, values, service)

    def measure(
        self,
        measured: Mapping[str, tuple[float | None, str]],
        *,
        ts: int,
        element: str,
        element_kind: str,
        granularity_ms: int | None = None,
    ) -> None:
        """Add an element's measurements, ``{indicator: (value, unit)}``; None is left out."""
        for name, (value, unit) in measured.items():
            if value is not None and isfinite(value):
                self.add(
                    Kind.MEASUREMENT,
                    {
                        "ts": ts,
                        "granularity_ms": granularity_ms,
                        "element": element,
                        "element_kind": element_kind,
                        "indicator": name,
                        "bin": None,
                        "value": value,
                        "unit": unit,
                        "quality": int(Quality.GOOD),
                    },
                )

    def flush(self) -> Iterator[Piece]:
        """Hand on what is there, if anything is, in batches of at most ``batch_rows``."""
        for (kind, service), records in self._records.items():
            self.put(kind, batch_of(kind, records), service)
        ready, self._records, self._ready = self._ready, {}, {}
        kept, self._kept, self._waiting = self._kept, {}, 0
        if not ready and (kept or self.has_rejections):
            ready = {(self._kind, self._service, ()): [empty_batch(self._kind)]}
        kinds = {kind for kind, _, _ in ready}
        without = sum(rows for kind, rows in kept.items() if kind not in kinds)
        for (kind, service, _), batches in ready.items():
            rows, without = kept.pop(kind, 0) + without, 0
            yield from self.make(kind, pa.concat_batches(batches), rows_kept=rows, service=service)
