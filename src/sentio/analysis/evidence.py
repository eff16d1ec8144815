"""What a localiser hands to the search: how each cell speaks for a cause, how much it is off."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.analysis.localiser import FloatArray
from sentio.analysis.scan import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a localiser knows of each cell.

    Attributes
    ----------
    table
        float32, shape (cells, strengths): nats gained if the cell belongs to a cause so strong.
    excess
        How much worse each cell is than expected, in units of the measure, shape (cells,).
    base, calm_effect
        The effect of a cause is ``calm_effect`` and the excess of its cells over their base, which
        has shape (cells,).
    """

    table: Table
    excess: FloatArray
    base: FloatArray
    calm_effect: float = 0.0
