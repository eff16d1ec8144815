"""From the values of a report to one HTML page that needs nothing else, not even a network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sentio.report import charts, numbers, tables
from sentio.report.headline import headline, summary
from sentio.report.levels import LEVELS
from sentio.report.page import Heat, ReportPage, ServicePart
from sentio.report.tables import SortTable
from sentio.report.times import Times
from sentio.report.words import named, reading, word


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """A service as the page shows it: its values, its charts and its tables."""

    part: ServicePart
    summary: str
    spark: Markup
    histogram: Markup
    course: Markup
    drivers: Markup
    heat: Markup
    worst: list[tuple[str, SortTable]]
    worst_hours: SortTable | None
    missing: SortTable | None


def render(page: ReportPage) -> str:
    """Write the page.

    It is one file: styles, script and drawings stand in it, and it asks for nothing from anywhere.
    """
    template = _environment().get_template("page.html.j2")
    return template.render(
        page=page,
        said=headline(page),
        services=[_view(part, page.times) for part in page.services],
        map=charts.place_map(page.places) if page.places else "",
        map_note=_map_note(page),
        map_table=tables.place_table(charts.worst_places(page.places)) if page.places else None,
        index=_index(page),
        index_said=_index_said(page),
        sources=tables.source_table(page.sources, page.times),
        rejected=tables.rejected_table(page.rejected),
        levels=LEVELS,
        reading=reading(),
        style=_asset("style.css"),
        script=_asset("behaviour.js"),
    )


def _view(part: ServicePart, times: Times) -> ServiceView:
    limit, steps = part.poor_below, part.step_hours
    return ServiceView(
        part=part,
        summary=summary(part, times),
        spark=charts.sparkline(part.course, poor_below=limit),
        histogram=charts.mos_histogram(part.bins, poor_below=limit, median=part.mos_p50)
        if part.n
        else Markup(""),
        course=charts.course_chart(part.course, step_hours=steps, poor_below=limit, times=times)
        if part.n
        else Markup(""),
        drivers=charts.driver_bars(part.losses) if part.losses else Markup(""),
        heat=_heat(part.heat, part.poor_below, times),
        worst=[
            (named("dimension", group.dimension), tables.worst_table(group.rows, times))
            for group in part.worst
        ],
        worst_hours=tables.worst_table(part.worst_hours, times) if part.worst_hours else None,
        missing=tables.missing_table(part.missing) if part.missing else None,
    )


def _heat(heat: Heat | None, poor_below: float, times: Times) -> Markup:
    return charts.heat_map(heat, poor_below=poor_below, times=times) if heat else Markup("")


def _map_note(page: ReportPage) -> str:
    if not page.places:
        return word("map.none")
    known = sum(place.is_from_topology for place in page.places)
    kinds = [("map.from_topology", known), ("map.from_uses", len(page.places) - known)]
    first = word(
        "map.note",
        n=numbers.exact(len(page.places)),
        kind=named("dimension", page.place_dimension),
        worst=len(charts.worst_places(page.places)),
    )
    return "; ".join([first, *(word(key, n=numbers.exact(n)) for key, n in kinds if n)])


def _index(page: ReportPage) -> Markup:
    if page.index is None:
        return Markup("")
    return charts.index_histogram(page.index.bins, median=page.index.median)


def _index_said(page: ReportPage) -> tuple[str, str]:
    index = page.index
    if index is None:
        return "", ""
    sample = word("index.sample", one_in=index.one_in) if index.one_in > 1 else ""
    summary_ = word(
        "index.summary",
        median=f"{index.median:.0f}",
        low=f"{index.p10:.0f}",
        poor=numbers.exact(index.below_50),
        share=numbers.share(index.below_50, index.subjects),
    )
    return summary_, word("index.note", n=numbers.exact(index.subjects), sample=sample)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("sentio.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    ours: dict[str, object] = {"word": word, "named": named, "numbers": numbers}
    found.globals |= ours  # pyright: ignore[reportAttributeAccessIssue]  (it has room for any name)
    return found


@cache
def _asset(name: str) -> Markup:
    found = (files("sentio.report") / "templates" / name).read_text("utf-8")
    return Markup(found)  # noqa: S704  (it is ours)
