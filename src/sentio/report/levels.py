"""Five steps of MOS, each with a name, a colour class and a shape: never colour alone."""

from __future__ import annotations

from dataclasses import dataclass

Shape = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A step of the scale, from ``low`` MOS up."""

    name: str
    low: float
    shape: Shape


LEVELS = (
    Level(name="very_good", low=4.0, shape="dot"),
    Level(name="good", low=3.5, shape="dot"),
    Level(name="fair", low=3.0, shape="dot"),
    Level(name="poor", low=2.0, shape="diamond"),
    Level(name="bad", low=1.0, shape="triangle"),
)
"""From the best down; 3.0 is where most services call a use poor."""


def level_of(mos: float) -> Level:
    """Find the step that a MOS lies on."""
    return next((level for level in LEVELS if mos >= level.low), LEVELS[-1])
