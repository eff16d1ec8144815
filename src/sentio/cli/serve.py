"""``sentio serve``: take records by HTTP, and watch, until it is stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, say
from sentio.cli.told import say_change


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(serve)


def serve(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(help="Address; any but loopback needs an API key first.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Serve the API, and tell of every degradation as it is seen.

    What was accepted is committed before it ends.
    """
    from sentio import web
    from sentio.api import server

    settings = settings_of(context, api_host=host, api_port=port)
    listened: list[str] = []

    def ready(url: str) -> None:
        listened.append(url)
        say(f"Listening on {url}; Ctrl-C stops.")

    server.serve(settings, on_ready=ready, on_change=say_change, add_pages=web.add_pages)
    answer({"listened": listened}, "Stopped; all that was accepted is kept.", as_json=as_json)
