"""``sentio watch``: run the loop over all that the store holds, and tell what it sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, duration, say
from sentio.cli.told import change_line, degradations_table

if TYPE_CHECKING:
    from sentio.loop.change import News
    from sentio.loop.live import Live
    from sentio.model.degradation import Degradation

LENGTH = re.compile(r"(\d+)\s*(s|min)?")
UNIT_S = {"s": 1, "min": 60, None: 1}


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(watch)


def watch(
    context: typer.Context,
    period: Annotated[
        str | None, typer.Option(metavar="60s|5min", help="Length of a period, whole minutes.")
    ] = None,
    learn_days: Annotated[
        float | None, typer.Option(help="Days of data that it only learns from.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Forget all that was learned and told, and begin anew.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Watch the data of the store, from where the last watch stopped, for degradations.

    A period counts once the newest use of the store is past its end and the grace. `sentio serve`
    watches by itself; this is for what was read by `sentio ingest`.
    """
    from sentio.loop.care.following import follow
    from sentio.loop.change import Change
    from sentio.loop.diagnosing import diagnoser
    from sentio.loop.live import Live, Pace
    from sentio.loop.platform import open_state, read_warehouse
    from sentio.store.state.told import Told

    settings = settings_of(
        context, awareness_period_s=length_s(period), awareness_learn_days=learn_days
    )
    ids: list[str] = []

    def tell(change: News) -> None:
        if isinstance(change, Change) and change.what == "opened":
            ids.append(change.degradation.id)
        if not as_json:
            say(change_line(change))

    with read_warehouse(settings) as warehouse, open_state(settings) as state:
        told = Told(state)
        if again:
            told.forget()
        live = Live(warehouse, told, pace=Pace.of(settings), on_change=tell)
        live.explain = diagnoser(warehouse, live)
        periods = live.catch_up()
        follow(warehouse, state, live.detail.topology)
        found = [each for name in ids if (each := told.degradation(name)) is not None]
        found += [each for each in live.open if each.id not in ids]
    answer(_value(live, periods, found), _text(live, periods, found), as_json=as_json)


def length_s(text: str | None) -> int | None:
    """Read the length of a period, such as 60s or 5min; None stays None.

    Raises
    ------
    ConfigError
        It is none.
    """
    from sentio.kernel.errors import ConfigError

    if text is None:
        return None
    found = LENGTH.fullmatch(text.strip())
    if found is None:
        raise ConfigError(
            f"{text!r} is no length of time", where="--period", expected="such as 60s or 5min"
        )
    return int(found[1]) * UNIT_S[found[2]]


def _value(live: Live, periods: int, found: list[Degradation]) -> dict[str, object]:
    from sentio.kernel.values import to_plain

    return {
        "schema": "sentio.cli/watch.v1",
        "periods": periods,
        "learned": live.learned,
        "judged": live.judged,
        "watched_until_ns": live.next_ns,
        "degradations": [{"state": each.state, **to_plain(each)} for each in found],
    }


def _text(live: Live, periods: int, found: list[Degradation]) -> str:
    period_s = live.pace.period_ns / 1e9
    if not periods:
        return "Nothing new to watch."
    read = f"{periods:,} periods of {duration(period_s)}"
    lines = [f"{read}; so far {live.learned:,} to learn from and {live.judged:,} judged."]
    if found:
        lines.append(degradations_table(found))
    elif live.judged:
        lines.append("No degradation was seen.")
    else:
        lines.append("Nothing was judged yet: --learn-days says how long it only learns.")
    return "\n".join(lines)
