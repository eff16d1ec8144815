"""Members over time: one small square a step, coloured by mean MOS, a stroke where it is poor."""

from __future__ import annotations

from markupsafe import Markup

from sentio.report import numbers
from sentio.report.charts.axis import Scale, time_marks
from sentio.report.charts.svg import box, drawing, element, line, text
from sentio.report.levels import level_of
from sentio.report.page import Heat
from sentio.report.times import Times
from sentio.report.words import named, word
from sentio.store.cube import HOUR_NS

WIDTH = 740.0
ROW, TOP, BOTTOM, RIGHT = 18.0, 6.0, 26.0, 8.0
LETTER = 6.3  # width of a letter of a label, px
LONGEST = 22


def heat_map(heat: Heat, *, poor_below: float, times: Times) -> Markup:
    """Draw the members as rows, the worst on top, and time from left to right."""
    names = [shortened(name, LONGEST) for name in heat.members]
    left = 12 + LETTER * max(len(name) for name in names)
    height = TOP + ROW * len(names) + BOTTOM
    step_ns = heat.step_hours * HOUR_NS
    first, last = heat.hours_ns[0], heat.hours_ns[-1] + step_ns
    across = Scale(first, last, left, WIDTH - RIGHT)
    parts: list[Markup] = []
    for row, (member, name) in enumerate(zip(heat.members, names, strict=True)):
        y = TOP + ROW * row
        parts.append(text(left - 8, y + ROW - 5, name, anchor="end", kind="tick name"))
        parts += _row(
            heat, row, y, across, step_ns, poor_below=poor_below, times=times, member=member
        )
    parts += _times(across, first, last, times, height=height)
    kind = named("dimension", heat.dimension)
    label = word("chart.heat_label", members=f"{len(names)} {kind}")
    return drawing(parts, width=WIDTH, height=height, label=label)


def shortened(name: str, most: int) -> str:
    """Cut the middle out of a long name, so that both its ends can be told."""
    if len(name) <= most:
        return name
    half = (most - 1) // 2
    return f"{name[:half]}…{name[-(most - 1 - half) :]}"


def _row(
    heat: Heat,
    row: int,
    y: float,
    across: Scale,
    step_ns: int,
    *,
    poor_below: float,
    times: Times,
    member: str,
) -> list[Markup]:
    parts: list[Markup] = []
    for hour_ns, value in zip(heat.hours_ns, heat.values[row], strict=True):
        if value is None:
            continue
        mos, n, poor = value
        x, width = across(hour_ns), across(hour_ns + step_ns) - across(hour_ns)
        tip = word(
            "chart.heat_tip", member=member, hour=times.hour(hour_ns),
            mos=numbers.mos(mos, n), poor=numbers.exact(poor), n=numbers.exact(n),
        )  # fmt: skip
        kind = f"fill-{level_of(mos).name}"
        parts.append(box(x + 0.25, y + 1, width - 0.5, ROW - 2, kind=kind, tip=tip))
        if mos < poor_below:
            middle = x + width / 2
            parts.append(line(middle, y + 5, middle, y + ROW - 5, kind="stroke"))
    return parts


def _times(across: Scale, first: int, last: int, times: Times, *, height: float) -> list[Markup]:
    parts: list[Markup] = []
    free_from = 0.0
    marks = time_marks(first, last, times.zone, most=8)
    has_day = any(is_midnight for _, is_midnight in marks)
    for i, (ns, _) in enumerate(marks):
        x = across(ns)
        said = times.mark(ns, of_ns=last - first, is_alone=i == 0 and not has_day)
        parts.append(line(x, height - BOTTOM, x, height - BOTTOM + 5, kind="axis"))
        if x >= free_from and x < WIDTH - 30:
            parts.append(text(x, height - 8, said))
            free_from = x + 8 + LETTER * len(said)
    parts.append(
        element(
            "path", d=f"M{across.start:.1f} {height - BOTTOM:.1f}H{across.end:.1f}", class_="axis"
        )
    )
    return parts
