"""``sentio plans``: what is to be done about degradations, and people's yes to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sentio.cli.opening import settings_of, who
from sentio.cli.output import AsJson, answer, columns, moment

if TYPE_CHECKING:
    from sentio.model.plan import Outcome, Plan

HEADER = ("id", "degradation", "made", "autonomy", "action", "helps", "value", "came of it")


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(plans)


def plans(
    context: typer.Context,
    approve: Annotated[str | None, typer.Option(help="Say yes to this plan.")] = None,
    why: Annotated[str, typer.Option(help="Why, for whoever reads it later.")] = "",
    degradation: Annotated[str | None, typer.Option(help="Only those about one.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List plans, the newest first, with what came of them; or let one that waits be done."""
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.errors import ConfigError, UnknownName
    from sentio.kernel.values import to_plain
    from sentio.loop.platform import open_state
    from sentio.store.state.plans import Plans
    from sentio.store.state.steering import Steering

    if approve is not None and not why:
        raise ConfigError("no reason is given", where="--why", expected="why, in a few words")
    with open_state(settings_of(context)) as state:
        known = Plans(state)
        if approve is not None:
            plan = known.plan(approve)
            if plan is None:
                raise UnknownName.among("plan", approve, (each.id for each in known.plans()))
            Steering(state).approve(approve, who=who(), why=why, at_ns=SystemClock().now_ns())
            found = [plan]
        else:
            found = known.plans(degradation=degradation, limit=limit)
        outcomes = {each.id: known.outcome(each.id) for each in found}
    items = [
        {**to_plain(each), "outcome": to_plain(came) if (came := outcomes[each.id]) else None}
        for each in found
    ]
    text = _text(found, outcomes)
    answer({"schema": "sentio.cli/plans.v1", "plans": items}, text, as_json=as_json)


def _text(found: Sequence[Plan], outcomes: Mapping[str, Outcome | None]) -> str:
    if not found:
        return "Nothing has been planned."
    rows = [
        (
            each.id,
            each.degradation,
            moment(each.made_ns),
            each.autonomy,
            each.chosen.action.name if each.chosen else each.sentence[:60],
            f"{100 * each.chosen.success:.0f} %" if each.chosen else "",
            round(each.chosen.value) if each.chosen else "",
            came.verdict if (came := outcomes[each.id]) else "",
        )
        for each in found
    ]
    return columns(HEADER, rows)
