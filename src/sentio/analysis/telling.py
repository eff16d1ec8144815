"""Telling what a search found: values, shares, and probabilities that may be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np

from sentio.analysis.localiser import Attribute, Cause, FloatArray
from sentio.analysis.scan import Found, Mask


class Teller:
    """Puts what was found into words, with probabilities."""

    def __init__(
        self,
        attributes: Sequence[Attribute],
        ranking: Sequence[Found],
        *,
        strengths: FloatArray,
        excess: FloatArray,
        misfit: float,
    ) -> None:
        self._attributes = attributes
        self._strengths, self._excess = strengths, excess
        self._whole = float(excess.sum())
        best = ranking[0].net
        self._temper = max(1.0, misfit * best)
        self._all = sum(exp((each.net - best) / self._temper) for each in ranking)
        self._best = best

    def cause(self, found: Found) -> Cause:
        """Put one group into words."""
        cells = found.cells
        values = tuple(self._value(axis, cells) for axis in found.cuboid.axes)
        others = [i for i in range(len(self._attributes)) if i not in found.cuboid.axes]
        excess = float(self._excess[cells].sum())
        return Cause(
            values=values,
            implied=tuple(self._value(axis, cells) for axis in others if self._is_one(axis, cells)),
            gain=found.net,
            share=max(excess, 0.0) / max(excess, self._whole, 1e-12),
            effect=float(self._strengths[found.strength]),
            probability=self._probability(found),
        )

    def _probability(self, found: Found) -> float:
        among = exp(min(0.0, found.net - self._best) / self._temper) / self._all
        return among / (1.0 + exp(-min(found.net, 500.0)))

    def _value(self, axis: int, cells: Mask) -> tuple[str, str]:
        attribute = self._attributes[axis]
        return attribute.name, attribute.values[int(attribute.codes[np.argmax(cells)])]

    def _is_one(self, axis: int, cells: Mask) -> bool:
        codes = self._attributes[axis].codes
        inside = codes[cells]
        return bool((inside == inside[0]).all()) and bool(codes.min() != codes.max())
