"""What adds up along a path: delays and lost MOS as they are, losses and outages as logarithms."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sentio.model.intent import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A target that a path shares out among its domains.

    ``add`` turns a value into what adds up, ``back`` turns a sum into a value. ``most`` and
    ``least`` bound what can be asked for at all.
    """

    name: str
    unit: str
    condition: Condition
    add: Callable[[float], float]
    back: Callable[[float], float]
    least: float
    most: float


QUANTITIES: Mapping[str, Quantity] = {
    each.name: each
    for each in (
        Quantity(
            name="lost_mos",
            unit="MOS",
            condition="at_most",
            add=lambda value: value,
            back=lambda total: total,
            least=0.0,
            most=4.0,
        ),
        Quantity(
            name="delay_ms",
            unit="ms",
            condition="at_most",
            add=lambda value: value,
            back=lambda total: total,
            least=0.0,
            most=60_000.0,
        ),
        Quantity(
            name="loss_ratio",  # of independent parts: 1 - prod (1 - loss)
            unit="ratio",
            condition="at_most",
            add=lambda value: -math.log1p(-min(value, 0.999_999)),
            back=lambda total: -math.expm1(-total),
            least=0.0,
            most=0.999,
        ),
        Quantity(
            name="availability_ratio",  # of parts in a row: their product
            unit="ratio",
            condition="at_least",
            add=lambda value: -math.log(max(value, 1e-6)),
            back=lambda total: math.exp(-total),
            least=0.001,
            most=1.0,
        ),
    )
}


def share_out(
    whole: float, floors: Mapping[str, float], weights: Mapping[str, float]
) -> dict[str, float] | None:
    """Share a sum out: to each its floor, the rest by weight; None where the floors are too much.

    Examples
    --------
    >>> share_out(20.0, {"ran": 6.0, "core": 2.0}, {"ran": 9.0, "core": 3.0})
    {'ran': 15.0, 'core': 5.0}
    >>> share_out(7.0, {"ran": 6.0, "core": 2.0}, {"ran": 9.0, "core": 3.0}) is None
    True
    """
    rest = whole - sum(floors.values())
    if rest < 0.0:
        return None
    heaviest = max((weights.get(name, 0.0) for name in floors), default=0.0)
    part = {name: weights.get(name, 0.0) / heaviest if heaviest else 1.0 for name in floors}
    total = sum(part.values())
    return {name: floor + rest * part[name] / total for name, floor in floors.items()}
