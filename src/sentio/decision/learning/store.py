"""All that was learned of effects, as one value and as arrays by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sentio.decision.learning.pooled import Moments
from sentio.decision.learning.tally import FORGOTTEN, Tally
from sentio.kernel.arrays import FloatArray
from sentio.kernel.errors import StoreError
from sentio.model.plan import Action

Arrays = Mapping[str, npt.NDArray[np.generic]]
Elements = Mapping[tuple[str, str], tuple[float, float]]
"""By kind and target: how much was seen there, and how much more than expected came of it."""
BETWEEN = "\x1f"  # parts of a key; the unit separator of ASCII stands in no name


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What outcomes taught: sums for the model of effects, tallies of success, elements.

    ``at_ns`` is the moment to which everything has faded; 0 before the first outcome.
    """

    kinds: tuple[str, ...]
    moments: Moments
    tally: Tally = field(default_factory=Tally)
    elements: Elements = field(default_factory=dict[tuple[str, str], tuple[float, float]])
    at_ns: int = 0

    def faded(self, factor: float, at_ns: int) -> Learned:
        """Let everything count for a part."""
        return Learned(
            kinds=self.kinds,
            moments=self.moments.times(factor),
            tally=self.tally.faded(factor),
            elements={
                key: (weight * factor, off * factor)
                for key, (weight, off) in self.elements.items()
                if weight * factor >= FORGOTTEN
            },
            at_ns=at_ns,
        )

    def with_residuals(
        self, actions: Sequence[Action], off: FloatArray, weight: FloatArray
    ) -> Elements:
        """Add what came of actions beyond what was expected, weighted, to their elements."""
        held = dict(self.elements)
        for action, by, part in zip(actions, off.tolist(), weight.tolist(), strict=True):
            seen, total = held.get((action.kind, action.target), (0.0, 0.0))
            held[action.kind, action.target] = (seen + part, total + part * by)
        return held


def arrays_of(learned: Learned) -> Arrays:
    """Give a value as arrays that `numpy.savez` keeps exactly."""
    moments, counts = learned.moments, learned.tally.counts
    return {
        "kinds": np.array(learned.kinds, dtype=np.str_),
        "xx": moments.xx,
        "xy": moments.xy,
        "yy": moments.yy,
        "n": moments.n,
        "tally_keys": np.array([BETWEEN.join(key) for key in counts], dtype=np.str_),
        "tally": np.array(list(counts.values()), dtype=np.float64).reshape(-1, 2),
        "element_keys": np.array([BETWEEN.join(key) for key in learned.elements], dtype=np.str_),
        "elements": np.array(list(learned.elements.values()), dtype=np.float64).reshape(-1, 2),
        "at_ns": np.array(learned.at_ns, dtype=np.int64),
    }


def learned_of(arrays: Arrays, *, columns: int) -> Learned:
    """Make the value again.

    Raises
    ------
    StoreError
        The arrays are of a model with another number of columns.
    """
    found = arrays["xy"].shape[1]
    if found != columns:
        raise StoreError(
            f"what was learned of actions has {found} columns",
            where="effects",
            expected=f"{columns}, as the vocabulary of today has",
            next_step="Begin anew from the beliefs of the catalogue.",
        )
    return Learned(
        kinds=tuple(arrays["kinds"].tolist()),
        moments=Moments(
            **{name: np.asarray(arrays[name], np.float64) for name in ("xx", "xy", "yy", "n")}
        ),
        tally=Tally(_by_key(arrays["tally_keys"], arrays["tally"])),
        elements={
            (key[0], key[1]): pair
            for key, pair in _by_key(arrays["element_keys"], arrays["elements"]).items()
        },
        at_ns=int(arrays["at_ns"]),
    )


def _by_key(
    keys: npt.NDArray[np.generic], pairs: npt.NDArray[np.generic]
) -> dict[tuple[str, ...], tuple[float, float]]:
    return {
        tuple(str(key).split(BETWEEN)): (float(one), float(other))
        for key, (one, other) in zip(keys.tolist(), pairs.tolist(), strict=True)
    }
