"""``sentio dead-letter``: rejected rows: list, show, export, replay."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentio.cli.opening import settings_of, who
from sentio.cli.output import AsJson, answer, columns, moment

if TYPE_CHECKING:
    from sentio.governance.dead_letters import DeadLetter, Selection
    from sentio.kernel.config import Settings
    from sentio.store.warehouse import Warehouse

PAGE = 10_000

SourceOption = Annotated[str | None, typer.Option("--source", help="Only of this source.")]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only for this reason.")]
InputOption = Annotated[str | None, typer.Option("--input", help="Only of this input.")]
Purpose = Annotated[
    str | None,
    typer.Option(help="Why you need the rows' own bytes; it is written to the audit."),
]
MOST_REPLAYED = 1_000_000

group = typer.Typer(help="Rejected rows: why, whose, and back in.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.add_typer(group, name="dead-letter")


@group.command(name="list")
def list_(
    context: typer.Context,
    source: SourceOption = None,
    reason: ReasonOption = None,
    input_: InputOption = None,
    limit: Annotated[int, typer.Option(min=1, help="So many at most.")] = 50,
    after: Annotated[int, typer.Option(min=0, help="Go on after this id.")] = 0,
    replayed: Annotated[
        bool, typer.Option("--replayed", help="Those that were replayed as well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List rejected rows without their bytes."""
    from sentio.governance.dead_letters import Selection, count_letters, letters
    from sentio.loop.platform import read_warehouse

    settings = settings_of(context)
    chosen = Selection(
        source=source, reason=reason, input=input_, after=after, with_replayed=replayed
    )
    with read_warehouse(settings) as warehouse:
        count, rows = count_letters(warehouse.con, chosen)
        found = letters(warehouse.con, chosen, limit=limit)
    table = columns(
        ("id", "source", "input", "line", "reason", "field", "message"),
        [(str(x.id), x.source, x.input, str(x.line), x.reason, x.field, x.message) for x in found],
    )
    rest = f"\n{count - len(found):,} more: --after {found[-1].id}" if count > len(found) else ""
    answer(
        {"count": count, "rows": rows, "items": [_json(each) for each in found]},
        f"{table}{rest}" if found else "No rejected rows.",
        as_json=as_json,
    )


@group.command()
def show(
    context: typer.Context,
    ids: Annotated[list[int], typer.Argument(metavar="ID...", help="Ids from the list.")],
    purpose: Purpose = None,
    as_json: AsJson = False,
) -> None:
    """Show rejected rows; their own bytes only with --purpose."""
    from sentio.governance.dead_letters import Selection
    from sentio.loop.platform import read_warehouse

    settings = settings_of(context)
    chosen = Selection(ids=tuple(ids), with_replayed=True)
    with read_warehouse(settings) as warehouse:
        items = list(_items(settings, warehouse, chosen, purpose=purpose))
    _all_found(ids, items)
    text = "\n\n".join(
        "\n".join(f"{name + ':':<13} {value}" for name, value in item.items()) for item in items
    )
    answer({"items": items}, text, as_json=as_json)


@group.command()
def export(
    context: typer.Context,
    to: Annotated[Path, typer.Option(help="File to write, one JSON object a line.")],
    source: SourceOption = None,
    reason: ReasonOption = None,
    input_: InputOption = None,
    purpose: Purpose = None,
    as_json: AsJson = False,
) -> None:
    """Write rejected rows to a file; their own bytes only with --purpose."""
    import orjson

    from sentio.governance.dead_letters import Selection
    from sentio.loop.platform import read_warehouse

    settings = settings_of(context)
    chosen = Selection(source=source, reason=reason, input=input_, with_replayed=True)
    written = 0
    with read_warehouse(settings) as warehouse, _private(to) as file:
        for item in _items(settings, warehouse, chosen, purpose=purpose):
            file.write(orjson.dumps(item) + b"\n")
            written += 1
    answer(
        {"written": written, "to": str(to)}, f"{written:,} rows written to {to}", as_json=as_json
    )


@group.command()
def replay(
    context: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID...]", help="Only these.")] = None,
    source: SourceOption = None,
    reason: ReasonOption = None,
    map_: Annotated[str | None, typer.Option("--map", help="Read them by this map now.")] = None,
    service: Annotated[str | None, typer.Option(help="Take them for uses of this now.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Any other changed option.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read rejected rows again, after the cause was corrected (a map, a service, a clock)."""
    from sentio.cli.ingest import pairs
    from sentio.governance.dead_letters import Selection, letters
    from sentio.loop.platform import open_platform
    from sentio.loop.replay import replay

    given = {"map": map_, "service": service}
    options = {name: value for name, value in given.items() if value} | pairs(option or [])
    with open_platform(settings_of(context)) as platform:
        selection = Selection(source=source, reason=reason, ids=tuple(ids or ()))
        chosen = letters(platform.warehouse.con, selection, limit=MOST_REPLAYED)
        done = asdict(replay(platform.record_path, chosen, more_options=options))
        platform.state.note(
            who(),
            "dead-letter replay",
            purpose="replay",
            at_ns=platform.clock.now_ns(),
            details={"source": source, "reason": reason, **done},
        )
    table = columns(("what", "rows"), [(name.replace("_", " "), n) for name, n in done.items()])
    answer(done, table, as_json=as_json)


def _items(
    settings: Settings, warehouse: Warehouse, chosen: Selection, *, purpose: str | None
) -> Iterator[dict[str, Any]]:  # Any: JSON
    """Give letters page by page; the audit is written before any bytes are."""
    from dataclasses import replace

    from sentio.governance.dead_letters import letters, opened
    from sentio.loop.platform import key_of

    if purpose is not None:
        _audit(settings, warehouse, chosen, purpose=purpose)
    while page := letters(warehouse.con, chosen, limit=PAGE):
        if purpose is None:
            yield from (_json(each) for each in page)
        else:
            for letter, raw in opened(warehouse.con, page, key=key_of(settings)):
                yield {**_json(letter), "raw": raw.decode("utf-8", "backslashreplace")}
        chosen = replace(chosen, after=page[-1].id)


def _audit(settings: Settings, warehouse: Warehouse, chosen: Selection, *, purpose: str) -> None:
    from sentio.governance.dead_letters import count_letters
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.errors import RefusedError
    from sentio.loop.platform import open_state

    if not purpose.strip():
        raise RefusedError(
            "the purpose is empty",
            where="--purpose",
            expected="why you need to see personal data, such as a ticket",
        )
    details = asdict(chosen) | {"rows": count_letters(warehouse.con, chosen)[1]}
    with open_state(settings) as state:
        state.note(
            who(),
            "dead-letter bytes read",
            purpose=purpose,
            at_ns=SystemClock().now_ns(),
            details=details,
        )


def _json(letter: DeadLetter) -> dict[str, Any]:  # Any: JSON
    hidden = {"envelope", "place"}
    found = {name: value for name, value in asdict(letter).items() if name not in hidden}
    return found | {"at": moment(letter.at_ns)}


def _all_found(ids: list[int], items: list[dict[str, Any]]) -> None:
    from sentio.kernel.errors import UnknownName

    known = {str(item["id"]) for item in items}
    for each in ids:
        if str(each) not in known:
            raise UnknownName.among("dead letter", str(each), known)


def _private(path: Path) -> Any:  # noqa: ANN401  (a binary file; os.fdopen says no more)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(handle, "wb")
