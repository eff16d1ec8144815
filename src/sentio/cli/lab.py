"""``sentio lab``: a simulated operator of a whole city; ``run`` writes days of it as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns, moment, say

if TYPE_CHECKING:
    from sentio.lab.simulation import Operator
    from sentio.lab.stream.folder import Filled

group = typer.Typer(help="A simulated operator of a whole city.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.add_typer(group, name="lab")


@group.command()
def run(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to write; truth.json goes beside it.")],
    days: Annotated[int, typer.Option(min=1, max=60, help="How many days.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another city.")] = 1,
    cells: Annotated[int, typer.Option(min=24, help="Radio cells.")] = 60,
    users: Annotated[int, typer.Option(min=200, help="Subscribers.")] = 3000,
    things: Annotated[int, typer.Option(min=50, help="Things.")] = 600,
    faults: Annotated[int, typer.Option(min=0, help="What goes wrong.")] = 6,
    decoys: Annotated[int, typer.Option(min=0, help="What only looks wrong.")] = 6,
    dirt: Annotated[float, typer.Option(min=0.0, max=50.0, help="Times the usual dirt.")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Run a city's operator and write what its systems send, a folder for each of them.

    It begins on the last Monday that is so many days ago: in the same week, the same call writes
    the same bytes. The first third is calm, to learn from.
    """
    from sentio.kernel.clock import SystemClock
    from sentio.lab.operator.rhythm import PERIODS_A_DAY
    from sentio.lab.simulation import Operator, Plan, Scale
    from sentio.lab.stream.folder import fill, monday_before

    settings_of(context)
    operator = Operator(
        Scale(cells=cells, users=users, things=things),
        seed=seed,
        start_ns=monday_before(SystemClock().now_ns(), days=days),
        plan=Plan(faults=faults, decoys=decoys, days=days, calm_days=days / 3.0),
    )
    filled = fill(
        folder, operator, periods=days * PERIODS_A_DAY, seed=seed, dirt=dirt,
        on_progress=_say_nothing if as_json else _say_progress,
    )  # fmt: skip
    answer(_value(filled, operator), _text(filled, operator), as_json=as_json)


def _say_progress(filled: Filled) -> None:
    from sentio.lab.operator.rhythm import PERIODS_A_DAY

    mb = filled.size_bytes.total() / 1e6
    say(f"day {filled.periods / PERIODS_A_DAY:.2f}: {filled.uses:,} uses, {mb:,.1f} MB")


def _say_nothing(filled: Filled) -> None:
    del filled


def _value(filled: Filled, operator: Operator) -> dict[str, object]:
    from sentio.lab.stream.folder import TRUTH

    return {
        "folder": str(filled.folder),
        "truth": str(filled.folder.parent / TRUTH),
        "start_ns": operator.start_ns,
        "end_ns": operator.now_ns,
        "uses": filled.uses,
        "files": dict(filled.files),
        "size_bytes": dict(filled.size_bytes),
        "faults": [
            {
                "name": each.name,
                "kind": each.kind,
                "harmful": each.harmful,
                "element": each.element,
                "start_ns": each.start_ns,
                "end_ns": each.end_ns,
                "subjects": len(each.subjects),
                "sessions": each.sessions,
            }
            for each in operator.truth
        ],
    }


def _text(filled: Filled, operator: Operator) -> str:
    from sentio.lab.stream.folder import TRUTH

    told = columns(
        ("what happens", "where", "from", "to", "subjects", "harm"),
        [
            (
                each.kind.replace("_", " "),
                each.element,
                moment(each.start_ns),
                moment(each.end_ns),
                len(each.subjects),
                each.harmful,
            )
            for each in operator.truth
        ],
    )
    mb = filled.size_bytes.total() / 1e6
    return (
        f"{filled.uses:,} uses in {filled.files.total():,} files, {mb:,.1f} MB, from"
        f" {moment(operator.start_ns)} to {moment(operator.now_ns)}: {filled.folder}\n"
        f"{told}\nThe truth: {filled.folder.parent / TRUTH}"
    )
