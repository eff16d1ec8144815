"""How experience went in a scope, and how it is expected to go: as it is, and with an action.

Without an action it is expected to stay at the mean of the last periods: their scatter gives the
interval. With one it comes back by the share that the action recovers, but only with the
probability that it helps at all; the interval is that of both together, so it is wide where
success is not sure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sentio.experience.service import SERVICES
from sentio.loop.detail import StoreDetail
from sentio.model.degradation import Scope
from sentio.model.plan import Estimate

MINUTE_NS = 60_000_000_000
STEPS = (5, 15, 60, 240)  # minutes
MOST_STEPS = 96
LAST = 6  # steps that tell how it goes now
Z90 = 1.645  # of a 90 % interval
LEAST_SPREAD = 0.05  # MOS between two steps, that is always reckoned with
LEAST_MOS, MOST_MOS = 1.0, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The uses of a scope in one step of time."""

    since_ns: int
    uses: int
    poor_uses: int
    mos_mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is expected until ``until_ns``; ``with_action`` from ``effect_ns`` on, if any."""

    since_ns: int
    until_ns: int
    without: Estimate
    with_action: Estimate | None = None
    effect_ns: int | None = None
    success: float | None = None
    recovers: float | None = None


def step_minutes(since_ns: int, until_ns: int) -> int:
    """Choose the shortest step that gives no more than a hundred of them."""
    minutes = (until_ns - since_ns) / MINUTE_NS
    return next((step for step in STEPS if minutes / step <= MOST_STEPS), STEPS[-1])


def course(
    detail: StoreDetail, scope: Scope, since_ns: int, until_ns: int, *, step_ns: int
) -> list[Step]:
    """Follow the uses of a scope step by step; steps without uses are left out.

    Exact; costs a look at every use of the scope in that time.
    """
    con = detail.cursor()
    parts = list(detail.parts(con, scope, since_ns, until_ns))
    if not parts:
        return []
    selects = " UNION ALL ".join(
        f"SELECT ts, mos, mos < {SERVICES[part.service].poor_below} AS is_poor "
        f'FROM "{part.table}" WHERE {part.where}'
        for part in parts
    )
    rows = con.execute(
        f"SELECT ts - ts % {int(step_ns)} AS step, count(*), count(*) FILTER (is_poor), avg(mos) "
        f"FROM ({selects}) GROUP BY step ORDER BY step",
        [value for part in parts for value in part.bound],
    ).fetchall()
    return [
        Step(since_ns=int(at), uses=int(uses), poor_uses=int(poor), mos_mean=float(mos))
        for at, uses, poor, mos in rows
    ]


def expected(
    steps: Sequence[Step],
    *,
    usual: float,
    now_ns: int,
    until_ns: int,
    effect_ns: int | None = None,
    success: float = 0.0,
    recovers: float = 0.0,
) -> Outlook | None:
    """Say what is expected of a scope that has fallen; None where nothing was seen of it."""
    last = [each for each in steps if each.uses][-LAST:]
    if not last:
        return None
    uses = np.array([each.uses for each in last], dtype=float)
    means = np.array([each.mos_mean for each in last])
    now = float(np.average(means, weights=uses))
    spread = float(np.sqrt(np.average((means - now) ** 2, weights=uses)))
    spread = max(spread, LEAST_SPREAD) * math.sqrt(1.0 + 1.0 / len(last))
    better = now + recovers * max(usual - now, 0.0)
    low, high = (_quantile(q, now, better, spread, success) for q in (0.05, 0.95))
    mean = (1.0 - success) * now + success * better
    return Outlook(
        since_ns=now_ns,
        until_ns=until_ns,
        without=_within(now, now - Z90 * spread, now + Z90 * spread),
        with_action=None if effect_ns is None else _within(mean, low, high),
        effect_ns=effect_ns,
        success=None if effect_ns is None else success,
        recovers=None if effect_ns is None else recovers,
    )


def _quantile(q: float, worse: float, better: float, spread: float, success: float) -> float:
    """Give a quantile of two normal courses; the better comes true with ``success``."""
    low, high = worse - 6.0 * spread, better + 6.0 * spread
    for _ in range(60):
        middle = (low + high) / 2.0
        below = (1.0 - success) * _normal(middle, worse, spread)
        below += success * _normal(middle, better, spread)
        low, high = (middle, high) if below < q else (low, middle)
    return (low + high) / 2.0


def _normal(x: float, mean: float, spread: float) -> float:
    return 0.5 * (1.0 + math.erf((x - mean) / (spread * math.sqrt(2.0))))


def _within(mean: float, low: float, high: float) -> Estimate:
    mean, low, high = (min(max(each, LEAST_MOS), MOST_MOS) for each in (mean, low, high))
    return Estimate(mean=round(mean, 3), low=round(low, 3), high=round(high, 3))
