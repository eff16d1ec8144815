"""All uses of one subject over some days, with where they went: read once, asked many times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.experience.service import SERVICES
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.loop.detail import TEXTS, Part, StoreDetail
from sentio.model.degradation import Scope
from sentio.model.record import PATH
from sentio.model.topology import with_derived

Objects: TypeAlias = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A subject's uses in order of time, with all their attributes."""

    uses: pa.Table
    ts: IntArray
    service: list[str]
    mos: FloatArray
    is_poor: BoolArray
    names: dict[str, Objects] = field(default_factory=dict[str, Objects])
    """Columns of ``uses`` that were asked for, as they are compared."""

    def within(self, scope: Scope, since_ns: int, until_ns: int) -> BoolArray:
        """Tell which uses lie in a scope and a time."""
        inside = (self.ts >= since_ns) & (self.ts < until_ns)
        for name, member in scope.items():
            if not inside.any():
                break
            inside &= self._is(name, member)
        return inside

    def _is(self, name: str, member: str) -> BoolArray:
        if name not in self.uses.column_names:
            return np.zeros(len(self.ts), dtype=np.bool_)
        known = self.names.get(name)
        if known is None:
            values = self.uses.column(name).cast(pa.string()).to_pylist()
            known = self.names[name] = np.array(values, dtype=object)
        return np.asarray(known == member, dtype=np.bool_)


def history_of(con: duckdb.DuckDBPyConnection, detail: StoreDetail, parts: list[Part]) -> History:
    """Read a subject's uses from the tables that hold them."""
    selects = [_select(at, part) for at, part in enumerate(parts)]
    if not selects:
        nothing = pa.table({"ts": pa.array([], pa.int64())})
        zero = np.zeros(0)
        return History(
            uses=nothing, ts=zero.astype(np.int64), service=[], mos=zero, is_poor=zero > 1.0
        )
    rows = con.execute(
        f"{' UNION ALL '.join(selects)} ORDER BY ts, part",
        [value for part in parts for value in part.bound],
    ).to_arrow_table()
    uses = with_derived(detail.named(rows), detail.topology)
    service = [parts[at].service for at in rows.column("part").to_pylist()]
    uses = uses.append_column("service", pa.array(service, pa.string()))
    mos = rows.column("mos").to_numpy().astype(np.float64)
    limits = np.array([SERVICES[name].poor_below for name in service])
    return History(
        uses=uses,
        ts=rows.column("ts").to_numpy().astype(np.int64),
        service=service,
        mos=mos,
        is_poor=mos < limits,
    )


def _select(at: int, part: Part) -> str:
    columns = [f'"{name}"' if name in part.columns else f'NULL AS "{name}"' for name in PATH]
    columns += [
        f'"{name}"' if name in part.columns else f'NULL::VARCHAR AS "{name}"' for name in TEXTS
    ]
    length = "duration_ms" if "duration_ms" in part.columns else "NULL"
    return (
        f"SELECT {at} AS part, ts, mos::DOUBLE AS mos, {length}::DOUBLE AS duration_ms, "
        f'{", ".join(columns)} FROM "{part.table}" WHERE {part.where}'
    )
