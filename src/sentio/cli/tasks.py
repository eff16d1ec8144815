"""``sentio tasks``: what is, or was, done in the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sentio.cli.opening import settings_of, who
from sentio.cli.output import AsJson, answer, columns, moment

if TYPE_CHECKING:
    from sentio.store.state.tasks import Task

HEADER = ("id", "state", "wanted", "action", "plan", "by", "peer", "tries", "changed", "said")
SAID_LETTERS = 80


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(tasks)


def tasks(
    context: typer.Context,
    undo: Annotated[str | None, typer.Option(help="Take this one back.")] = None,
    why: Annotated[str, typer.Option(help="Why, for whoever reads it later.")] = "",
    is_open: Annotated[
        bool, typer.Option("--open", help="Only those that stand or are under way.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what is, or was, done in the network, the newest first; or want one taken back."""
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.errors import ConfigError
    from sentio.kernel.values import to_plain
    from sentio.loop.platform import open_state
    from sentio.store.state.tasks import Tasks

    if undo is not None and not why:
        raise ConfigError("no reason is given", where="--why", expected="why, in a few words")
    with open_state(settings_of(context)) as state:
        known = Tasks(state)
        if undo is not None:
            found = [known.take_back(undo, who=who(), why=why, at_ns=SystemClock().now_ns())]
        else:
            found = known.list(is_open=True if is_open else None, limit=limit)
    items = [to_plain(each) for each in found]
    answer({"schema": "sentio.cli/tasks.v1", "tasks": items}, _text(found), as_json=as_json)


def _text(found: Sequence[Task]) -> str:
    rows = [
        (
            each.id,
            each.state,
            each.wanted,
            each.action.name,
            each.plan.id,
            each.controller,
            each.peer,
            each.tries,
            moment(each.changed_ns),
            each.said[:SAID_LETTERS],
        )
        for each in found
    ]
    return columns(HEADER, rows) if found else "Nothing has been done in the network."
