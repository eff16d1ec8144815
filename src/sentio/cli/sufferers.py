"""``sentio sufferers``: whom a degradation hurts and who has not called."""

from __future__ import annotations

from typing import Annotated

import typer

from sentio.cli.opening import settings_of, who
from sentio.cli.output import AsJson, answer, columns


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(sufferers)


def sufferers(
    context: typer.Context,
    degradation: Annotated[str, typer.Argument(help="Its id, as `sentio degradations` shows it.")],
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List those whom a degradation hurts and who have not called, the first to call on top.

    Subjects are pseudonyms; the listing is noted in the audit.
    """
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.errors import UnknownName
    from sentio.kernel.values import to_plain
    from sentio.loop.care.sufferers import silent_sufferers
    from sentio.loop.periods import Periods
    from sentio.loop.platform import open_state, read_warehouse
    from sentio.store.cube import MINUTE_NS
    from sentio.store.state.told import Told

    settings, now_ns = settings_of(context), SystemClock().now_ns()
    with read_warehouse(settings) as warehouse, open_state(settings) as state:
        told = Told(state)
        one = told.degradation(degradation)
        if one is None:
            known = (each.id for each in told.degradations(limit=1000))
            raise UnknownName.among("degradation", degradation, known)
        state.note(who(), "listed subjects", purpose=f"silent {degradation}", at_ns=now_ns)
        topology = Periods(warehouse, period_ns=MINUTE_NS).topology()
        found = silent_sufferers(warehouse, topology, one, until_ns=one.ended_ns or now_ns)
    rows = [
        [
            str(each.subject),
            f"{each.poor_uses} of {each.uses}",
            round(each.worst_mos, 1),
            round(each.lost_min, 1),
            each.segment or None,
            "; ".join(each.reasons[2:]) or None,
        ]
        for each in found[:limit]
    ]
    header = ("subject", "poor uses", "worst MOS", "minutes lost", "segment", "besides")
    text = columns(header, rows) if rows else "Nobody suffers of it in silence."
    items = [{**to_plain(each), "subject": str(each.subject)} for each in found[:limit]]
    value = {"schema": "sentio.cli/sufferers.v1", "count": len(found), "sufferers": items}
    answer(value, text, as_json=as_json)
