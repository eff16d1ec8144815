"""Localiser of a mean, such as the MOS lost per use, by the likelihood of each cell's loss.

The loss of a cell without cause is normal around its expectation. In a cause of strength d every
use loses d more, and as a fault rarely hits all alike, the cells of a cause differ by half of that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.analysis.evidence import Evidence
from sentio.analysis.localiser import Cells, FloatArray, Localisation, MeanMeasure, MeasureKind
from sentio.analysis.search import Rules, search

STRENGTHS = (0.1, 0.2, 0.3, 0.5, 0.8, 1.3, 2.1, 3.4)  # loss a use, in units of the measure
UNLIKENESS = 0.5  # of the cells of a cause, as in the localiser of ratios
MOST_GAIN = 40.0  # nats that one cell may prove
RULES = Rules(max_order=3, beam=4, max_causes=3, further_share=0.45, misfit=0.03)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanLocaliser:
    """Finds where uses lose more than expected."""

    name: str = "mean"
    handles: frozenset[MeasureKind] = frozenset({"mean"})
    rules: Rules = RULES

    def localise(self, cells: Cells) -> Localisation:
        """Find the causes of more loss than expected."""
        measure = cells.measure
        if not isinstance(measure, MeanMeasure):
            raise TypeError(f"a {cells.kind} measure is not a mean")
        excess = measure.loss - measure.expected
        variance = np.maximum(measure.variance, 1e-9)
        calm = _log_density(excess, variance)
        columns = [
            _log_density(excess - more, variance + (UNLIKENESS * more) ** 2) - calm
            for more in (strength * measure.total for strength in STRENGTHS)
        ]
        evidence = Evidence(
            table=np.minimum(np.stack(columns, axis=1), MOST_GAIN).astype(np.float32),
            excess=excess,
            base=measure.total,
        )
        return search(cells.attributes, evidence, self.rules)


def _log_density(off: FloatArray, variance: FloatArray) -> FloatArray:
    return -0.5 * (off * off / variance + np.log(variance))


LOCALISER = MeanLocaliser()
