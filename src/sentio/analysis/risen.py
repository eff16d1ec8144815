"""What changed: members whose share of poor uses surely rose, against the same members before.

A member *surely rose* by the gap between two 90 % Wilson intervals (the lower end of its poor
share now, the upper end of it before), so that few uses cannot shout; times its uses now, so that
what hurts many comes first. A member never seen before is compared with the whole service before.
E. B. Wilson, Probable inference, J. Am. Stat. Assoc. 22 (1927) 209-212.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

Z = 1.6448536269514722  # standard normal quantile of 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Risen:
    """How each member rose; every array of shape (members,).

    ``more`` is how many more of its uses were poor than its share before would give,
    ``surely_more`` how many of them remain when both shares are taken at the careful end.
    """

    more: Floats
    surely_more: Floats


def risen(
    n: Floats, poor: Floats, n_before: Floats, poor_before: Floats, *, share_before: float
) -> Risen:
    """Compare members now and before.

    Parameters
    ----------
    n, poor
        Uses and poor uses now, shape (members,).
    n_before, poor_before
        The same before; 0 where a member was not seen.
    share_before
        Poor share of the whole service before, for members that were not seen.

    Examples
    --------
    >>> now, before = np.array([200.0, 4.0]), np.array([200.0, 4.0])
    >>> found = risen(now, now / 2, before, before * 0, share_before=0.0)
    >>> found.more.tolist()
    [100.0, 2.0]
    >>> [round(each) for each in found.surely_more.tolist()]  # two of four uses may be chance
    [86, 0]
    """
    was_seen = n_before > 0
    usual = np.where(was_seen, poor_before / np.maximum(n_before, 1.0), share_before)
    high = np.where(was_seen, wilson(poor_before, n_before)[1], share_before)
    low = wilson(poor, n)[0]
    return Risen(more=poor - n * usual, surely_more=np.maximum(low - high, 0.0) * n)


def wilson(part: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Give both ends of the 90 % interval of a share; 0 and 1 where nothing was counted."""
    trials = np.maximum(n, 1.0)
    share = part / trials
    middle = share + Z * Z / 2.0 / trials
    spread = np.sqrt(share * (1.0 - share) / trials + Z * Z / 4.0 / (trials * trials)) * Z
    known = n > 0
    scale = 1.0 + Z * Z / trials
    low = np.where(known, (middle - spread) / scale, 0.0)
    return np.maximum(low, 0.0), np.where(known, (middle + spread) / scale, 1.0)
