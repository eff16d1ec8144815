"""A service over time: mean MOS, the band of eight uses in ten, and the number of uses below."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from sentio.report import numbers
from sentio.report.charts.axis import Scale, time_marks
from sentio.report.charts.svg import box, drawing, element, line, path, text
from sentio.report.page import Course
from sentio.report.times import Times
from sentio.report.words import word
from sentio.store.cube import HOUR_NS

WIDTH, HEIGHT = 740.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 8.0, 14.0, 30.0
USES_HEIGHT = 34.0


def course_chart(
    course: tuple[Course, ...], *, step_hours: int, poor_below: float, times: Times
) -> Markup:
    """Draw the steps in order of time; a step without uses breaks the line."""
    step_ns = step_hours * HOUR_NS
    first, last = course[0].hour_ns, course[-1].hour_ns + step_ns
    across = Scale(first, last, LEFT, WIDTH - RIGHT)
    up = Scale(1.0, 5.0, HEIGHT - BOTTOM - USES_HEIGHT - 8, TOP)
    parts = [*_frame(up), *_times(across, first, last, times)]
    parts.append(line(LEFT, up(poor_below), WIDTH - RIGHT, up(poor_below), kind="limit"))
    for run in _runs(course, step_ns):
        parts += _run(run, lambda step: across(step.hour_ns + step_ns / 2), up)
    parts += _uses(course, across, step_ns)
    parts += _tips(course, across, step_ns, times)
    label = word("chart.course_label", low=times.hour(first), high=times.hour(last))
    return drawing(parts, width=WIDTH, height=HEIGHT, label=label)


def _frame(up: Scale) -> list[Markup]:
    parts = [line(LEFT, up(mos), WIDTH - RIGHT, up(mos)) for mos in range(1, 6)]
    parts += [text(LEFT - 8, up(mos) + 4, f"{mos}", anchor="end") for mos in range(1, 6)]
    parts.append(
        text(LEFT - 8, HEIGHT - BOTTOM - 2, word("chart.uses"), anchor="end", kind="tick small")
    )
    return parts


def _times(across: Scale, first: int, last: int, times: Times) -> list[Markup]:
    parts: list[Markup] = []
    free_from = 0.0
    marks = time_marks(first, last, times.zone, most=9)
    has_day = any(is_midnight for _, is_midnight in marks)
    for i, (ns, is_midnight) in enumerate(marks):
        x = across(ns)
        said = times.mark(ns, of_ns=last - first, is_alone=i == 0 and not has_day)
        parts.append(
            line(x, TOP, x, HEIGHT - BOTTOM + 4, kind="grid day" if is_midnight else "grid")
        )
        if x >= free_from and x < WIDTH - 30:
            parts.append(text(x + 2, HEIGHT - 12, said))
            free_from = x + 8 + 6.4 * len(said)
    return parts


def _runs(course: tuple[Course, ...], step_ns: int) -> list[list[Course]]:
    """Cut the course where a step is missing."""
    runs: list[list[Course]] = []
    for step in course:
        if step.mos_mean is None:
            continue
        if runs and step.hour_ns - runs[-1][-1].hour_ns == step_ns:
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs


def _run(run: list[Course], x_of: Callable[[Course], float], up: Scale) -> list[Markup]:
    high = [(x_of(step), up(step.mos_p90 or 5.0)) for step in run]
    low = [(x_of(step), up(step.mos_p10 or 1.0)) for step in run]
    mean = [(x_of(step), up(step.mos_mean or 1.0)) for step in run]
    if len(run) == 1:
        x, y = mean[0]
        return [
            line(x, high[0][1], x, low[0][1], kind="band-line"),
            element("circle", cx=x, cy=y, r=2.5, class_="mean-dot"),
        ]
    around = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*high, *reversed(low)])
    return [element("polygon", points=around, class_="band"), path(mean, kind="mean")]


def _uses(course: tuple[Course, ...], across: Scale, step_ns: int) -> list[Markup]:
    most = max((step.n for step in course), default=0)
    up = Scale(0, most, HEIGHT - BOTTOM, HEIGHT - BOTTOM - USES_HEIGHT)
    gap = 0.6 if len(course) > 60 else 1.5  # noqa: PLR2004  (so narrow bars still stand apart)
    return [
        box(
            across(step.hour_ns) + gap / 2,
            min(up(step.n), HEIGHT - BOTTOM - 1),
            across(step.hour_ns + step_ns) - across(step.hour_ns) - gap,
            HEIGHT - BOTTOM - min(up(step.n), HEIGHT - BOTTOM - 1),
            kind="uses",
        )
        for step in course
        if step.n
    ]


def _tips(course: tuple[Course, ...], across: Scale, step_ns: int, times: Times) -> list[Markup]:
    return [
        box(
            across(step.hour_ns),
            TOP,
            across(step.hour_ns + step_ns) - across(step.hour_ns),
            HEIGHT - BOTTOM - TOP,
            kind="hover",
            tip=word(
                "chart.course_tip",
                hour=times.hour(step.hour_ns),
                mos=numbers.mos(step.mos_mean, step.n),
                low=numbers.mos(step.mos_p10, 1),
                high=numbers.mos(step.mos_p90, 1),
                poor=numbers.exact(step.poor),
                n=numbers.exact(step.n),
            ),
        )
        for step in course
    ]
