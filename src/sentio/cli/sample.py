"""``sentio sample``: a simulated operator's day in real wire formats, to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns, moment, say

if TYPE_CHECKING:
    from sentio.lab.sample import Summary
    from sentio.lab.wire.text import Written


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(sample)


def sample(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to write; truth.json goes beside it.")],
    hours: Annotated[int, typer.Option(min=1, max=168, help="Length of the sample.")] = 24,
    users: Annotated[int, typer.Option(min=10, max=20_000, help="Subscribers.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another day.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Simulate a small operator and write what its systems would send, dirt and troubles included.

    The sample ends at the last 23:00 UTC: called again on the same day, it is the same to the
    byte. What goes wrong in it stands in truth.json, beside the folder.
    """
    from sentio.kernel.clock import SystemClock
    from sentio.lab.sample import write_sample

    settings_of(context)
    summary = write_sample(
        folder,
        now_ns=SystemClock().now_ns(),
        seed=seed,
        hours=hours,
        users=users,
        on_files=_say_nothing if as_json else _say_files,
    )
    answer(_value(summary), _text(summary), as_json=as_json)


def _say_files(files: list[Written]) -> None:
    rows, size_mb = sum(each.rows for each in files), sum(each.size_bytes for each in files) / 1e6
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    say(f"{files[0].path}{more}: {rows:,} rows, {size_mb:,.1f} MB")


def _say_nothing(files: list[Written]) -> None:
    del files


def _value(summary: Summary) -> dict[str, object]:
    return {
        "folder": str(summary.folder),
        "truth": str(summary.truth),
        "start_ns": summary.start_ns,
        "end_ns": summary.end_ns,
        "files": len(summary.files),
        "rows": summary.rows,
        "size_bytes": summary.size_bytes,
        "stories": [
            {
                "name": each.name,
                "title": each.title,
                "start_ns": each.start_ns,
                "end_ns": each.end_ns,
                "does_harm": each.does_harm,
                "is_within": summary.holds(each),
            }
            for each in summary.stories
        ],
    }


def _text(summary: Summary) -> str:
    told = columns(
        ("what happens", "from", "to", "harm"),
        [
            (each.title, moment(each.start_ns), moment(each.end_ns), each.does_harm)
            for each in summary.stories
            if summary.holds(each)
        ],
    )
    return (
        f"{summary.rows:,} rows in {len(summary.files)} files, {summary.size_bytes / 1e6:,.1f} MB,"
        f" from {moment(summary.start_ns)} to {moment(summary.end_ns)}: {summary.folder}\n"
        f"{told}\nThe truth: {summary.truth}"
    )
