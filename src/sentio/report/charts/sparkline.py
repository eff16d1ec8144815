"""A line the size of a word: mean MOS over time."""

from __future__ import annotations

from markupsafe import Markup

from sentio.report.charts.axis import Scale
from sentio.report.charts.svg import drawing, element, line, path
from sentio.report.page import Course
from sentio.report.words import word

WIDTH, HEIGHT = 150.0, 36.0
LEAST_SPREAD = 0.5  # MOS: a smaller change must not look like a drama


def sparkline(course: tuple[Course, ...], *, poor_below: float) -> Markup:
    """Draw the mean of each step; the dashed line is the limit of a poor use, where in sight."""
    steps = [(step.hour_ns, step.mos_mean) for step in course if step.mos_mean is not None]
    if not steps:
        return Markup("")
    low, high = min(mos for _, mos in steps), max(mos for _, mos in steps)
    middle = (low + high) / 2
    half = max(high - low, LEAST_SPREAD) / 2
    across = Scale(steps[0][0], steps[-1][0], 3, WIDTH - 5)
    up = Scale(middle - half, middle + half, HEIGHT - 4, 4)
    parts: list[Markup] = []
    if middle - half <= poor_below <= middle + half:
        parts.append(line(0, up(poor_below), WIDTH, up(poor_below), kind="limit"))
    parts.append(path([(across(ns), up(mos)) for ns, mos in steps], kind="mean thin"))
    last_ns, last_mos = steps[-1]
    parts.append(element("circle", cx=across(last_ns), cy=up(last_mos), r=2.5, class_="mean-dot"))
    return drawing(parts, width=WIDTH, height=HEIGHT, label=word("chart.spark_label"))
