"""``sentio automation``: stop everything that is done by itself, or let it go on."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sentio.cli.opening import settings_of, who
from sentio.cli.output import AsJson, answer, moment


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(automation)


def automation(
    context: typer.Context,
    to: Annotated[Literal["stop", "go-on"] | None, typer.Argument(help="What it is to do.")] = None,
    why: Annotated[str, typer.Option(help="Why, for whoever reads it later.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell whether automation is stopped, or turn the switch; a running server obeys at once.

    Stopped, nothing new is done; what was done may still be taken back.
    """
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.errors import ConfigError
    from sentio.kernel.values import to_plain
    from sentio.loop.platform import open_state
    from sentio.store.state.steering import Steering

    if to is not None and not why:
        raise ConfigError("no reason is given", where="--why", expected="why, in a few words")
    with open_state(settings_of(context)) as state:
        steering, now_ns = Steering(state), SystemClock().now_ns()
        if to is None:
            switch = steering.switch()
        else:
            switch = steering.turn(is_stopped=to == "stop", who=who(), why=why, at_ns=now_ns)
    said = "Automation goes on"
    if switch.is_stopped:
        said = "All automation is stopped"
    if switch.at_ns:
        said += f", as {switch.who} said at {moment(switch.at_ns)}: {switch.why}"
    value = {"schema": "sentio.cli/automation.v1", **to_plain(switch)}
    answer(value, f"{said}.", as_json=as_json)
