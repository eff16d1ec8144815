"""``sentio catalog``: formats, services, indicators and maps that this installation knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from sentio.cli.output import AsJson, answer, columns

Rows = list[dict[str, Any]]  # Any: JSON; each row has the same names


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(catalog)


def catalog(
    kind: Annotated[str, typer.Argument(help="formats, services, indicators or maps.")],
    as_json: AsJson = False,
) -> None:
    """List what can be read, scored and measured."""
    from sentio.kernel.errors import UnknownName

    if kind not in CATALOGUES:
        raise UnknownName.among("catalogue", kind, CATALOGUES)
    rows = CATALOGUES[kind]()
    header = tuple(rows[0]) if rows else ("name",)
    table = columns(header, [tuple(row.values()) for row in rows])
    answer({"kind": kind, "items": rows}, table, as_json=as_json)


def _formats() -> Rows:
    from sentio.ingest.format import FORMATS

    return [{"name": x.name, "title": x.title, "standard": x.standard} for x in FORMATS]


def _services() -> Rows:
    from sentio.experience.service import SERVICES

    return [
        {
            "name": x.name,
            "title": x.title,
            "of": x.subject_kind,
            "standard": x.standard,
            "grounded": not x.provisional,
            "indicators": ", ".join(each.name for each in x.inputs),
        }
        for x in SERVICES
    ]


def _indicators() -> Rows:
    from sentio.model.indicator import indicators

    return [
        {"name": x.name, "unit": x.unit, "domain": str(x.domain), "meaning": x.meaning}
        for x in indicators().values()
    ]


def _maps() -> Rows:
    from sentio.ingest.maps import shipped

    return [
        {"name": x.name, "title": x.title, "kind": str(x.kind), "columns": len(x.sources)}
        for x in shipped().values()
    ]


CATALOGUES: dict[str, Callable[[], Rows]] = {
    "formats": _formats,
    "services": _services,
    "indicators": _indicators,
    "maps": _maps,
}
