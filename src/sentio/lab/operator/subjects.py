"""Users and things of the operator in one table: where they are, what they have and buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.lab.operator.catalogue import NATIVE_CALLS, THING_MODELS, Catalogue
from sentio.lab.operator.core import BROADBAND, FACTORY, MASSIVE, PREMIUM, VEHICLES, Core
from sentio.lab.operator.places import Places
from sentio.lab.operator.scale import Scale

SEGMENTS = (
    *("consumer", "premium", "business", "emergency"),
    *("factory", "security", "fleet", "household", "utility"),
)
SEGMENT_SHARES = (0.72, 0.14, 0.13, 0.01)
MONTHLY_VALUE = np.array([18.0, 48.0, 65.0, 90.0, 240.0, 35.0, 25.0, 32.0, 3.0])
HOME_WEIGHT = np.array([2.0, 5.0, 0.4, 0.5, 0.4])  # by kind of area
WORK_WEIGHT = np.array([6.0, 1.0, 5.0, 0.8, 0.3])
LEISURE_WEIGHT = np.array([4.0, 2.0, 0.3, 3.0, 1.5])
FAVOURITES = 8
ROUTE = 24  # cells on a vehicle's way
THINGS = {
    # share of the things, how many periods of 5 minutes a report covers, slice, segment
    "plc": (0.08, 1, FACTORY, 4),
    "mobile_robot": (0.05, 1, FACTORY, 4),
    "camera": (0.12, 2, BROADBAND, 5),
    "vehicle": (0.10, 2, VEHICLES, 6),
    "cpe": (0.25, 6, BROADBAND, 7),
    "meter": (0.40, 12, MASSIVE, 8),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """All subjects, shape (subjects,): users first. What only users have is of shape (users,)."""

    users: int
    thing_kind: IntArray  # code into THINGS of each thing, shape (things,)
    home: IntArray
    model: IntArray
    slice: IntArray
    segment: IntArray
    upf: IntArray
    luck: FloatArray  # uniform numbers that decide on releases and servers
    radio_db: FloatArray  # how well the subject is reached
    value_per_month: FloatArray
    work: IntArray
    leisure: IntArray
    has_job: BoolArray
    leaves_h: FloatArray
    returns_h: FloatArray
    favourites: IntArray  # apps, shape (users, FAVOURITES)
    chances: IntArray  # users, as often as they are active
    route: IntArray  # of vehicles, shape (vehicles, ROUTE)

    def __len__(self) -> int:
        """Count users and things."""
        return len(self.home)


def settle(
    rng: np.random.Generator, scale: Scale, places: Places, core: Core, catalogue: Catalogue
) -> Subjects:
    """Draw all subjects of the operator."""
    users, area = scale.users, places.area
    spread = rng.lognormal(0.0, 0.45, scale.cells)
    home = _choose(rng, HOME_WEIGHT[area] * spread, users)
    segment = rng.choice(len(SEGMENT_SHARES), users, p=SEGMENT_SHARES)
    slice_code = np.where(segment > 0, PREMIUM, BROADBAND)
    slice_code[segment == 2] = np.where(rng.random(int((segment == 2).sum())) < 0.5, 0, 1)
    model = rng.choice(len(catalogue.model_share), users, p=catalogue.model_share)
    kind, at, thing_model = _things(rng, scale, places, catalogue)
    told = [THINGS[name] for name in THINGS]
    slices = np.concatenate([slice_code, np.array([each[2] for each in told])[kind]])
    segments = np.concatenate([segment, np.array([each[3] for each in told])[kind]])
    homes = np.concatenate([home, at])
    indoors = np.where(rng.random(users) < 0.15, -7.0, 0.0)
    radio_db = np.concatenate(
        [indoors + rng.normal(0.0, 4.0, users), rng.normal(3.0, 2.5, len(at))]
    )
    active = np.clip(rng.lognormal(0.0, 0.6, users) * 3.0, 1, 12).round().astype(np.int64)
    return Subjects(
        users=users,
        thing_kind=kind,
        home=homes,
        model=np.concatenate([model, thing_model]),
        slice=slices,
        segment=segments,
        upf=core.upf(slices, homes),
        luck=rng.random(len(homes)),
        radio_db=radio_db,
        value_per_month=MONTHLY_VALUE[segments] * rng.lognormal(0.0, 0.25, len(homes)),
        work=_choose(rng, WORK_WEIGHT[area] * spread, users),
        leisure=_choose(rng, LEISURE_WEIGHT[area] * spread, users),
        has_job=rng.random(users) < 0.62,
        leaves_h=rng.normal(8.2, 0.7, users),
        returns_h=rng.normal(17.2, 1.0, users),
        favourites=_favourites(rng, catalogue, model),
        chances=rng.permutation(np.repeat(np.arange(users), active)),
        route=_routes(rng, places, at[kind == list(THINGS).index("vehicle")]),
    )


def _choose(rng: np.random.Generator, weight: FloatArray, rows: int) -> IntArray:
    return np.searchsorted(np.cumsum(weight), rng.random(rows) * weight.sum())


def _favourites(rng: np.random.Generator, catalogue: Catalogue, model: IntArray) -> IntArray:
    """Draw the apps of users; half of the phone models call over NR, the others over LTE."""
    apps = rng.choice(len(catalogue.apps), (len(model), FAVOURITES), p=catalogue.app_share)
    volte, vonr = (catalogue.apps.index(name) for name in NATIVE_CALLS)
    native = np.where(model % 2 == 0, vonr, volte)[:, None]
    return np.where((apps == volte) | (apps == vonr), native, apps)


def _things(
    rng: np.random.Generator, scale: Scale, places: Places, catalogue: Catalogue
) -> tuple[IntArray, IntArray, IntArray]:
    """Draw kind, cell and model of each thing; production lines share a cell of the industry."""
    shares = np.cumsum([share for share, *_ in THINGS.values()])
    kind = np.searchsorted(shares / shares[-1], (np.arange(scale.things) + 0.5) / scale.things)
    model = np.empty(scale.things, dtype=np.int64)
    for code, name in enumerate(THINGS):
        rows = np.flatnonzero(kind == code)
        weight = np.arange(len(THING_MODELS[name]), 0, -1)
        model[rows] = rng.choice(catalogue.models_of[name], len(rows), p=weight / weight.sum())
    area = places.area
    weight = np.array([3.0, 4.0, 2.0, 0.6, 1.0])[area]
    cell = _choose(rng, weight * rng.lognormal(0.0, 0.4, scale.cells), scale.things)
    boxes = kind == list(THINGS).index("cpe")
    flats = HOME_WEIGHT[area] * rng.lognormal(0.0, 1.0, scale.cells)  # blocks of many homes
    cell[boxes] = _choose(rng, flats, int(boxes.sum()))
    industry = np.flatnonzero(area == 2)
    halls = rng.choice(industry, max(1, len(industry) // 2), replace=False)
    lines = np.flatnonzero(kind <= 1)
    line = rng.integers(0, max(1, len(lines) // 25), len(lines))
    cell[lines] = halls[line % len(halls)]
    return kind, cell, model


def _routes(rng: np.random.Generator, places: Places, start: IntArray) -> IntArray:
    route = np.empty((len(start), ROUTE), dtype=np.int64)
    at = start
    for step in range(ROUTE):
        route[:, step] = at
        at = places.neighbours[at, rng.integers(0, places.neighbours.shape[1], len(at))]
    return route
