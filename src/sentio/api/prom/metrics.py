"""The metrics that can be asked for: totals of the cube, and every indicator of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sentio.model.domain import DOMAINS
from sentio.model.indicator import indicators
from sentio.store.cube import SCALE

PREFIX = "sentio_"
LABELS = ("service", "dimension", "member", "domain")

Kind = Literal["counter", "gauge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    Attributes
    ----------
    total
        The total of the cube that it counts, or whose quotient it is; empty for an indicator.
    over
        The total that the other one is divided by; empty where it is a count.
    scale
        What the count or quotient is divided by.
    indicator
        The indicator whose mean it is; empty for a metric of the cube.
    labels
        Labels that all of its series have.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    total: str = ""
    over: str = ""
    scale: float = 1.0
    indicator: str = ""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def totals(self) -> tuple[str, ...]:
        """Name what it needs of the cube."""
        return tuple(each for each in (self.total, self.over) if each)


def _counter(name: str, total: str, meaning: str, scale: float = 1.0, **labels: str) -> Metric:
    return Metric(
        name=PREFIX + name, kind="counter", meaning=meaning, total=total, scale=scale, labels=labels
    )


def _quotient(name: str, total: str, meaning: str, unit: str, scale: float = 1.0) -> Metric:
    return Metric(
        name=PREFIX + name,
        kind="gauge",
        meaning=meaning,
        unit=unit,
        total=total,
        over="n",
        scale=scale,
    )


OF_THE_CUBE = (
    _counter("uses_total", "n", "Uses with a score."),
    _counter("poor_uses_total", "poor", "Uses whose MOS lies below what the service calls poor."),
    _counter("unscored_uses_total", "unscored", "Uses without a score, for want of an input."),
    _counter(
        "grounded_uses_total", "grounded", "Uses scored by a published model with all inputs."
    ),
    _counter("mos_sum", "mos_sum_e4", "MOS of all uses, added up.", SCALE),
    _counter("confidence_sum", "confidence_sum_e4", "Confidence of all scores, added up.", SCALE),
    *(
        _counter(
            "mos_loss_sum",
            f"loss_{domain}_e4",
            "MOS that a domain cost all uses, added up.",
            SCALE,
            domain=str(domain),
        )
        for domain in DOMAINS
    ),
    _quotient("mos", "mos_sum_e4", "Mean MOS of the uses of a minute.", "MOS", SCALE),
    _quotient("poor_share", "poor", "Share of the uses of a minute that were poor.", "ratio"),
    _quotient(
        "grounded_share",
        "grounded",
        "Share of the uses of a minute scored with all inputs.",
        "ratio",
    ),
    _quotient(
        "confidence",
        "confidence_sum_e4",
        "Mean confidence of the scores of a minute, unscored uses counted as 0.",
        "ratio",
        SCALE,
    ),
)


def _of_indicators() -> list[Metric]:
    return [
        Metric(
            name=PREFIX + each.name,
            kind="gauge",
            meaning=f"Mean over the uses of a minute that tell it: {each.meaning}.",
            unit=each.unit,
            indicator=each.name,
        )
        for each in indicators().values()
        if each.shape == "number"
    ]


METRICS: tuple[Metric, ...] = (*OF_THE_CUBE, *_of_indicators())
"""All of them; `sentio_mos_loss_sum` is there once for each domain."""
