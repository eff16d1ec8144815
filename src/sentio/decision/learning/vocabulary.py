"""Fixed words for circumstances, and the numbers that stand for them in a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sentio.kernel.arrays import FloatArray

FARTHEST = 4.0  # spreads from the centre that a number may lie, so that no outlier rules a model
Column = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """About where a number lies, and how far it usually strays."""

    centre: float = 0.0
    spread: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The names that a model knows.

    ``cycles`` are numbers that come round, with their period. ``crossed`` are pairs of names whose
    combination says more than both. ``scale`` is the number that effects are proportional to, and
    is learned as shares of; without it they are learned as they are. What is missing stands at its
    centre; an unknown category is none of the known ones.
    """

    numbers: Mapping[str, Range] = field(default_factory=dict[str, Range])
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    cycles: Mapping[str, float] = field(default_factory=dict[str, float])
    crossed: tuple[tuple[str, str], ...] = ()
    scale: str = ""

    @property
    def groups(self) -> tuple[tuple[str, int], ...]:
        """Each name with how many columns stand for it, in the order of `design`."""
        width = {
            **dict.fromkeys(self.numbers, 1),
            **{name: len(values) for name, values in self.categories.items()},
            **dict.fromkeys(self.cycles, 2),
        }
        both = [(f"{one} x {other}", width[one] * width[other]) for one, other in self.crossed]
        return (("", 1), *width.items(), *both)

    def design(self, columns: Mapping[str, Column]) -> FloatArray:
        """Give what stands for each row: a constant 1, then `groups`; shape (rows, columns).

        ``columns`` are arrays by name, shape (rows,) each; at least one must be there.
        """
        rows = len(next(iter(columns.values())))
        parts: dict[str, FloatArray] = {"": np.ones((rows, 1))}
        for name, usual in self.numbers.items():
            parts[name] = _number(columns.get(name), usual, rows)
        for name, values in self.categories.items():
            column = columns.get(name, np.full(rows, ""))
            parts[name] = (column[:, None] == np.array(values)[None, :]).astype(np.float64)
        for name, period in self.cycles.items():
            parts[name] = _cycle(columns.get(name), period, rows)
        for one, other in self.crossed:
            pair = parts[one][:, :, None] * parts[other][:, None, :]
            parts[f"{one} x {other}"] = pair.reshape(rows, -1)
        return np.concatenate(list(parts.values()), axis=1)

    def scales(self, columns: Mapping[str, Column]) -> FloatArray:
        """Give what the effect of each row is a share of; shape (rows,)."""
        rows = len(next(iter(columns.values())))
        if not self.scale:
            return np.ones(rows)
        return np.asarray(columns[self.scale], dtype=np.float64)


def _number(column: Column | None, usual: Range, rows: int) -> FloatArray:
    if column is None:
        return np.zeros((rows, 1))
    off = (np.asarray(column, dtype=np.float64) - usual.centre) / usual.spread
    return np.clip(np.nan_to_num(off), -FARTHEST, FARTHEST)[:, None]


def _cycle(column: Column | None, period: float, rows: int) -> FloatArray:
    if column is None:
        return np.zeros((rows, 2))
    angle = 2.0 * np.pi * np.asarray(column, dtype=np.float64) / period
    return np.nan_to_num(np.stack([np.cos(angle), np.sin(angle)], axis=1))
