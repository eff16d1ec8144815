"""The fullband E-model: rating R up to 148 (ITU-T G.107.2)."""

from __future__ import annotations

from sentio.experience.columns import FloatArray
from sentio.experience.models.emodel import Values, absolute_delay, mos_from_r

R_BEST = 148.0  # Ro of eq. (7-1), fullband scale
SCALE = 1.48  # fullband over narrowband rating
IE_MOST = 132.0  # where Ie,eff,FB ends when everything is lost
IE_ONLY, BPL_ONLY = 10.2, 4.3  # the only equipment pair that public code gives


def fullband_equipment(ie: Values, bpl: Values, *, ppl_percent: Values) -> Values:
    """Impairment by codec and packet loss on the fullband scale, Ie,eff,FB."""
    return ie + (IE_MOST - ie) * ppl_percent / (ppl_percent + bpl)


def fullband_rating(
    ta_ms: Values, *, ppl_percent: Values, ie: Values = IE_ONLY, bpl: Values = BPL_ONLY
) -> FloatArray:
    """Rate a fullband call without echo, shape of the parameters, up to 148.

    Examples
    --------
    >>> round(float(fullband_rating(100.0, ppl_percent=0.0)), 1)
    137.8
    """
    return fullband_delayed(ta_ms) - fullband_equipment(ie, bpl, ppl_percent=ppl_percent)


def fullband_delayed(ta_ms: Values) -> FloatArray:
    """Rate a fullband call before codec and loss: R less what the delay takes, Idd."""
    return R_BEST - SCALE * absolute_delay(ta_ms)


def fullband_mos(r: FloatArray) -> FloatArray:
    """Give the MOS of a fullband rating: the narrowband curve at R / 1.48, [1, 4.5]."""
    return mos_from_r(r / SCALE)
