"""``sentio config``: every setting, its value, and where it came from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(config)


def config(
    context: typer.Context,
    origin: Annotated[
        bool, typer.Option("--origin", help="Also tell which place set each value.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show all settings; keys and passwords are masked."""
    from sentio.kernel.origin import origins

    found = origins(settings_of(context))
    shown = ("setting", "value", "from", "meaning") if origin else ("setting", "value", "meaning")
    rows = [
        (each.name, each.value, each.where, each.description)
        if origin
        else (each.name, each.value, each.description)
        for each in found
    ]
    answer({"settings": [asdict(each) for each in found]}, columns(shown, rows), as_json=as_json)
