"""``sentio problems``: service problems, and what people do with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sentio.cli.opening import settings_of, who
from sentio.cli.output import AsJson, answer, columns, moment
from sentio.cli.times import From, Zone, span_ns, zone_of

if TYPE_CHECKING:
    from sentio.model.problem import ServiceProblem

HEADER = ("id", "state", "priority", "began", "what", "touched", "events", "tickets")


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(problems)


def problems(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="One of them, with all that is known of it.")
    ] = None,
    status: Annotated[
        str | None, typer.Option(help="Only those in a state, such as submitted or resolved.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--set", help="Put the named one into this state: acknowledged, closed, ..."),
    ] = None,
    why: Annotated[str, typer.Option(help="Why, for whoever reads it later.")] = "",
    since: From = None,
    zone: Zone = "UTC",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List service problems: all that one cause spoils, those changed last first."""
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.errors import SentioError, UnknownName
    from sentio.kernel.values import to_plain
    from sentio.loop.platform import open_state
    from sentio.model.problem import STATUSES
    from sentio.store.state.problems import Problems

    if status is not None and status not in STATUSES:
        raise UnknownName.among("state", status, STATUSES)
    if to is not None and name is None:
        raise SentioError("no problem is named", expected="sentio problems NAME --set STATE")
    now_ns = SystemClock().now_ns()
    since_ns = span_ns(since, None, now_ns=now_ns, zone=zone_of(zone))[0]
    with open_state(settings_of(context)) as state:
        known = Problems(state)
        if name is not None and to is not None:
            found = [known.move(name, to, who=who(), at_ns=now_ns, why=why)]
            state.note(who(), f"service problem {to}", purpose=why or name, at_ns=now_ns)
        elif name is not None:
            one = known.one(name)
            if one is None:
                raise UnknownName.among("service problem", name, (p.id for p in known.list()))
            found = [one]
        else:
            found = known.list(status=status, since_ns=since_ns, limit=limit)  # pyright: ignore[reportArgumentType]  (checked above)
    items = [to_plain(each) for each in found]
    text = _text(found, is_one=name is not None)
    answer({"schema": "sentio.cli/problems.v1", "problems": items}, text, as_json=as_json)


def _text(found: Sequence[ServiceProblem], *, is_one: bool) -> str:
    rows = [
        [
            each.id,
            each.status,
            each.priority,
            moment(each.began_ns),
            each.name,
            sum(each.affected_services.values()),
            len(each.mentions.alarms) + len(each.mentions.changes) + len(each.mentions.works),
            len(each.mentions.tickets),
        ]
        for each in found
    ]
    text = columns(HEADER, rows) if found else "No service problem is known."
    return f"{text}\n\n{found[0].description}" if is_one and found else text
