"""``sentio domains``: autonomous domains, how they are, and how far they may go by themselves."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns

HEADER = ("domain", "autonomy", "level", "loop", "intents", "stands in", "why")


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(domains)


def domains(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The domain to change.")] = "",
    autonomy: Annotated[
        Literal["observe", "advise", "approve", "act"] | None,
        typer.Option(help="How far it may go by itself."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the autonomous domains as they are, or say how far one may go by itself."""
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.errors import ConfigError
    from sentio.kernel.values import to_plain
    from sentio.loop.domains.desk import IntentDesk
    from sentio.loop.platform import open_state

    if bool(name) != (autonomy is not None):
        raise ConfigError(
            "a change needs a domain and its autonomy", expected="NAME --autonomy LEVEL"
        )
    with open_state(settings_of(context)) as state:
        desk = IntentDesk(state, SystemClock())
        if autonomy is not None:
            desk.set_autonomy(name, autonomy, who="local")
        found = desk.states()
        wished = desk.autonomy()
    rows = [
        (
            each.name,
            wished.get(each.name, each.autonomy),
            each.level,
            each.loop,
            each.handling,
            ", ".join(f"{one.by} for {one.element}" for one in each.stand_ins),
            next(iter((*each.troubles, *each.reasons)), ""),
        )
        for each in found
    ]
    items = [{**to_plain(each), "level": each.level} for each in found]
    answer(
        {"schema": "sentio.cli/domains.v1", "domains": items},
        columns(HEADER, rows),
        as_json=as_json,
    )
