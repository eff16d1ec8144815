"""``sentio compact``: put days that are over in order, add the cube up; no answer changes."""

from __future__ import annotations

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(compact)


def compact(context: typer.Context, as_json: AsJson = False) -> None:
    """Make questions faster and the store smaller. Best at night, after the last late file."""
    from sentio.kernel.clock import SystemClock
    from sentio.loop.platform import open_warehouse
    from sentio.store import facts
    from sentio.store.closed import put_in_order

    with open_warehouse(settings_of(context)) as warehouse:
        before_bytes = warehouse.path.stat().st_size
        today = facts.period_at(SystemClock().now_ns())
        ordered = put_in_order(warehouse.con, before=today)
        warehouse.merge_cube()
        warehouse.con.execute("CHECKPOINT")
        after_bytes = warehouse.path.stat().st_size
    value = {
        "ordered": ordered,
        "before_bytes": before_bytes,
        "after_bytes": after_bytes,
    }
    text = (
        f"{len(ordered)} {'table' if len(ordered) == 1 else 'tables'} put in order; "
        f"{before_bytes / 1e6:,.1f} MB before, {after_bytes / 1e6:,.1f} MB now."
    )
    answer(value, text, as_json=as_json)
