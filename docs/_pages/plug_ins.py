"""Pages on what is plugged in: formats, service models, indicators, column maps."""

from __future__ import annotations

from collections.abc import Iterator

from _pages.markdown import code, codes, linked, number, page, table
from sentio.experience.service import SERVICES, Input, Scope, Service, Value
from sentio.ingest.format import FORMATS
from sentio.ingest.maps import ColumnMap, Record, Rule, shipped
from sentio.model.domain import DOMAINS
from sentio.model.indicator import Indicator, indicator, indicators

NEEDS = """What an input's *need* means: `must`, no score without it; `either`, no score without one
of those so marked; `grounds`, scored but not grounded without it; `helps`, less confidence without
it, by its *weight*. A *driver* is an input whose return to its nominal value may regain MOS."""


def formats() -> str:
    """List what can be read."""
    rows = [[linked(form.name, "formats"), form.title, form.standard] for form in FORMATS]
    return page(
        "Formats",
        "What Sentio reads. A format is recognised by its content; `--format` names it outright. "
        "Write your own: [add a format](../add-a-format.md).",
        table(["Format", "What it is", "Standard"], rows),
    )


def services() -> str:
    """Describe what can be scored."""
    rows = [
        [
            f"[{code(each.name)}](#{each.name})",
            each.title,
            each.subject_kind,
            "never" if each.provisional else "with all it needs",
        ]
        for each in SERVICES
    ]
    return page(
        "Services",
        "How a use felt, from what was measured. "
        "Write your own: [add a service](../add-a-service.md).",
        table(["Service", "What it is", "Subject", "Grounded"], rows),
        NEEDS,
        *(part for each in SERVICES for part in _service(each)),
    )


def measured() -> str:
    """List what can be said of a use."""
    users: dict[str, list[str]] = {}
    for each in SERVICES:
        for wanted in each.inputs:
            users.setdefault(wanted.name, []).append(f"[{each.name}](services.md#{each.name})")
    parts: list[str] = []
    for domain in DOMAINS:
        rows = [
            _indicator(each, users.get(each.name, []))
            for each in indicators().values()
            if each.domain == domain
        ]
        if rows:
            header = ["Indicator", "Unit", "Kind", "Can be", "Meaning", "Read by"]
            parts += [f"## {domain}", table(header, rows)]
    return page(
        "Indicators",
        "What an experience record can say of a use, by the part of the path it speaks for. "
        "A value outside of what *can be* is an error of the source, and the row a dead letter.",
        *parts,
    )


def maps() -> str:
    """Describe the tables that are known by their columns."""
    parts: list[str] = []
    for each in shipped().values():
        parts += [f"## {each.name}", _map_head(each)]
        for record in each.record:
            header = ["Column", "From", "How"]
            parts += [_record_head(each, record), table(header, _rules(record))]
    return page(
        "Column maps",
        "The tables that are recognised by their columns. "
        "Write your own: [column maps](../how-to/column-maps.md).",
        *parts,
    )


def _service(each: Service) -> Iterator[str]:
    yield f"## {each.name}"
    yield (
        f"{each.title}: {linked(each.name, 'services')}, version {each.version}, "
        f"of a {each.subject_kind}. "
        f"Confidence {number(each.confidence)} with all inputs; poor below "
        f"{number(each.poor_below)}."
    )
    yield f"**Standard**: {each.standard}."
    if each.provisional:
        yield f"**Never grounded**: {each.provisional.rstrip('.')}."
    header = [
        "Input",
        "Unit",
        "Domain",
        "Need",
        "Weight",
        "Nominal",
        "If missing",
        "Holds",
        "Driver",
    ]
    yield table(header, [_input(wanted) for wanted in each.inputs])
    if each.examples:
        rows = [[_given(one.given), number(one.mos), one.source] for one in each.examples]
        yield table(["Example", "MOS", "Source"], rows)


def _input(wanted: Input) -> list[str]:
    known = indicator(wanted.name)
    assumed = "" if wanted.assumed is None else f"taken as {_value(wanted.assumed)}"
    driver = f"part of `{wanted.part_of}`" if wanted.part_of else "yes"
    return [
        code(wanted.name),
        known.unit,
        str(wanted.domain or known.domain),
        code(wanted.need),
        number(wanted.weight),
        _value(wanted.nominal),
        assumed,
        _scope(wanted.scope),
        driver if wanted.is_driver else "no",
    ]


def _value(value: Value) -> str:
    if isinstance(value, str):
        return code(value)
    if isinstance(value, tuple):
        return " ".join(number(each) for each in value) or "none"
    return number(value)


def _scope(scope: Scope | None) -> str:
    if scope is None:
        return ""
    if isinstance(scope, frozenset):
        return codes(sorted(scope))
    low, high = (number(each) for each in scope)
    return f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"


def _given(given: object) -> str:
    items = given.items() if hasattr(given, "items") else ()
    return ", ".join(f"`{name}` {_told(value)}" for name, value in items)


def _told(value: float | str | list[float]) -> str:
    if isinstance(value, list):
        return "[" + " ".join(number(each) for each in value) + "]"
    return value if isinstance(value, str) else number(value)


def _indicator(each: Indicator, users: list[str]) -> list[str]:
    low, high = number(each.low), number(each.high)
    bounds = f"{low or '-∞'} to {high or '∞'}" if low or high else "any"
    can_be = "" if each.shape == "text" else bounds
    return [code(each.name), each.unit, each.shape, can_be, each.meaning, ", ".join(users)]


def _map_head(each: ColumnMap) -> str:
    told = f"{each.title}; records of kind {code(each.kind)}."
    if each.layout:
        return f"{told} Files without a header have its {len(each.layout)} columns."
    return f"{told} Files without a header have {each.width} columns." if each.width else told


def _record_head(owner: ColumnMap, record: Record) -> str:
    if isinstance(record.service, Rule):
        service = f"The service comes from {codes(owner.column(x) for x in record.service.sources)}"
    else:
        service = f"A use of {code(record.service)}" if record.service else "One record a row"
    constants = ", ".join(f"`{name}` {value}" for name, value in record.constants.items())
    return f"{service}{f', with {constants}' if constants else ''}."


def _rules(record: Record) -> list[list[str]]:
    rows: list[list[str]] = []
    for column, rule in record.columns.items():
        said = rule.model_dump(exclude={"from_"}, exclude_defaults=True)
        how = ", ".join(f"{name} {_plain(value)}" for name, value in said.items())
        rows.append([code(column), codes(rule.sources), how])
    return rows


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} → {_plain(each)}" for key, each in value.items())
    if isinstance(value, list):
        return " ".join(_plain(each) for each in value)
    return number(value) if isinstance(value, int | float) else str(value)
