"""The E-model: how good a telephone connection is, as a rating R and a MOS (ITU-T G.107 06/2015).

The equations keep the Recommendation's symbols; every parameter of its table of defaults is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sentio.experience.columns import FloatArray

Values: TypeAlias = float | FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """All parameters of a connection, with the defaults of G.107; each may be an array.

    ``ppl_percent`` is in percent, as in the Recommendation: 1 % is 1, not 0.01. G.107 knows no
    jitter: packets that come too late for the jitter buffer count as lost.
    """

    slr_db: Values = 8.0
    rlr_db: Values = 2.0
    stmr_db: Values = 15.0
    ds: Values = 3.0
    telr_db: Values = 65.0
    wepl_db: Values = 110.0
    t_ms: Values = 0.0  # mean one-way delay of the echo path
    tr_ms: Values = 0.0  # round trip in the four-wire loop
    ta_ms: Values = 0.0  # absolute delay, one way
    qdu: Values = 1.0
    ie: Values = 0.0
    bpl: Values = 4.3
    ppl_percent: Values = 0.0
    burst_r: Values = 1.0
    nc_dbm0p: Values = -70.0
    nfor_dbmp: Values = -64.0
    ps_dba: Values = 35.0
    pr_dba: Values = 35.0
    lstr_db: Values = 18.0
    mt_ms: Values = 100.0  # shortest delay that people notice
    st: Values = 1.0  # how sensitive they are to it
    advantage: Values = 0.0

    @classmethod
    def over_ip(cls, delay_ms: Values, **others: Values) -> Connection:
        """Describe a connection whose echo, loop and absolute delays are one: T = Ta, Tr = 2 T."""
        return cls(t_ms=delay_ms, ta_ms=delay_ms, tr_ms=2.0 * delay_ms, **others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What takes how much away: R = Ro - Is - (Idte + Idle + Idd) - Ie,eff + A, eq. (7-1)."""

    ro: Values
    simultaneous: Values
    idte: Values
    idle: Values
    idd: Values
    ie_eff: Values
    r: Values


def rating(c: Connection) -> Rating:
    """Rate a connection by the complete E-model.

    Returns
    -------
    rating
        Each term of the shape that its parameters broadcast to.

    Examples
    --------
    >>> round(float(rating(Connection()).r), 3)
    93.206
    """
    no = noise_dbm0p(c)
    ro = 15.0 - 1.5 * (c.slr_db + no)  # eq. (7-2)
    ist = sidetone(c)
    simultaneous = loudness(c, no) + ist + quantizing(c, ro)
    idte, idle = talker_echo(c, no, ist), listener_echo(c, ro)
    idd = absolute_delay(c.ta_ms, mt_ms=c.mt_ms, st=c.st)
    ie_eff = equipment(c.ie, c.bpl, ppl_percent=c.ppl_percent, burst_r=c.burst_r)
    r = ro - simultaneous - (idte + idle + idd) - ie_eff + c.advantage
    return Rating(
        ro=ro, simultaneous=simultaneous, idte=idte, idle=idle, idd=idd, ie_eff=ie_eff, r=r
    )


def mos_from_r(r: Values) -> FloatArray:
    """Give the MOS of a rating (G.107 Annex B), [1, 4.5].

    The cubic dips under 1 below R = 6.5; a MOS does not, so it is clamped there.

    Examples
    --------
    >>> [round(float(mos_from_r(r)), 3) for r in (0, 50, 90, 100)]
    [1.0, 2.575, 4.339, 4.5]
    """
    held = np.minimum(np.maximum(r, 0.0), 100.0)
    mos = 1.0 + held * (0.035 + (held - 60.0) * (100.0 - held) * 7e-6)
    return np.maximum(mos, 1.0)


def equipment(ie: Values, bpl: Values, *, ppl_percent: Values, burst_r: Values = 1.0) -> Values:
    """Impairment by codec and packet loss, Ie,eff of eq. (7-29)."""
    return ie + (95.0 - ie) * ppl_percent / (ppl_percent / burst_r + bpl)


def absolute_delay(ta_ms: Values, *, mt_ms: Values = 100.0, st: Values = 1.0) -> FloatArray:
    """Impairment by too long a delay even without echo, Idd of eq. (7-27); 0 up to ``mt_ms``."""
    x = np.log2(np.maximum(np.asarray(ta_ms, dtype=np.float64) / mt_ms, 1.0))
    late, idd = x > 0.0, np.zeros(x.shape)
    if late.any():
        far, s = x[late], np.broadcast_to(6.0 * np.asarray(st), x.shape)[late]
        idd[late] = 25.0 * (_root(far, s) - 3.0 * _root(far / 3.0, s) + 2.0)
    return idd


