"""Histograms: uses by MOS, and subjects by their index."""

from __future__ import annotations

from markupsafe import Markup

from sentio.report import numbers
from sentio.report.charts.axis import Scale, round_steps
from sentio.report.charts.svg import box, drawing, line, text
from sentio.report.levels import level_of
from sentio.report.words import word

WIDTH, HEIGHT = 520.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 8.0, 30.0, 30.0


def mos_histogram(bins: tuple[int, ...], *, poor_below: float, median: float | None) -> Markup:
    """Draw the uses by MOS, with the limit of a poor use and the median."""
    across = Scale(1.0, 5.0, LEFT, WIDTH - RIGHT)
    parts = _bars(
        bins,
        across,
        kinds=[f"fill-{level_of(1.0 + i / 10 + 0.05).name}" for i in range(len(bins))],
        tip="chart.bin_tip",
        unit="chart.uses",
    )
    parts += [text(across(mos), HEIGHT - 12, f"{mos}", anchor="middle") for mos in range(1, 6)]
    parts.append(text(LEFT - 10, HEIGHT - 12, word("chart.mos"), anchor="end"))
    parts += [
        line(across(poor_below), TOP - 6, across(poor_below), HEIGHT - BOTTOM, kind="limit"),
        text(
            across(poor_below) - 4,
            TOP + 2,
            f"◂ {word('chart.poor_side')}",
            anchor="end",
            kind="note",
        ),
    ]
    if median is not None:
        parts.append(_mark(across(median), f"½ {median:.1f}"))
    label = word("chart.histogram_label", n=sum(bins), median=numbers.mos(median, sum(bins)))
    return drawing(parts, width=WIDTH, height=HEIGHT, label=label)


def index_histogram(bins: tuple[int, ...], *, median: float) -> Markup:
    """Draw the subjects by their experience index, from 0 to 100."""
    across = Scale(0.0, 100.0, LEFT, WIDTH - RIGHT)
    middles = [(i + 0.5) * 100 / len(bins) for i in range(len(bins))]
    parts = _bars(
        bins,
        across,
        kinds=[f"fill-{level_of(1.0 + middle / 25).name}" for middle in middles],
        tip="chart.index_tip",
        unit="tile.subjects",
    )
    parts += [text(across(at), HEIGHT - 12, f"{at}", anchor="middle") for at in range(0, 101, 20)]
    parts.append(_mark(across(median), f"½ {median:.0f}"))
    label = word("chart.index_label", median=f"{median:.0f}")
    return drawing(parts, width=WIDTH, height=HEIGHT, label=label)


def _bars(
    bins: tuple[int, ...], across: Scale, *, kinds: list[str], tip: str, unit: str
) -> list[Markup]:
    ticks = round_steps(max(bins))
    up = Scale(0.0, ticks[-1], HEIGHT - BOTTOM, TOP)
    step = (across.high - across.low) / len(bins)
    parts = [line(LEFT, up(tick), WIDTH - RIGHT, up(tick)) for tick in ticks]
    parts += [text(LEFT - 6, up(tick) + 4, _short(tick, ticks[-1]), anchor="end") for tick in ticks]
    parts.append(text(LEFT - 6, TOP - 16, word(unit), anchor="end"))
    for i, n in enumerate(bins):
        low = across.low + i * step
        said = word(
            tip, low=f"{low:.3g}", high=f"{low + step:.3g}", n=numbers.exact(n),
            share=numbers.share(n, sum(bins)),
        )  # fmt: skip
        if n:
            top = min(up(n), HEIGHT - BOTTOM - 1)
            parts.append(
                box(
                    across(low) + 0.5,
                    top,
                    across(low + step) - across(low) - 1,
                    HEIGHT - BOTTOM - top,
                    kind=kinds[i],
                    tip=said,
                )
            )
    return parts


def _mark(x: float, said: str) -> Markup:
    return Markup("").join(
        [
            line(x, TOP + 6, x, HEIGHT - BOTTOM, kind="median"),
            text(min(x + 4, WIDTH - 40), TOP + 2, said, kind="note strong"),
        ]
    )


def _short(n: float, most: float) -> str:
    """Write a value of an axis in the unit of its largest."""
    for unit, word_ in ((1e6, " M"), (1e3, " k")):
        if most >= 10 * unit and n:
            return f"{n / unit:g}{word_}"
    return f"{n:g}"
