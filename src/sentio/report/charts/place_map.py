"""A map without tiles: elements by longitude and latitude, coloured by MOS, the worst named."""

from __future__ import annotations

import math

from markupsafe import Markup

from sentio.report import numbers
from sentio.report.charts.axis import Scale
from sentio.report.charts.heatmap import shortened
from sentio.report.charts.svg import drawing, element, line, text
from sentio.report.levels import LEVELS, Level, level_of
from sentio.report.page import Place
from sentio.report.words import word

WIDTH = 740.0
LOWEST, HIGHEST = 260.0, 560.0
EDGE = 26.0
KM_PER_DEGREE = 111.195  # of latitude, on a sphere of 6371 km
NAMED = 10
LETTER = 6.4
FEW, MANY = 300, 2000


def place_map(places: tuple[Place, ...]) -> Markup:
    """Draw all places to one scale in both directions."""
    across, up, height, km_per_px = _projection(places)
    size = _size(len(places))
    parts: list[Markup] = []
    for level in LEVELS:  # the best first, so that the bad lie on top
        here = [place for place in places if level_of(place.mos_mean) is level]
        if here:
            at = [(across(place.longitude_deg), up(place.latitude_deg)) for place in here]
            marks = _marks(at, level, size)
            kind = f"{'dots' if level.shape == 'dot' else 'marks'} level-{level.name}"
            parts.append(element("path", d=marks, class_=kind, stroke_width=size * 1.6))
    parts += _names(places, across, up, size)
    parts += _scale_bar(km_per_px, height)
    label = word("chart.map_label", n=len(places))
    return drawing(parts, width=WIDTH, height=height, label=label)


def worst_places(places: tuple[Place, ...]) -> list[Place]:
    """Choose what is named: most poor uses beyond the average of all."""
    n, poor = sum(place.n for place in places), sum(place.poor for place in places)
    usual = poor / n if n else 0.0
    beyond = {place.member: place.poor - usual * place.n for place in places}
    chosen = sorted(places, key=lambda place: (-beyond[place.member], place.member))[:NAMED]
    return [place for place in chosen if beyond[place.member] > 0]


def _projection(places: tuple[Place, ...]) -> tuple[Scale, Scale, float, float]:
    """Keep angles right in the middle of the map: a degree east is shorter than one north."""
    east = [place.longitude_deg for place in places]
    north = [place.latitude_deg for place in places]
    middle = (min(north) + max(north)) / 2
    km_east = KM_PER_DEGREE * math.cos(math.radians(middle))
    wide = max((max(east) - min(east)) * km_east, 0.5)
    high = max((max(north) - min(north)) * KM_PER_DEGREE, 0.5)
    km_per_px = max(wide / (WIDTH - 2 * EDGE), high / (HIGHEST - 2 * EDGE))
    height = min(max(high / km_per_px + 2 * EDGE, LOWEST), HIGHEST)
    half_east = (WIDTH / 2 - EDGE) * km_per_px / km_east
    half_north = (height / 2 - EDGE) * km_per_px / KM_PER_DEGREE
    center = (min(east) + max(east)) / 2
    return (
        Scale(center - half_east, center + half_east, EDGE, WIDTH - EDGE),
        Scale(middle - half_north, middle + half_north, height - EDGE, EDGE),
        height,
        km_per_px,
    )


def _size(n: int) -> float:
    if n <= FEW:
        return 5.0
    return 3.2 if n <= MANY else 2.2


def _marks(at: list[tuple[float, float]], level: Level, size: float) -> str:
    if level.shape == "dot":
        return "".join(f"M{x:.1f} {y:.1f}h0" for x, y in at)  # round caps make them dots
    reach = size * 1.35
    if level.shape == "diamond":
        return "".join(
            f"M{x:.1f} {y - reach:.1f}l{reach:.1f} {reach:.1f}l{-reach:.1f} {reach:.1f}"
            f"l{-reach:.1f} {-reach:.1f}z"
            for x, y in at
        )
    return "".join(
        f"M{x - reach:.1f} {y + reach * 0.8:.1f}h{2 * reach:.1f}l{-reach:.1f} {-1.8 * reach:.1f}z"
        for x, y in at
    )


def _names(places: tuple[Place, ...], across: Scale, up: Scale, size: float) -> list[Markup]:
    """Name the worst where there is room, right of the mark or else left of it."""
    taken: list[tuple[float, float, float, float]] = []
    parts: list[Markup] = []
    for place in worst_places(places):
        x, y = across(place.longitude_deg), up(place.latitude_deg)
        name = shortened(place.member, 18)
        tip = word(
            "chart.place_tip",
            member=place.member,
            mos=numbers.mos(place.mos_mean, place.n),
            poor=numbers.exact(place.poor),
            n=numbers.exact(place.n),
        )
        parts.append(element("circle", cx=x, cy=y, r=size * 2.2, class_="ring", data_tip=tip))
        width, gap = LETTER * len(name) + 4, size * 2.2 + 4
        for start in (x + gap, x - gap - width):
            area = (start, y - 9, start + width, y + 7)
            if (
                area[0] > 0
                and area[2] < WIDTH
                and not any(_overlap(area, other) for other in taken)
            ):
                taken.append(area)
                parts.append(text(start, y + 4, name, kind="place"))
                break
    return parts


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _scale_bar(km_per_px: float, height: float) -> list[Markup]:
    """Draw a bar of a round length, about an eighth of the map."""
    wanted = km_per_px * WIDTH / 8
    power = 10.0 ** math.floor(math.log10(wanted))
    km = max(size * power for size in (1, 2, 5) if size * power <= wanted)
    x, y, long = EDGE, height - 14, km / km_per_px
    said = f"{km:g} {word('chart.km')}" if km >= 1 else f"{km * 1000:g} m"
    return [
        line(x, y, x + long, y, kind="scale"),
        line(x, y - 4, x, y + 4, kind="scale"),
        line(x + long, y - 4, x + long, y + 4, kind="scale"),
        text(x + long + 8, y + 4, said, kind="label"),
    ]
