"""``sentio retention``: drop what is older than may be kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from sentio.cli.opening import settings_of, who
from sentio.cli.output import AsJson, answer


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(retention)


def retention(
    context: typer.Context,
    keep_days: Annotated[
        int | None, typer.Option(min=1, help="Days to keep, today included.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Drop facts of older days, whole days at a time, and rejected rows of that age.

    The cube stays: it has totals only, and no subject.
    """
    from sentio.governance.retention import drop, would_drop
    from sentio.kernel.errors import ConfigError
    from sentio.loop.platform import open_platform

    settings = settings_of(context)
    days = keep_days or settings.retention_days
    if days is None:
        raise ConfigError(
            "nobody has said how many days are kept",
            where="retention_days",
            next_step="Say --keep-days N, or set retention_days.",
        )
    with open_platform(settings) as platform:
        now_ns = platform.clock.now_ns()
        act = would_drop if dry_run else drop
        done = act(platform.warehouse, keep_days=days, now_ns=now_ns)
        if not dry_run:
            platform.state.note(
                who(), "retention", purpose="retention", at_ns=now_ns, details=asdict(done)
            )
    would = "would be dropped" if dry_run else "dropped"
    answer(
        {**asdict(done), "dry_run": dry_run},
        f"{done.rows:,} rows in {done.tables} tables of days before {done.before} {would}, "
        f"and {done.dead_letters:,} rejected rows.",
        as_json=as_json,
    )
