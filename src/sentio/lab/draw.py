"""Chance: what happens with some probability."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sentio.kernel.arrays import BoolArray


def happens(
    rng: np.random.Generator, shape: int | tuple[int, ...], share: npt.NDArray[np.floating] | float
) -> BoolArray:
    """Draw in which rows something happens that happens with probability ``share``."""
    return rng.random(shape) < share
