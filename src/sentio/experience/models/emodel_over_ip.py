"""The E-model of a call over IP, as a function of its one-way delay alone (ITU-T G.107 06/2015).

The same numbers as `emodel.rating` for ``Connection.over_ip(delay_ms)``, to 1e-8, several times
faster: what does not hang on the delay is computed once, what matters on a few rows only there.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import FloatArray
from sentio.experience.models.emodel import (
    Connection,
    absolute_delay,
    loudness,
    noise_dbm0p,
    quantizing,
    sidetone,
)

AT_ONCE, FAR_AWAY = Connection(), Connection(t_ms=1000.0)
NO = float(noise_dbm0p(AT_ONCE))  # dBm0p, eq. (7-3)
RO = 15.0 - 1.5 * (8.0 + NO)  # eq. (7-2)
IST_AT_ONCE, IST_FAR_AWAY = float(sidetone(AT_ONCE)), float(sidetone(FAR_AWAY))
R_FAR_AWAY = RO - float(loudness(AT_ONCE, NO) + quantizing(AT_ONCE, RO)) - IST_FAR_AWAY
ROE_LESS_RE = -1.5 * (NO - 2.0) - 80.0 - 2.5 * (65.0 - 14.0)  # at TERV = TELR = 65 dB
RLE_AT_ONCE = 10.5 * (110.0 + 7.0)  # eq. (7-25) at Tr = 0
TALKER_ECHO_PER_NEPER = 2.5 * 40.0 / np.log(10.0)  # 2.5 x 40 log10, as a natural logarithm
AUDIBLE_AT_ONCE_MS = 12.0  # from here on the term 6 exp(-0.3 T^2) of TERV is below 1e-18
SHORTEST_ECHO_MS = 1.0  # under it Idte is 0


def rating_over_ip(delay_ms: FloatArray) -> FloatArray:
    """Rate a call before codec and loss: Ro - Is - Id, with T = Ta = ``delay_ms`` and Tr = 2 T.

    Parameters
    ----------
    delay_ms
        Mouth-to-ear delay, shape (rows,), 0 or more.

    Returns
    -------
    r
        Shape (rows,); subtract Ie,eff for the rating R.
    """
    # STMRo moves by 4e-5 dB in all, so Ist is a straight line in exp(-T/4) to 1e-9.
    fading = np.exp(delay_ms * -0.25)
    r = R_FAR_AWAY - (IST_AT_ONCE - IST_FAR_AWAY) * fading
    r -= _talker_echo(delay_ms, fading)
    r -= _listener_echo(delay_ms)
    late = np.flatnonzero(delay_ms > 100.0)
    if len(late):
        r[late] -= absolute_delay(delay_ms[late])
    return r


def _talker_echo(delay_ms: FloatArray, fading: FloatArray) -> FloatArray:
    stretch = (1.0 + 0.1 * delay_ms) / (1.0 + delay_ms / 150.0)
    gap = ROE_LESS_RE + TALKER_ECHO_PER_NEPER * np.log(stretch)
    near = np.flatnonzero(delay_ms < AUDIBLE_AT_ONCE_MS)
    if len(near):
        gap[near] -= 15.0 * np.exp(-0.3 * delay_ms[near] ** 2)
    squared = fading * fading
    idte = (0.5 * gap + np.sqrt(0.25 * gap * gap + 100.0) - 1.0) * (1.0 - squared * squared)
    if len(near):
        idte[near] *= delay_ms[near] >= SHORTEST_ECHO_MS
    return idte


def _listener_echo(delay_ms: FloatArray) -> FloatArray:
    gap = RO - RLE_AT_ONCE / np.sqrt(np.sqrt(2.0 * delay_ms + 1.0))
    return 0.5 * gap + np.sqrt(0.25 * gap * gap + 169.0)
