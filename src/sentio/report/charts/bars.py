"""Horizontal bars: what each domain cost, in MOS a use, with its share in words beside it."""

from __future__ import annotations

from markupsafe import Markup

from sentio.report import numbers
from sentio.report.charts.axis import Scale
from sentio.report.charts.svg import box, drawing, text
from sentio.report.page import Loss
from sentio.report.words import named, word

WIDTH = 520.0
ROW, TOP, LEFT, RIGHT = 30.0, 8.0, 104.0, 118.0


def driver_bars(losses: tuple[Loss, ...]) -> Markup:
    """Draw the losses, largest first."""
    across = Scale(0.0, losses[0].mos_per_use, LEFT, WIDTH - RIGHT)
    parts: list[Markup] = []
    for row, loss in enumerate(losses):
        y = TOP + ROW * row
        domain = named("domain", loss.domain)
        tip = word(
            "chart.driver_tip",
            domain=domain,
            loss=numbers.loss(loss.mos_per_use),
            share=numbers.whole(loss.share),
        )
        end = max(across(loss.mos_per_use), LEFT + 1.5)
        parts += [
            text(LEFT - 10, y + 19, domain, anchor="end", kind="label"),
            box(
                LEFT,
                y + 5,
                end - LEFT,
                ROW - 10,
                kind=f"bar {'first' if not row else ''}".strip(),
                tip=tip,
            ),
            text(end + 8, y + 19, f"−{numbers.loss(loss.mos_per_use)}", kind="label strong"),
            text(end + 62, y + 19, numbers.whole(loss.share), kind="label"),
        ]
    label = word("chart.drivers_label", domain=named("domain", losses[0].domain))
    return drawing(parts, width=WIDTH, height=TOP * 2 + ROW * len(losses), label=label)
