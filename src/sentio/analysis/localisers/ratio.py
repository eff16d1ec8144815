"""Localiser of a ratio, bad of all, by the likelihood of each cell's count.

A cell without cause has a count of negative binomial law around its expectation, nearly Poisson. In
a cause of strength m, the expectation is m times as high, and the cells may differ much more: a
fault rarely hits all alike. So the cells that a cause leaves out count against it as long as they
are worse than expected, and those that it takes in as long as they are not. The scan
statistics of M. Kulldorff (1997) compare a group as a whole with all others, and are blind to that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from sentio.analysis.evidence import Evidence
from sentio.analysis.expectation import expected_bad
from sentio.analysis.localiser import Cells, FloatArray, Localisation, MeasureKind, RatioMeasure
from sentio.analysis.search import Rules, search

STRENGTHS = (1.5, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0)  # a Fibonacci ladder: 1.6 from step to step
CALM_SHAPE = 30.0  # a cell's ratio wanders by 1/sqrt(30) = 18 %; tuned, benchmarks/localise.py
CAUSE_SHAPES = (
    4.0,
    30.0,
)  # cells of a cause differ by 50 %, or as little as others; tuned, the same
RULES = Rules(  # tuned, the same
    max_order=3, beam=4, max_causes=3, further_share=0.45, misfit=0.03
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioLocaliser:
    """Finds where bad uses are more than the past foretells."""

    name: str = "ratio"
    handles: frozenset[MeasureKind] = frozenset({"ratio"})
    rules: Rules = RULES

    def localise(self, cells: Cells) -> Localisation:
        """Find the causes of more bad uses than expected."""
        measure = cells.measure
        if not isinstance(measure, RatioMeasure):
            raise TypeError(f"a {cells.kind} measure is not a ratio")
        expected = np.maximum(expected_bad(cells.attributes, measure), 1e-6)
        return search(cells.attributes, _evidence(measure.bad, expected), self.rules)


def _evidence(bad: FloatArray, expected: FloatArray) -> Evidence:
    calm = _log_law(bad, expected, CALM_SHAPE)
    columns = [
        _log_law(bad, strength * expected, shape) - calm
        for strength in STRENGTHS
        for shape in CAUSE_SHAPES
    ]
    return Evidence(
        table=np.stack(columns, axis=1).astype(np.float32),
        excess=bad - expected,
        base=expected,
        calm_effect=1.0,
    )


def _log_law(count: FloatArray, mean: FloatArray, shape: float) -> FloatArray:
    """Logarithm of the negative binomial law, but for the term of the count alone."""
    spread = gammaln(count + shape) - gammaln(shape)
    return spread + shape * np.log(shape / (shape + mean)) + count * np.log(mean / (shape + mean))


LOCALISER = RatioLocaliser()
