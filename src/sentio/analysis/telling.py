"""Telling what a search found: values, shares, and probabilities that may be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np

from sentio.analysis.evidence import Evidence
from sentio.analysis.localiser import Attribute, Cause
from sentio.analysis.scan import Found, Mask


class Teller:
    """Puts what was found into words, with probabilities."""

    def __init__(
        self,
        attributes: Sequence[Attribute],
        evidence: Evidence,
        ranking: Sequence[Found],
        *,
        misfit: float,
    ) -> None:
        self._attributes = attributes
        self._evidence = evidence
        self._whole = float(evidence.excess.sum())
        self._temper = max(1.0, misfit * ranking[0].net)
        self._rivals = [(each.net, each.cells) for each in ranking]

    def cause(self, found: Found) -> Cause:
        """Put one group into words."""
        cells = found.cells
        values = tuple(self._value(axis, cells) for axis in found.cuboid.axes)
        others = [i for i in range(len(self._attributes)) if i not in found.cuboid.axes]
        excess = float(self._evidence.excess[cells].sum())
        base = float(self._evidence.base[cells].sum())
        return Cause(
            values=values,
            implied=tuple(self._value(axis, cells) for axis in others if self._is_one(axis, cells)),
            gain=found.net,
            share=max(excess, 0.0) / max(excess, self._whole, 1e-12),
            effect=self._evidence.calm_effect + excess / max(base, 1e-12),
            probability=self._probability(found.net, cells),
        )

    def _probability(self, net: float, cells: Mask) -> float:
        """Weigh a cause against chance and those alternatives that share cells with it."""
        rivals = [rival for rival, theirs in self._rivals if bool((theirs & cells).any())]
        best = max([net, *rivals])
        field = rivals if net in rivals else [net, *rivals]
        among = [exp((each - best) / self._temper) for each in field]
        own = exp((net - best) / self._temper) / sum(among)
        return own / (1.0 + exp(-min(net, 500.0)))

    def _value(self, axis: int, cells: Mask) -> tuple[str, str]:
        attribute = self._attributes[axis]
        return attribute.name, attribute.values[int(attribute.codes[np.argmax(cells)])]

    def _is_one(self, axis: int, cells: Mask) -> bool:
        codes = self._attributes[axis].codes
        inside = codes[cells]
        return bool((inside == inside[0]).all()) and bool(codes.min() != codes.max())
