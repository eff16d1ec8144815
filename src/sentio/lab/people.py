"""The subscribers: who they are in every system, where they live and work, where they are when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.lab.city import MCC, MNC, STADIUM_CELL, City
from sentio.lab.day import Span, hour_of_day
from sentio.lab.draw import happens

DEVICES = ("00101701", "00101702", "00101703", "00101711", "00101712", "00101720", "00101731")
"""Type allocation codes: 00 with a test body, GSMA TS.06."""
DEVICE_SHARES = (0.26, 0.20, 0.16, 0.13, 0.11, 0.08, 0.06)
TARIFFS = ("basic", "comfort", "unlimited", "business")
TARIFF_SHARES = (0.34, 0.38, 0.18, 0.10)
TARIFF_PRICES = (14.99, 29.99, 44.99, 59.99)
VISIT_HOURS = (15.0, 17.0)  # the match in the stadium
JOB_SHARE = 0.6
VISITOR_SHARE = 0.3  # of those without a job
INDOOR_SHARE = 0.1  # of users behind thick walls, who get little of any cell
AWAY_SHARE = 0.09  # of uses somewhere else than at home or at work


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """All subscribers, shape (users,).

    ``ip`` is the address that the operator's NAT gives (RFC 6598). ``leaves_h`` and ``returns_h``
    bound the working day of those with a job. ``radio`` says how well a user is reached, about 1.
    """

    imsi: pa.StringArray
    msisdn: pa.StringArray
    account: pa.StringArray
    imei: pa.StringArray
    ip: pa.StringArray
    device: IntArray
    tariff: IntArray
    home: IntArray
    work: IntArray
    has_job: BoolArray
    visits: BoolArray
    leaves_h: FloatArray
    returns_h: FloatArray
    radio: FloatArray

    def __len__(self) -> int:
        """Count the users."""
        return len(self.home)


def settle(rng: np.random.Generator, city: City, users: int) -> People:
    """Draw the subscribers of a city."""
    number = np.arange(users)
    device = rng.choice(len(DEVICES), users, p=DEVICE_SHARES)
    has_job = happens(rng, users, JOB_SHARE)
    # the shares are kept as they are, so that a small sample tells the same stories
    home = np.searchsorted(np.cumsum(city.home_share), (rng.permutation(users) + 0.5) / users)
    return People(
        imsi=_texts(f"{MCC}{MNC}{{:010d}}", 1000 + number),
        msisdn=_texts("9995550{:05d}", 10_000 + number),
        account=_texts("A{:07d}", 700_000 + number * 7),
        imei=_texts("{}{:06d}0", np.array(DEVICES)[device], number),
        ip=_texts("100.{}.{}.{}", 64 + number // 62_500, number // 250 % 250, number % 250 + 2),
        device=device,
        tariff=rng.choice(len(TARIFFS), users, p=TARIFF_SHARES),
        home=home,
        work=rng.choice(len(city.cells), users, p=city.work_share),
        has_job=has_job,
        visits=~has_job & happens(rng, users, VISITOR_SHARE),
        leaves_h=rng.normal(8.3, 0.6, users),
        returns_h=rng.normal(17.3, 0.9, users),
        radio=np.where(happens(rng, users, INDOOR_SHARE), 0.03, 1.0)
        * np.exp(rng.normal(0.0, 0.6, users)),
    )


def places(
    rng: np.random.Generator,
    people: People,
    city: City,
    *,
    user: IntArray,
    ts_ns: IntArray,
    span: Span,
) -> IntArray:
    """Tell in which cell each user is at a moment, shape (rows,)."""
    hour = hour_of_day(ts_ns)
    is_out = people.has_job[user] & (hour >= people.leaves_h[user])
    is_out &= hour < people.returns_h[user]
    cell = np.where(is_out, people.work[user], people.home[user])
    is_away = happens(rng, len(user), AWAY_SHARE)
    cell = np.where(is_away, rng.integers(0, len(city.cells), len(user)), cell)
    first, last = (span.clock(each) for each in VISIT_HOURS)
    is_visit = people.visits[user] & (ts_ns >= first) & (ts_ns < last)
    return np.where(is_visit, STADIUM_CELL, cell)


def _texts(form: str, *columns: np.ndarray) -> pa.StringArray:
    """Write one identifier a user: so few that a loop does no harm."""
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return pa.array([form.format(*row) for row in rows], pa.string())
