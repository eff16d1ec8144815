"""Rejected rows: which there are, why, and their own bytes for those who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import groupby

import duckdb

from sentio.governance.envelope import unseal
from sentio.governance.key import Key

Value = str | int | list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which dead letters are meant; what is not said selects all."""

    source: str | None = None
    reason: str | None = None
    input: str | None = None
    ids: tuple[int, ...] = ()
    after: int = 0
    with_replayed: bool = False

    def where(self) -> tuple[str, list[Value]]:
        """Give the SQL condition and its values."""
        parts, values = ["id > ?"], list[Value]([self.after])
        for column, value in (
            ("source", self.source),
            ("reason", self.reason),
            ("input", self.input),
        ):
            if value is not None:
                parts.append(f"{column} = ?")
                values.append(value)
        if self.ids:
            parts.append("id IN (SELECT unnest(?))")
            values.append(list(self.ids))
        if not self.with_replayed:
            parts.append("replayed_ns IS NULL")
        return " AND ".join(parts), values


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One rejected row without its bytes; ``rows`` is how many rows of the input it stands for."""

    id: int
    source: str
    input: str
    format: str
    options: str
    line: int
    field: str
    reason: str
    message: str
    rows: int
    at_ns: int
    replayed_ns: int | None
    envelope: int
    place: int


COLUMNS = ", ".join(field.name for field in fields(DeadLetter))
NAMES = tuple(field.name for field in fields(DeadLetter))


def count_letters(con: duckdb.DuckDBPyConnection, selection: Selection) -> tuple[int, int]:
    """Count the letters, and the rows of input they stand for."""
    where, values = selection.where()
    found = con.execute(
        f"SELECT count(*), coalesce(sum(rows), 0) FROM dead_letter WHERE {where}", values
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def count_by_reason(con: duckdb.DuckDBPyConnection, selection: Selection) -> dict[str, int]:
    """Count the rows of input that letters stand for, by reason, most first."""
    where, values = selection.where()
    rows = con.execute(
        f"SELECT reason, sum(rows)::BIGINT FROM dead_letter WHERE {where} "
        "GROUP BY reason ORDER BY 2 DESC, 1",
        values,
    ).fetchall()
    return {str(reason): int(count) for reason, count in rows}


def letters(
    con: duckdb.DuckDBPyConnection, selection: Selection, *, limit: int = 100
) -> list[DeadLetter]:
    """List letters by their number, oldest first."""
    where, values = selection.where()
    rows = con.execute(
        f"SELECT {COLUMNS} FROM dead_letter WHERE {where} ORDER BY id LIMIT ?", [*values, limit]
    ).fetchall()
    return [DeadLetter(**dict(zip(NAMES, row, strict=True))) for row in rows]


def opened(
    con: duckdb.DuckDBPyConnection, chosen: list[DeadLetter], *, key: Key
) -> Iterator[tuple[DeadLetter, bytes]]:
    """Give letters with their own bytes, unsealed; only to who has said for what purpose.

    Raises
    ------
    RefusedError
        They were sealed with another key.
    """
    in_order = sorted(chosen, key=lambda letter: (letter.envelope, letter.place))
    for envelope, together in groupby(in_order, key=lambda letter: letter.envelope):
        row = con.execute("SELECT sealed FROM envelope WHERE id = ?", [envelope]).fetchone()
        if row is None:
            continue
        raws = unseal(bytes(row[0]), key)
        for letter in together:
            yield letter, raws[letter.place].as_py() or b""
