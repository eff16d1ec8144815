"""``sentio degradations``: what the watch has told so far."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer
from sentio.cli.times import From, To, Zone, span_ns, zone_of
from sentio.cli.told import degradations_table


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(degradations)


def degradations(
    context: typer.Context,
    state: Annotated[
        Literal["open", "over"] | None, typer.Option(help="Only those that go on, or are over.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="Only those of a service.")] = None,
    since: From = None,
    until: To = None,
    zone: Zone = "UTC",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the degradations that the watch has seen, the latest first."""
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.values import to_plain
    from sentio.loop.platform import open_state
    from sentio.store.state.told import Told, Wanted

    span = span_ns(since, until, now_ns=SystemClock().now_ns(), zone=zone_of(zone))
    wanted = Wanted(state=state, service=service, since_ns=span[0], until_ns=span[1])
    with open_state(settings_of(context)) as opened:
        found = Told(opened).degradations(wanted, limit=limit)
    items = [{"state": each.state, **to_plain(each)} for each in found]
    text = degradations_table(found) if found else "No degradation has been seen."
    answer({"schema": "sentio.cli/degradations.v1", "degradations": items}, text, as_json=as_json)
