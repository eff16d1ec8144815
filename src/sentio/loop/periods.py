"""Reads the store period by period: how far its data reaches, the totals, and the topology."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sentio.awareness.totals import Totals
from sentio.kernel.arrays import FloatArray
from sentio.model.topology import Topology, topology
from sentio.store import facts
from sentio.store.ask import Answers
from sentio.store.cube import HOUR_NS, MINUTE_NS, MOS_BINS
from sentio.store.members import PREFIX
from sentio.store.warehouse import Warehouse

UNDER_ALL = ("element", "link")


class Periods:
    """The store as the watch sees it; reads with cursors of its own, and never writes."""

    def __init__(self, warehouse: Warehouse, *, period_ns: int) -> None:
        self._warehouse = warehouse
        self._answers = Answers(warehouse)
        self._period_ns = period_ns

    def span_ns(self) -> tuple[int, int] | None:
        """Give the times of the oldest and the newest committed use, None where there is none."""
        parts = [
            part
            for part in facts.partitions(self._warehouse.con.cursor())
            if part.rows and part.family.startswith(PREFIX)
        ]
        if not parts:
            return None
        return min(part.first_ts for part in parts), max(part.last_ts for part in parts)

    def read(self, since_ns: int, until_ns: int) -> Iterator[tuple[int, Totals]]:
        """Give every period of [since, until) with its totals, empty ones too."""
        span = {
            "step_minutes": self._period_ns // MINUTE_NS,
            "since_ns": since_ns,
            "until_ns": until_ns,
        }
        totals = self._answers.ask("period_totals", **span)
        bins = self._answers.ask("period_distributions", **span)
        at, bins_at = (np.asarray(table.column("period")) for table in (totals, bins))
        for start in range(since_ns, until_ns, self._period_ns):
            yield (
                start,
                Totals(
                    rows=_rows(totals.slice(*_place(at, start))),
                    bins=_bins(bins.slice(*_place(bins_at, start))),
                ),
            )

    def next_uses_ns(self, since_ns: int) -> int | None:
        """Give the period from which on there may be uses again, None where there are no more."""
        hour = since_ns - since_ns % HOUR_NS
        found = self._answers.ask("next_uses", since_ns=hour).column("ts").to_pylist()
        if not found:
            return None
        return max(since_ns, int(found[0]) - int(found[0]) % self._period_ns)

    def topology_release(self) -> str:
        """Tell the topology of now from that of another time."""
        parts = facts.partitions(self._warehouse.con.cursor())
        return ",".join(f"{part.family}:{part.rows}" for part in parts if part.family in UNDER_ALL)

    def topology(self) -> Topology:
        """Build the topology from all elements and links known now."""
        return topology(*(batch_of(self._answers.ask(f"{name}s_known")) for name in UNDER_ALL))


def batch_of(table: pa.Table) -> pa.RecordBatch:
    """Give a table as one batch."""
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def _place(at: FloatArray, start: int) -> tuple[int, int]:
    first, last = np.searchsorted(at, [start, start + 1])
    return int(first), int(last - first)


def _rows(cube: pa.Table) -> pa.Table:
    return pa.table(
        {
            **{name: cube.column(name) for name in ("service", "dimension", "member")},
            "n": cube.column("n").cast(pa.float64()),
            "total": pa.array(cube.column("mos_sum_e4").to_numpy() / 1e4),
            "total_sq": pa.array(cube.column("mos_sumsq_e8").to_numpy() / 1e8),
        }
    )


def _bins(rows: pa.Table) -> dict[str, FloatArray]:
    counts = np.array([rows.column(name).to_numpy() for name in MOS_BINS], dtype=np.float64)
    return {name: counts[:, i] for i, name in enumerate(rows.column("service").to_pylist())}
