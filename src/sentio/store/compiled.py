"""A question turned into DuckDB's SQL once for each shape; its values are bound as it runs.

Compiling takes tens of milliseconds and dashboards move their window every minute, so that
numbers, names and times are compiled as marks and every mark becomes a parameter of the SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from sentio.store import facts, ledger
from sentio.store.cube import CUBES, DAY_NS, HOUR_NS, MINUTE_NS
from sentio.store.cube import SCHEMA as CUBE
from sentio.store.families import FAMILIES
from sentio.store.queries import QUESTIONS
from sentio.store.queries.question import Question, Value
from sentio.store.queries.span import Edges

SOME_DAY_NS = 41_003 * DAY_NS
EDGES = ("since", "until", "first_hour", "last_hour", "first_day", "last_day")
"""What a span's times are called; the first of equals gives the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """SQL with a ``$name`` for each bound value, the families it reads, the answer's columns."""

    sql: str
    families: tuple[str, ...]
    columns: pa.Schema


def prepare(question: Question, settings: Mapping[str, Value]) -> tuple[Compiled, dict[str, Value]]:
    """Give a question's SQL, and the values to bind to it."""
    shape: list[tuple[str, Value]] = []
    bound: dict[str, Value] = {}
    for name in sorted(settings):
        value = settings[name]
        if value is None or name in question.shaping:
            shape.append((name, value))
        elif name not in ("since_ns", "until_ns"):
            mark, marked = _marked(name, value)
            shape.append((name, mark))
            bound.update(marked)
    since, until = _time(settings, "since_ns"), _time(settings, "until_ns")
    bound.update(_times(question, since, until))
    plan = _compiled(question.name, (*shape, *_stand_in(since, until).items()))
    return plan, {name: value for name, value in bound.items() if f"${name}" in plan.sql}


@lru_cache(maxsize=512)
def _compiled(question: str, shape: tuple[tuple[str, Value], ...]) -> Compiled:
    tables = Columns()
    expression = QUESTIONS[question].ask(tables, **dict(shape))
    sql = ibis.to_sql(expression, dialect="duckdb", pretty=False)
    for text, name in _marks(dict(shape)):
        sql = sql.replace(text, f"${name}")
    return Compiled(
        sql=sql,
        families=tuple(sorted(tables.asked & FAMILIES.keys())),
        columns=expression.schema().to_pyarrow(),
    )


class Columns(Mapping[str, ir.Table]):
    """Tables that have columns and no engine; notes in ``asked`` which were used."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> ir.Table:
        """Give the table of that name, unbound."""
        self.asked.add(name)
        schema = FAMILIES[name] if name in FAMILIES else _stored()[name]
        return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)

    def __iter__(self) -> Iterator[str]:
        """Go through the tables that every store has."""
        return iter({**_stored(), **FAMILIES})

    def __len__(self) -> int:
        """Count the tables that every store has."""
        return len(_stored()) + len(FAMILIES)


@lru_cache(maxsize=1)
def _stored() -> dict[str, pa.Schema]:
    """Read the columns of the ledger off its own definition."""
    with duckdb.connect() as con:
        for statement in (*facts.CATALOGUE, *ledger.TABLES):
            con.execute(statement)
        names = con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        found = {
            str(name): con.execute(f'SELECT * FROM "{name}"').to_arrow_table().schema
            for (name,) in names
        }
    return {**found, **dict.fromkeys(CUBES, CUBE)}


def _marked(name: str, value: Value) -> tuple[Value, dict[str, Value]]:
    """Give the mark that stands for a value while compiling, and what is bound to it later."""
    if isinstance(value, tuple):
        names = [f"{name}_{i}_" for i in range(len(value))]
        marks = tuple(_text_mark(each) for each in names)
        return marks, dict[str, Value](zip(names, value, strict=True))
    mark = _text_mark(name) if isinstance(value, str) else _number_mark(name)
    return mark, {name: value}


def _marks(shape: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """Go through what is to be replaced in the SQL, and by which parameter."""
    for name, value in shape.items():
        if isinstance(value, tuple):
            yield from ((f"'{each}'", str(each)[1:-1]) for each in value if _is_text_mark(each))
        elif _is_text_mark(value):
            yield f"'{value}'", name
        elif value == _number_mark(name):
            yield str(value), name
    edges = Edges.of(_time(shape, "since_ns"), _time(shape, "until_ns"))
    yield from ((str(getattr(edges, name)), name) for name in EDGES if getattr(edges, name))


def _text_mark(name: str) -> str:
    return f"\ue000{name}\ue000"


def _is_text_mark(value: object) -> bool:
    return isinstance(value, str) and value.startswith("\ue000")


def _number_mark(name: str) -> int:
    return (1 << 60) + crc32(name.encode())


def _time(settings: Mapping[str, Value], name: str) -> int | None:
    value = settings.get(name)
    return value if isinstance(value, int) else None


def _times(question: Question, since: int | None, until: int | None) -> dict[str, Value]:
    if question.is_of_facts:
        return {"since": since, "until": until}
    edges = Edges.of(since, until)
    return {name: getattr(edges, name) for name in EDGES}


def _stand_in(since: int | None, until: int | None) -> dict[str, Value]:
    """Give times that take the same way through `cube` as the real ones do."""
    edges = Edges.of(since, until)
    found: dict[str, Value] = {}
    if since is not None:
        hours = 0 if edges.first_hour == edges.first_day or not edges.has_hours else 7
        minutes = 0 if edges.since == edges.first_hour else 7
        found["since_ns"] = SOME_DAY_NS - hours * HOUR_NS - minutes * MINUTE_NS
    if until is not None:
        days = 100 if edges.has_days else 0
        hours = 0 if edges.last_hour == edges.last_day or not edges.has_hours else 9
        minutes = 0 if edges.until == edges.last_hour else 9
        found["until_ns"] = SOME_DAY_NS + days * DAY_NS + hours * HOUR_NS + minutes * MINUTE_NS
    return found
