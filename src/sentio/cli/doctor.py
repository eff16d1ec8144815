"""``sentio doctor``: is everything here that Sentio needs, and what to do if not."""

from __future__ import annotations

from dataclasses import asdict

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(doctor)


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check Python, packages, settings, disk, memory, key, store, state, port and clock."""
    from sentio.loop.checks import run_checks

    checks = run_checks(settings_of(context))
    table = columns(
        ("check", "state", "found", "next"),
        [(each.name, each.state, each.found, each.next_step) for each in checks],
    )
    is_well = all(each.state != "fail" for each in checks)
    answer({"well": is_well, "checks": [asdict(each) for each in checks]}, table, as_json=as_json)
    raise typer.Exit(0 if is_well else 1)
