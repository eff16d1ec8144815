"""How far a requirement is met, [0, 1]: one curve for each way that requirements are written.

The curves are ours; no standard says how bad it is to miss a requirement by how much.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import FloatArray

LEAST_RATIO = 1e-15  # under it, a ratio is 0: more nines than a double can hold


def in_nines(failed_ratio: FloatArray, *, allowed_ratio: float) -> FloatArray:
    """Nines reached over nines required: log(failed) / log(allowed).

    For availability, reliability and loss, where each further nine is as hard as the last.

    Examples
    --------
    >>> in_nines(np.array([0.0, 1e-6, 1e-3]), allowed_ratio=1e-6).round(6).tolist()
    [1.0, 1.0, 0.5]
    """
    nines = np.minimum(np.maximum(failed_ratio, LEAST_RATIO), 1.0)
    np.log(nines, out=nines)
    nines /= np.log(allowed_ratio)
    return np.minimum(nines, 1.0, out=nines)


def of_share(share: FloatArray, *, required: float) -> FloatArray:
    """Share reached over share required, such as of the messages that came in time."""
    return np.clip(share / required, 0.0, 1.0)


def under_ceiling(value: FloatArray, *, at_most: float) -> FloatArray:
    """Give 1 up to the ceiling, then ceiling over value: twice the error is half as good.

    Examples
    --------
    >>> under_ceiling(np.array([0.0, 0.5, 1.0]), at_most=0.5).tolist()
    [1.0, 1.0, 0.5]
    """
    return at_most / np.maximum(value, at_most)


def on_scale(value: FloatArray, *, bad: float, good: float) -> FloatArray:
    """Place a value on a straight scale from bad (0) to good (1), as in ETSI TR 103 559.

    Examples
    --------
    >>> on_scale(np.array([500.0, 20500.0, 99000.0]), bad=1000.0, good=40000.0).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.clip((value - bad) / (good - bad), 0.0, 1.0)
