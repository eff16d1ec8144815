"""``sentio sources``: how good each source is, and what is known of it beforehand."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns, duration, percent

if TYPE_CHECKING:
    from sentio.governance.quality import SourceQuality
    from sentio.store.state import Source

group = typer.Typer(help="How good each source is.", invoke_without_command=True)

HEADER = (
    "source",
    "format",
    "rows read",
    "records",
    "fresh",
    "complete",
    "valid",
    "duplicate",
    "late",
    "suspect",
)


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.add_typer(group, name="sources")


@group.callback()
def sources(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell of each source: freshness, completeness, validity, duplicates, late and suspect rows."""
    if context.invoked_subcommand is not None:
        return
    from sentio.governance.quality import source_quality
    from sentio.kernel.clock import SystemClock
    from sentio.loop.platform import open_state, read_warehouse
    from sentio.store.ask import Answers

    settings = settings_of(context)
    with open_state(settings) as state:
        defined = state.sources()
    with read_warehouse(settings) as warehouse:
        found = source_quality(Answers(warehouse), warehouse.con, now_ns=SystemClock().now_ns())
    value = {
        "quality": [asdict(each) for each in found],
        "defined": [asdict(each) for each in defined],
    }
    answer(value, _text(found, defined), as_json=as_json)


@group.command()
def define(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name of the source.")],
    kind: Annotated[str, typer.Option(help="files, push, ...")] = "files",
    description: Annotated[str, typer.Option(help="What it is, and whom to call.")] = "",
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Default option of its readings, such as map."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how the inputs of a source are read, so that nobody has to say it each time."""
    from sentio.cli.ingest import pairs
    from sentio.kernel.clock import SystemClock
    from sentio.loop.platform import open_state
    from sentio.store.state import Source

    source = Source(
        name=name,
        kind=kind,
        description=description,
        options=pairs(option or []),
        created_ns=SystemClock().now_ns(),
    )
    with open_state(settings_of(context)) as state:
        state.save_source(source)
    answer(asdict(source), f"Source {name} is defined.", as_json=as_json)


def _text(found: list[SourceQuality], defined: list[Source]) -> str:
    rows = [
        (
            each.source,
            each.format,
            each.rows_read,
            each.records,
            duration(each.freshness_s),
            percent(each.complete_share),
            percent(each.valid_share),
            percent(each.duplicate_share),
            percent(each.late_share),
            percent(each.suspect_share),
        )
        for each in found
    ]
    silent = {each.name for each in defined} - {each.source for each in found}
    rows += [(name, "-", 0, 0, "-", "-", "-", "-", "-", "-") for name in sorted(silent)]
    return columns(HEADER, rows) if rows else "Nothing has been read yet."
