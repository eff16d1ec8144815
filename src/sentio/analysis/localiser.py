"""The contract of a localiser: from cells with a decline to the attributes that explain it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sentio.kernel.register import Register

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int32]
MeasureKind = Literal["ratio", "sum", "mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute of all cells.

    Attributes
    ----------
    codes
        int32, shape (cells,); each is a place in ``values``.
    """

    name: str
    values: tuple[str, ...]
    codes: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioMeasure:
    """So many bad of so many, such as poor uses of all uses; more is worse.

    Attributes
    ----------
    bad, total
        Counts of each cell now, shape (cells,).
    past_bad, past_total
        Counts of each cell in earlier ticks of the same length, oldest first, shape (ticks, cells).
    """

    bad: FloatArray
    total: FloatArray
    past_bad: FloatArray
    past_total: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SumMeasure:
    """An amount that adds up over cells, beside its forecast; both not negative, shape (cells,).

    It declines in the direction in which the whole leaves its forecast.
    """

    observed: FloatArray
    expected: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanMeasure:
    """A loss per use, such as MOS points lost, beside what is expected; more is worse.

    Attributes
    ----------
    total
        Uses of each cell, shape (cells,).
    loss, expected
        Loss summed over the uses of each cell, and what it would be if nothing were wrong.
    variance
        Of that sum, if nothing were wrong: of one use, times uses, and what the expectation lacks.
    """

    total: FloatArray
    loss: FloatArray
    expected: FloatArray
    variance: FloatArray


Measure = RatioMeasure | SumMeasure | MeanMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Distinct attribute combinations, one cell each, as columns, with one measure."""

    attributes: tuple[Attribute, ...]
    measure: Measure

    @property
    def kind(self) -> MeasureKind:
        """Tell what is measured."""
        if isinstance(self.measure, RatioMeasure):
            return "ratio"
        return "sum" if isinstance(self.measure, SumMeasure) else "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One combination of attribute values, and what speaks for it.

    Attributes
    ----------
    values
        Attribute and value, in the order of the attributes; the fewest that name these cells.
    implied
        What all its cells have in common besides: the data cannot tell it from ``values``.
    gain
        Log-likelihood gained over *nothing is wrong here* (nats), the price of the search paid.
    share
        Part of the whole excess that lies in its cells, [0, 1]; 1 also where all others got better.
    effect
        How strong in its cells: bad for one expected (ratio), share lost (sum), loss a use (mean).
    probability
        That it is right, against the alternatives and against chance, [0, 1].
    """

    values: tuple[tuple[str, str], ...]
    implied: tuple[tuple[str, str], ...] = ()
    gain: float
    share: float
    effect: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Localisation:
    """What explains the decline.

    Attributes
    ----------
    causes
        Smallest set that explains it, strongest first; empty if no combination beats chance.
    ranking
        The best single combinations, best first, whether they beat chance or not.
    chance
        Upper bound of the probability that chance alone gives so good a best combination, [0, 1].
    """

    causes: tuple[Cause, ...]
    ranking: tuple[Cause, ...]
    chance: float


class Localiser(Protocol):
    """Finds the attribute combinations that explain a decline.

    Pure: the same cells give the same answer. The order of cells and of attributes, and the codes
    that stand for values, do not matter.
    """

    @property
    def name(self) -> str:
        """The name people type."""
        ...

    @property
    def handles(self) -> frozenset[MeasureKind]:
        """The kinds of measure that it understands."""
        ...

    def localise(self, cells: Cells) -> Localisation:
        """Find the causes; no cells, or no decline, have none."""
        ...


LOCALISERS: Register[Localiser] = Register(
    "localiser", constant="LOCALISER", package="sentio.analysis.localisers"
)
"""All localisers, by name."""
