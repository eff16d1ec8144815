"""``sentio intents``: what customers are promised, down the layers, and how it fares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns

HEADER = ("intent", "layer", "domain", "state", "asks", "why")


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(intents)


def intents(
    context: typer.Context,
    promise: Annotated[
        str, typer.Option(help="Promise this: a name of the catalogue, or a TOML file.")
    ] = "",
    drop: Annotated[str, typer.Option(help="Give the promise of this name up.")] = "",
    layer: Annotated[
        str | None, typer.Option(help="Only business, service or resource intents.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the intents and how they fare; promise something first, or give a promise up."""
    from sentio.kernel.clock import SystemClock
    from sentio.kernel.values import to_plain
    from sentio.loop.domains.desk import IntentDesk
    from sentio.loop.platform import open_state
    from sentio.model.intent import IntentReport

    with open_state(settings_of(context)) as state:
        desk = IntentDesk(state, SystemClock())
        if drop:
            desk.drop(drop, who="local")
        if promise:
            desk.take(_promise(promise), who="local")
        found = desk.intents(layer=layer)
        reports = {each.intent: each for each in desk.reports()}
    rows: list[tuple[object, ...]] = []
    for _, each in found:
        told = reports.get(each.id) or IntentReport(intent=each.id, made_ns=0, state="received")
        asks = ", ".join(
            f"{one.name} {'<=' if one.condition == 'at_most' else '>='} {one.value:.4g}"
            for one in each.expectations
        )
        why = told.reasons[0] if told.reasons else ""
        rows.append((each.id, each.layer, each.domain, told.state, asks, why))
    items = [
        {"promise": name, **to_plain(each), "report": to_plain(reports.get(each.id))}
        for name, each in found
    ]
    text = columns(HEADER, rows) if rows else "Nothing is promised."
    answer({"schema": "sentio.cli/intents.v1", "intents": items}, text, as_json=as_json)


def _promise(given: str) -> dict[str, Any]:  # Any: TOML
    """Read a promise from a file, or take the name of one of the catalogue."""
    import tomllib

    from sentio.kernel.errors import DefinitionError

    path = Path(given)
    if path.suffix != ".toml":
        return {"name": given}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"not TOML: {error}", where=given) from error
