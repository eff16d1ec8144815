"""Logarithm, exponential and arc sine that the compiler can work out for several rows at once.

Calls into the C library go row by row; these are plain arithmetic without branches, so a numba loop
around them becomes vector code, three times as fast and without arrays on the way. Loops that use
them are compiled with ``error_model="numpy"``: a check for division by zero would be a branch.
"""

from __future__ import annotations

import math

import numba
import numpy as np

LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # their sum is ln 2
TO_WHOLE = 6755399441055744.0  # 1.5 x 2^52: adding it rounds a double to a whole number
ROOT_HALF_BITS = 0x3FE6A09E667F3BCD  # sqrt(1/2) as a double
HALF_PI = math.pi / 2.0
P4, P5, Q4 = 7.91534994289814532176e-04, 3.47933107596021167570e-05, 7.70381505559019352791e-02


@numba.njit(nogil=True, cache=True, inline="always", error_model="numpy", fastmath={"contract"})
def exp(x: float) -> float:
    """Exponential, to 3e-16 of it: a power of two, and a Taylor series within half a ln 2 of 0.

    Beyond [-708, 709] it gives the value at the edge; NaN is no number it knows.
    """
    held = min(max(x, -708.0), 709.0)
    shifted = held * 1.4426950408889634 + TO_WHOLE  # 1 / ln 2
    power = shifted - TO_WHOLE
    r = (held - power * LN2_HIGH) - power * LN2_LOW
    p = 1.0 / 39916800.0 + r * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
    p = 1.0 / 40320.0 + r * (1.0 / 362880.0 + r * (1.0 / 3628800.0 + r * p))
    p = 1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5040.0 + r * p))
    p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * p))))
    exponent = (np.float64(shifted).view(np.int64) + 1023) << 52
    return p * np.int64(exponent).view(np.float64)


@numba.njit(nogil=True, cache=True, inline="always", error_model="numpy", fastmath={"contract"})
def log(x: float) -> float:
    """Natural logarithm of a normal number above 0, to 2e-16: exponent, and the series of atanh."""
    bits = np.float64(x).view(np.int64)
    power = (bits - ROOT_HALF_BITS) >> 52
    near_1 = np.int64(bits - (power << 52)).view(np.float64)
    s = (near_1 - 1.0) / (near_1 + 1.0)
    z = s * s
    p = 2.0 / 15.0 + z * (2.0 / 17.0 + z * (2.0 / 19.0 + z * (2.0 / 21.0)))
    p = 2.0 / 7.0 + z * (2.0 / 9.0 + z * (2.0 / 11.0 + z * (2.0 / 13.0 + z * p)))
    p = z * (2.0 / 3.0 + z * (2.0 / 5.0 + z * p))
    return float(power) * LN2_HIGH + (2.0 * s + (s * p + float(power) * LN2_LOW))


@numba.njit(nogil=True, cache=True, inline="always", error_model="numpy", fastmath={"contract"})
def arcsin(x: float) -> float:
    """Arc sine, to 4e-16; beyond [-1, 1] that of the edge (rational form of fdlibm)."""
    size = abs(x)
    is_large = size > 0.5
    t = max(0.5 - 0.5 * size, 0.0) if is_large else size * size
    p = -4.00555345006794114027e-02 + t * (P4 + t * P5)
    p = -3.25565818622400915405e-01 + t * (2.01212532134862925881e-01 + t * p)
    p = t * (1.66666666666666657415e-01 + t * p)
    q = 2.02094576023350569471e00 + t * (-6.88283971605453293030e-01 + t * Q4)
    q = 1.0 + t * (-2.40339491173441421878e00 + t * q)
    root = math.sqrt(t)
    small = root + root * (p / q)
    angle = HALF_PI - 2.0 * small if is_large else small
    return math.copysign(angle, x)
