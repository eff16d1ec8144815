"""``sentio report``: how experience is, on one page that needs nothing else."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer
from sentio.cli.times import From, To, Zone, span_ns, zone_of

DEFAULT_OUT = Path("sentio-report.html")


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(report)


def report(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(help="File to write; sentio-report.html unless said.")
    ] = None,
    since: From = None,
    until: To = None,
    service: Annotated[
        list[str] | None, typer.Option(help="Only this service; may be given again.")
    ] = None,
    zone: Zone = "UTC",
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the experience report: one HTML page, or its numbers as JSON."""
    from sentio.kernel.clock import SystemClock
    from sentio.loop.platform import read_warehouse
    from sentio.report import build_page, render
    from sentio.report.headline import headline
    from sentio.report.words import word
    from sentio.store.ask import Answers

    now_ns = SystemClock().now_ns()
    since_ns, until_ns = span_ns(since, until, now_ns=now_ns, zone=zone_of(zone))
    with read_warehouse(settings_of(context)) as warehouse:
        page = build_page(
            Answers(warehouse),
            now_ns=now_ns,
            since_ns=since_ns,
            until_ns=until_ns,
            services=tuple(service or ()),
            zone=zone,
        )
    path = out or (None if as_json else DEFAULT_OUT)
    if path is not None:
        path.write_text(render(page), "utf-8")
    said = headline(page) or [word("empty.title") + ".", word("empty.next")]
    value = {"schema": "sentio.cli/report.v1", "said": said, **asdict(page)}
    answer(value, "\n".join([*said, f"Written to {path}."]), as_json=as_json)
    if show and path is not None:
        typer.launch(str(path))
