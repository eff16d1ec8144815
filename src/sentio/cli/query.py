"""``sentio query``: every named question to the store, and read-only SQL."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns, moment
from sentio.cli.times import From, To, Zone, span_ns, zone_of

if TYPE_CHECKING:
    import pyarrow as pa

    from sentio.store.queries.question import Value

TIMES = ("ts", "hour", "first_ts", "last_ts", "at_ns", "first_at_ns", "last_at_ns")
WIDE = ("mos_bin_", "loss_", "mos_sum", "confidence_sum")
SHOWN_ROWS = 200


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(query)


def query(
    context: typer.Context,
    question: Annotated[
        str | None, typer.Argument(help="Its name; none: list the questions.")
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]...", help="Such as dimension=cell limit=5."),
    ] = None,
    sql: Annotated[str | None, typer.Option(help="One SELECT over the tables instead.")] = None,
    since: From = None,
    until: To = None,
    zone: Zone = "UTC",
    form: Annotated[
        Literal["table", "csv"], typer.Option("--format", help="How to write the answer.")
    ] = "table",
    as_json: AsJson = False,
) -> None:
    """Ask the store: a named question, or SQL that only reads."""
    if question is None and sql is None:
        _list(as_json=as_json)
        return
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.errors import SentioError
    from sentio.loop.platform import read_warehouse
    from sentio.store.ask import Answers

    if question is not None and sql is not None:
        raise SentioError("both a question and SQL are given", expected="one of them")
    now_ns = SystemClock().now_ns()
    span = span_ns(since, until, now_ns=now_ns, zone=zone_of(zone))
    with read_warehouse(settings_of(context)) as warehouse:
        answers = Answers(warehouse)
        if sql is not None:
            table = answers.sql(sql)
        else:
            asked = _parameters(str(question), parameters or [], span)
            table = answers.ask(str(question), **asked)
    value = {
        "schema": "sentio.cli/query.v1",
        "question": question or sql,
        "columns": table.schema.names,
        "rows": [] if not as_json else table.to_pylist(),
    }
    answer(value, _csv(table) if form == "csv" else _table(table), as_json=as_json)


def _list(*, as_json: bool) -> None:
    from sentio.store.queries import QUESTIONS

    rows = [
        {
            "question": each.name,
            "meaning": each.meaning,
            "parameters": [name for name in each.parameters if name not in SPAN],
        }
        for each in QUESTIONS.values()
    ]
    lines = [(row["question"], ", ".join(row["parameters"]), row["meaning"]) for row in rows]
    text = columns(("question", "parameters", "meaning"), lines)
    answer({"schema": "sentio.cli/questions.v1", "questions": rows}, text, as_json=as_json)


SPAN = ("since_ns", "until_ns")


def _parameters(
    question: str, given: list[str], span: tuple[int | None, int | None]
) -> dict[str, Value]:
    from sentio.kernel.errors import SentioError, UnknownName
    from sentio.store.queries import QUESTIONS

    if question not in QUESTIONS:
        raise UnknownName.among("question", question, QUESTIONS)
    texts: dict[str, str] = {}
    for pair in given:
        name, sign, text = pair.partition("=")
        if not sign:
            raise SentioError(f"{pair!r} is no parameter", expected="NAME=VALUE")
        texts[name.strip().replace("-", "_")] = text
    asked = QUESTIONS[question].read(texts)
    for name, value in zip(SPAN, span, strict=True):
        if value is not None:
            if name not in QUESTIONS[question].parameters:
                raise SentioError(f"{question} has no span of time", where="--from, --to")
            asked[name] = value
    needed = [
        name
        for name, parameter in QUESTIONS[question].parameters.items()
        if parameter.default is parameter.empty and name not in asked and name != "services"
    ]
    if needed:
        raise SentioError(
            f"{question} lacks {', '.join(needed)}",
            next_step=f"Run: sentio query {question} {' '.join(f'{name}=...' for name in needed)}",
        )
    return asked


def _table(table: pa.Table) -> str:
    """Lay out what people read: times as times, no bins and bare sums."""
    names = [name for name in table.schema.names if not name.startswith(WIDE)]
    rows = table.select(names).slice(0, SHOWN_ROWS).to_pylist()
    lines = [
        [moment(row[name]) if name in TIMES else _plain(name, row[name]) for name in names]
        for row in rows
    ]
    more = table.num_rows - len(rows)
    text = columns(names, lines)
    return f"{text}\n({more:,} more rows: use --format csv or --json)" if more > 0 else text


def _plain(name: str, value: object) -> object:
    return str(value) if name == "subject" else value  # a pseudonym is a name, not an amount


def _csv(table: pa.Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.schema.names)
    writer.writerows(row.values() for row in table.to_pylist())
    return out.getvalue()
