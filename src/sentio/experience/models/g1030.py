"""How long a page may take: the log law of waiting (ITU-T G.1030; constants from memory)."""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import FloatArray

EXPECTED_LONGEST_S = 15.0  # G.1030 knows people who expect 6, 15 or 60 s at most


def page_mos(load_ms: FloatArray, longest_s: float = EXPECTED_LONGEST_S) -> FloatArray:
    """Give the MOS of page loads: 5 at what feels instant, 1 at the longest time expected.

    Parameters
    ----------
    load_ms
        Shape (rows,), 0 or more.
    longest_s
        The longest load that the person expects; the harsher the shorter.

    Examples
    --------
    >>> page_mos(np.array([1000.0, 4000.0])).round(2).tolist()
    [3.4, 2.17]
    """
    shortest_ms, longest_ms = instant_ms(longest_s), longest_s * 1000.0
    held = np.clip(load_ms, shortest_ms, longest_ms)
    fall = 4.0 / np.log(longest_ms / shortest_ms)
    return 5.0 - fall * np.log(held / shortest_ms)


def instant_ms(longest_s: float = EXPECTED_LONGEST_S) -> float:
    """Give the load that nobody would want shorter, Min of G.1030."""
    return (0.003 * longest_s + 0.12) * 1000.0
