"""``sentio export``: experience in the shape that other systems take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer
from sentio.cli.times import From, To, Zone, span_ns, zone_of

ROWS_READ = 5_000_000
group = typer.Typer(help="Experience in the shape that other systems take.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.add_typer(group, name="export")


@group.callback()
def chosen() -> None:
    """Keep the name of the shape a word of its own, even while there is one only."""


@group.command()
def nwdaf(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="File to write, instead of the screen.")] = None,
    since: From = None,
    until: To = None,
    service: Annotated[
        list[str] | None, typer.Option(help="Only this service; may be given again.")
    ] = None,
    zone: Zone = "UTC",
    as_json: AsJson = False,
) -> None:
    """Write service experience as an NWDAF offers it (3GPP TS 29.520, svcExps), as JSON.

    One entry for each service, app and slice; no subject is named. Of very many uses, those of
    one subject in so many are taken.
    """
    import orjson

    from sentio.experience.nwdaf import service_experience_info
    from sentio.kernel.clock import SystemClock
    from sentio.loop.platform import read_warehouse
    from sentio.store.ask import Answers

    now_ns = SystemClock().now_ns()
    since_ns, until_ns = span_ns(since, until, now_ns=now_ns, zone=zone_of(zone))
    span = {"since_ns": since_ns, "until_ns": until_ns}
    with read_warehouse(settings_of(context)) as warehouse:
        answers = Answers(warehouse)
        uses = sum(row["n"] for row in answers.ask("service_totals", **span).to_pylist())
        one_in = max(1, -(-uses // ROWS_READ))
        table = answers.ask(
            "exposed_uses", services=tuple(service) if service else None, one_in=one_in, **span
        )
    value = {"svcExps": service_experience_info(table) if table.num_rows else []}
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    if out is not None:
        out.write_text(text + "\n", "utf-8")
        text = f"{len(value['svcExps'])} entries written to {out}."
    answer(value, text, as_json=as_json)


@group.command()
def grafana(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if absent.")],
    as_json: AsJson = False,
) -> None:
    """Write Grafana's data source and dashboards, made from the catalogue of indicators.

    Files of the same name are replaced, all others left alone.
    """
    from sentio.api.grafana import grafana_files

    files = grafana_files()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    value = {"schema": "sentio.cli/grafana.v1", "folder": str(folder), "files": sorted(files)}
    answer(value, f"{len(files)} files written to {folder}.", as_json=as_json)
