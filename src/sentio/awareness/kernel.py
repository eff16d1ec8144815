"""The compiled inside of the baselines: a tile of series at a time, eight of them at once.

Each loop touches so few arrays that the compiler can prove them apart, and has no branch and, but
for the sums of whole services, no double precision; a tile stays in the core's own cache between
the loops.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Singles = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int32]
Windows = npt.NDArray[np.int8]
Doubles = npt.NDArray[np.float64]

WINDOWS = (0.75, 0.96)
"""How much of a period's evidence is left in the next: windows of 4 and 25 periods, beside the
period alone."""
PROFILE_USES = 40.0  # uses of its own that weigh as much as level and course together
LEVEL_USES = 60.0
PHI_PERIODS = 500.0  # of the same part of the day: two weeks
WEEK_KEEPS = 0.75  # of what an hour of the week has taught, a week later
LEVEL_KEEPS = 0.9965  # a period: half is gone after 200 periods
SCATTER_KEEPS = 0.995
ODD = 3.0  # deviations beyond which a period teaches less
LEAST_SCATTER = 0.15  # of the MOS of uses: what scatters less matters to nobody
TILE = 2048

_LEVEL_USES, _PROFILE_USES = np.float32(LEVEL_USES), np.float32(PROFILE_USES)
_LEVEL_KEEPS, _WEEK_KEEPS = np.float32(LEVEL_KEEPS), np.float32(WEEK_KEEPS)
_SCATTER_STEP, _MOST_STEP = np.float32(1.0 - SCATTER_KEEPS), np.float32(0.02)
_PHI_STEP, _MOST_ODD = np.float32(1.0 / PHI_PERIODS), np.float32(3.0 * ODD * ODD)
_ODD, _LEAST_VARIANCE = np.float32(ODD), np.float32(LEAST_SCATTER**2)
_ONE, _LITTLE = np.float32(1.0), np.float32(1e-9)

_compiled = numba.njit(cache=True, fastmath=True, error_model="numpy")


@_compiled
def see_tiles(
    n: Singles,
    total: Singles,
    total_sq: Singles,
    service: Codes,
    level_of: Singles,
    course_of: Singles,
    week_n: Singles,
    week_sum: Singles,
    hour_n: Singles,
    hour_sum: Singles,
    level_n: Singles,
    level_sum: Singles,
    variance: Singles,
    phi: Singles,
    window_n: Singles,
    window_n2: Singles,
    window_lost: Singles,
    of_services: Doubles,
    learns: np.float32,
    usual: Singles,
    fall: Singles,
    window: Windows,
) -> None:  # pragma: no cover
    """Judge and learn one period of all series; the arrays are those of `Baselines`."""
    room = np.empty((6, TILE), np.float32)
    base, lost, spread, z, best, weight = room[0], room[1], room[2], room[3], room[4], room[5]
    for start in range(0, len(n), TILE):
        t = slice(start, min(start + TILE, len(n)))
        if learns > _LITTLE:
            _add_up(service[t], n[t], total[t], of_services)
        _of_services(service[t], level_of, course_of, base, best)
        _expect(base, best, level_n[t], level_sum[t], week_n[t], week_sum[t], usual[t])
        _fell(n[t], total[t], usual[t], lost)
        _spread(variance[t], phi[0][t], spread)
        _deviation(n[t], lost, spread, best)
        _weigh(n[t], best, learns, weight)
        window[t] = 0
        for k in range(len(WINDOWS)):
            keeps = np.float32(WINDOWS[k])
            _sum_window(n[t], lost, keeps, window_n[k][t], window_n2[k][t], window_lost[k][t])
            _spread(variance[t], phi[k + 1][t], spread)
            _deviation(window_n2[k][t], window_lost[k][t], spread, z)
            _worst(z, best, window[t], np.int8(k + 1))
        fall[t] = best[: t.stop - t.start]
        _learn(n[t], total[t], weight, _ONE, hour_n[t], hour_sum[t])
        _learn(n[t], total[t], weight, _LEVEL_KEEPS, level_n[t], level_sum[t])
        _learn_phi(n[t], lost, variance[t], weight, phi[0][t])
        for k in range(len(WINDOWS)):
            _learn_phi(window_n2[k][t], window_lost[k][t], variance[t], weight, phi[k + 1][t])
        _learn_variance(n[t], total[t], total_sq[t], usual[t], weight, variance[t])


@_compiled
def teach_week(week: Singles, hour: Singles) -> None:  # pragma: no cover
    """Let the sums of an hour teach its hour of the week, and begin anew; shapes (series,)."""
    for i in range(len(week)):
        week[i] = week[i] * _WEEK_KEEPS + hour[i]
        hour[i] = np.float32(0.0)


@_compiled
def _add_up(
    service: Codes,
    n: Singles,
    total: Singles,
    of_services: Doubles,
) -> None:  # pragma: no cover
    for i in range(len(n)):
        of_services[service[i], 0] += n[i]
        of_services[service[i], 1] += total[i]


@_compiled
def _of_services(
    service: Codes,
    level_of: Singles,
    course_of: Singles,
    level: Singles,
    course: Singles,
) -> None:  # pragma: no cover
    for i in range(len(service)):
        level[i], course[i] = level_of[service[i]], course_of[service[i]]


@_compiled
def _expect(
    base: Singles,
    course: Singles,
    level_n: Singles,
    level_sum: Singles,
    week_n: Singles,
    week_sum: Singles,
    usual: Singles,
) -> None:  # pragma: no cover
    for i in range(len(usual)):
        own = (level_sum[i] + _LEVEL_USES * base[i]) / (level_n[i] + _LEVEL_USES) + course[i]
        usual[i] = (week_sum[i] + _PROFILE_USES * own) / (week_n[i] + _PROFILE_USES)


@_compiled
def _fell(
    n: Singles,
    total: Singles,
    usual: Singles,
    lost: Singles,
) -> None:  # pragma: no cover
    for i in range(len(n)):
        lost[i] = n[i] * usual[i] - total[i]


@_compiled
def _spread(
    variance: Singles,
    phi: Singles,
    spread: Singles,
) -> None:  # pragma: no cover
    for i in range(len(variance)):
        spread[i] = max(variance[i], _LEAST_VARIANCE) * max(phi[i], _ONE)


@_compiled
def _sum_window(
    n: Singles,
    lost: Singles,
    keeps: np.float32,
    window_n: Singles,
    window_n2: Singles,
    window_lost: Singles,
) -> None:  # pragma: no cover
    for i in range(len(n)):
        window_n[i] = window_n[i] * keeps + n[i]
        window_n2[i] = window_n2[i] * keeps * keeps + n[i]
        window_lost[i] = window_lost[i] * keeps + lost[i]


@_compiled
def _deviation(
    n2: Singles,
    lost: Singles,
    spread: Singles,
    z: Singles,
) -> None:  # pragma: no cover
    for i in range(len(n2)):
        z[i] = lost[i] / np.sqrt(n2[i] * spread[i] + _LITTLE)


@_compiled
def _worst(
    z: Singles,
    best: Singles,
    window: Windows,
    k: np.int8,
) -> None:  # pragma: no cover
    for i in range(len(window)):
        window[i] = k if z[i] > best[i] else window[i]
    for i in range(len(window)):
        best[i] = max(z[i], best[i])


@_compiled
def _weigh(
    n: Singles,
    z: Singles,
    learns: np.float32,
    weight: Singles,
) -> None:  # pragma: no cover
    for i in range(len(n)):
        weight[i] = learns * min(n[i], _ONE) * min(_ONE, _ODD / max(abs(z[i]), _LITTLE))


@_compiled
def _learn(
    n: Singles,
    total: Singles,
    weight: Singles,
    keeps: np.float32,
    sum_n: Singles,
    sum_total: Singles,
) -> None:  # pragma: no cover
    for i in range(len(n)):
        forgets = _ONE - (_ONE - keeps) * min(weight[i] * np.float32(1e6), _ONE)
        sum_n[i] = sum_n[i] * forgets + weight[i] * n[i]
        sum_total[i] = sum_total[i] * forgets + weight[i] * total[i]


@_compiled
def _learn_phi(
    n: Singles,
    lost: Singles,
    variance: Singles,
    weight: Singles,
    phi: Singles,
) -> None:  # pragma: no cover
    for i in range(len(n)):
        scatter = max(variance[i], _LEAST_VARIANCE)
        odd = min(lost[i] * lost[i] / (n[i] * scatter + _LITTLE), _MOST_ODD)
        phi[i] += min(weight[i] * np.float32(1e6), _ONE) * _PHI_STEP * (odd - phi[i])


@_compiled
def _learn_variance(
    n: Singles,
    total: Singles,
    total_sq: Singles,
    usual: Singles,
    weight: Singles,
    variance: Singles,
) -> None:  # pragma: no cover
    for i in range(len(n)):
        uses = max(n[i], _ONE)
        about = (total_sq[i] - usual[i] * (total[i] + total[i] - uses * usual[i])) / uses
        step = min(_SCATTER_STEP * uses * weight[i], _MOST_STEP)
        variance[i] += step * (about - variance[i])
