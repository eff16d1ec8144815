"""``sentio works``: planned works, and what one will do to customers before it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns, moment
from sentio.cli.times import From, Zone, span_ns, zone_of

if TYPE_CHECKING:
    from sentio.model.work import Forecast

SHOWN = 10


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(works)


def works(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="One of them: foretell what it will do, for whom.")
    ] = None,
    since: From = None,
    zone: Zone = "UTC",
    as_json: AsJson = False,
) -> None:
    """List planned works that are not over, or foretell the effect of one before it begins."""
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.values import to_plain
    from sentio.loop.care.works import Works
    from sentio.loop.platform import read_warehouse
    from sentio.model.calendar import calendar_of

    now_ns = SystemClock().now_ns()
    since_ns = span_ns(since, None, now_ns=now_ns, zone=zone_of(zone))[0]
    settings = settings_of(context)
    calendar = calendar_of(settings.holidays_country, settings.holidays_also)
    with read_warehouse(settings) as warehouse:
        known = Works(warehouse, calendar)
        at_ns = known.latest_ns(now_ns)
        if name is not None:
            made = known.forecast(known.one(name), now_ns=at_ns)
            plain = to_plain(made)
            plain["touched"] = [{**e, "subject": str(e["subject"])} for e in plain["touched"]]
            value = {"schema": "sentio.cli/work.v1", "forecast": plain}
            answer(value, _text(made), as_json=as_json)
            return
        found = known.list(ends_after_ns=at_ns if since_ns is None else since_ns)
    rows = [
        [e.id, f"{e.element_kind} {e.element}", e.title, moment(e.begins_ns), moment(e.ends_ns)]
        for e in found
    ]
    text = columns(("id", "element", "what", "begins", "ends"), rows)
    value = {"schema": "sentio.cli/works.v1", "works": [to_plain(each) for each in found]}
    answer(value, text if found else "No planned work is ahead.", as_json=as_json)


def _text(made: Forecast) -> str:
    lines = [made.sentence]
    if not made.is_harmless:
        for title, groups in (
            ("service", made.by_service),
            ("segment", made.by_segment),
            ("slice", made.by_slice),
        ):
            ranked = sorted(groups.items(), key=lambda each: -each[1])[:SHOWN]
            rows = [[group, round(count)] for group, count in ranked if round(count)]
            if rows:
                lines += ["", columns((title, "touched"), rows)]
        lines += [
            "",
            columns(
                ("do", "for", "subjects", "by"),
                [[each.what, each.who, each.subjects, moment(each.by_ns)] for each in made.care],
            ),
            "",
            columns(
                ("better window", "until", "touched", "minutes lost"),
                [
                    [
                        moment(each.begins_ns),
                        moment(each.ends_ns),
                        round(each.subjects),
                        round(each.lost_min),
                    ]
                    for each in made.windows
                ],
            ),
        ]
    return "\n".join(lines)