def noise_dbm0p(c: Connection) -> Values:
    """All noise at the 0 dBr point, No of eq. (7-3) to (7-7)."""
    olr = c.slr_db + c.rlr_db
    nos = c.ps_dba - c.slr_db - c.ds - 100.0 + 0.004 * (c.ps_dba - olr - c.ds - 14.0) ** 2
    pre = c.pr_dba + 10.0 * np.log10(1.0 + 10.0 ** ((10.0 - c.lstr_db) / 10.0))
    nor = c.rlr_db - 121.0 + pre + 0.008 * (pre - 35.0) ** 2
    nfo = c.nfor_dbmp + c.rlr_db
    return 10.0 * np.log10(
        10.0 ** (c.nc_dbm0p / 10.0)
        + 10.0 ** (nos / 10.0)
        + 10.0 ** (nor / 10.0)
        + 10.0 ** (nfo / 10.0)
    )


def loudness(c: Connection, no: Values) -> Values:
    """Impairment by too loud a connection, Iolr of eq. (7-9)."""
    xolr = c.slr_db + c.rlr_db + 0.2 * (64.0 + no - c.rlr_db)
    return 20.0 * (_root(xolr / 8.0, 8.0) - xolr / 8.0)


def sidetone(c: Connection) -> Values:
    """Impairment by a wrong sidetone, Ist of eq. (7-11) and (7-12)."""
    echo = np.exp(np.negative(c.t_ms) / 4.0) * 10.0 ** (np.negative(c.telr_db) / 10.0)
    stmro = -10.0 * np.log10(10.0 ** (np.negative(c.stmr_db) / 10.0) + echo)
    return (
        12.0 * _root((stmro - 13.0) / 6.0, 8.0)
        - 28.0 * _root((stmro + 1.0) / 19.4, 35.0)
        - 13.0 * _root((stmro - 3.0) / 33.0, 13.0)
        + 29.0
    )


def quantizing(c: Connection, ro: Values) -> Values:
    """Impairment by quantizing distortion, Iq of eq. (7-13) to (7-17)."""
    q = 37.0 - 15.0 * np.log10(c.qdu)
    g = 1.07 + 0.258 * q + 0.0602 * q * q
    return 15.0 * np.log10(
        1.0
        + 10.0 ** ((ro - 100.0) / 15.0 + 46.0 / 8.4 - g / 9.0)
        + 10.0 ** (46.0 / 30.0 - g / 40.0)
    )


def talker_echo(c: Connection, no: Values, ist: Values) -> FloatArray:
    """Impairment by hearing oneself late, Idte of eq. (7-18) to (7-23); 0 under 1 ms."""
    t_ms, stmr_db = np.asarray(c.t_ms, dtype=np.float64), np.asarray(c.stmr_db)
    terv = np.asarray(c.telr_db) - 40.0 * np.log10((1.0 + t_ms / 10.0) / (1.0 + t_ms / 150.0))
    terv = terv + 6.0 * np.exp(-0.3 * t_ms * t_ms)
    terv = terv + np.where(stmr_db < 9.0, np.asarray(ist) / 2.0, 0.0)
    gap = -1.5 * (no - c.rlr_db) - (80.0 + 2.5 * (terv - 14.0))  # Roe - Re
    idte = (gap / 2.0 + np.sqrt(gap * gap / 4.0 + 100.0) - 1.0) * (1.0 - np.exp(-t_ms))
    idte = np.where(stmr_db > 20.0, np.hypot(idte, ist), idte)
    return np.where(t_ms < 1.0, 0.0, idte)


def listener_echo(c: Connection, ro: Values) -> Values:
    """Impairment by hearing the other twice, Idle of eq. (7-24) and (7-25)."""
    rle = 10.5 * (c.wepl_db + 7.0) / np.sqrt(np.sqrt(np.add(c.tr_ms, 1.0)))
    gap = ro - rle
    return gap / 2.0 + np.sqrt(gap * gap / 4.0 + 169.0)


def _root(x: Values, s: Values) -> Values:
    """(1 + x^s)^(1/s), the shape that the Recommendation uses for every knee."""
    return (1.0 + x**s) ** (1.0 / s)
