"""Which element depends on which, and how much of a loss below reaches an element above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyGraph:
    """Elements, each with the elements that it calls or leans on; cycles are allowed."""

    elements: tuple[str, ...]
    depends_on: Mapping[str, tuple[str, ...]]

    def index(self, element: str) -> int:
        """Find the column of an element; raises ValueError when it is not in the graph."""
        return self.elements.index(element)


def carried(graph: DependencyGraph, uses: Floats) -> Floats:
    """Tell which part of a loss in one element falls on each element that uses it directly.

    An element used from several sides is taken to serve them in proportion to their own uses.
    Wrong where one caller uses it far more per use than another.

    Parameters
    ----------
    uses
        Mean uses of each element, shape (elements,).

    Returns
    -------
    part
        Shape (elements above, elements below), each column adds up to 1 or to 0.

    Examples
    --------
    >>> two = DependencyGraph(
    ...     elements=("shop", "kiosk", "store"),
    ...     depends_on={"shop": ("store",), "kiosk": ("store",)},
    ... )
    >>> carried(two, np.array([30.0, 10.0, 40.0]))[:, 2].tolist()
    [0.75, 0.25, 0.0]
    """
    count = len(graph.elements)
    part = np.zeros((count, count))
    at = {element: i for i, element in enumerate(graph.elements)}
    for above, below in graph.depends_on.items():
        for each in below:
            part[at[above], at[each]] = max(uses[at[above]], 1e-3)  # a caller never seen: little
    return part / np.maximum(part.sum(axis=0), 1e-12)


def passed_on(part: Floats) -> Floats:
    """Follow `carried` over all paths: 1 on the diagonal, 0 where no path is, never above 1."""
    itself = np.eye(len(part))
    share = itself
    for _ in range(len(part)):  # the longest path has fewer steps than there are elements
        further = np.minimum(itself + part @ share, 1.0)
        if np.allclose(further, share):
            break
        share = further
    return share
