"""A log of decisions, as columns: circumstances, action, its probability, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Decisions of a policy that wrote down with what probability it took each.

    ``x`` are the circumstances as numbers, shape (rows, columns), the first a constant 1 (as
    `Vocabulary.design` gives them); ``action`` counts from 0 and names one of ``actions``;
    ``propensity`` is that of the action taken, ``reward`` what came of it; shape (rows,) each.
    ``groups`` are the widths of the groups of columns that belong together, the constant first.
    """

    x: FloatArray
    action: IntArray
    propensity: FloatArray
    reward: FloatArray
    actions: tuple[str, ...]
    groups: tuple[int, ...] = ()

    def __len__(self) -> int:
        """Count the decisions."""
        return len(self.action)

    @property
    def times(self) -> IntArray:
        """How often each action was taken, shape (actions,)."""
        return np.bincount(self.action, minlength=len(self.actions))

    def of(self, rows: IntArray | Sequence[int]) -> Log:
        """Give some of the decisions, also several times."""
        return Log(
            x=self.x[rows],
            action=self.action[rows],
            propensity=self.propensity[rows],
            reward=self.reward[rows],
            actions=self.actions,
            groups=self.groups,
        )

    def taken(self, table: FloatArray) -> FloatArray:
        """Pick what a table (rows, actions) says of the actions taken, shape (rows,)."""
        return table[np.arange(len(self)), self.action]
