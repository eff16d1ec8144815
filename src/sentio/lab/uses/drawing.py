"""Who uses what, when and where in a period: the same whatever goes wrong in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sentio.kernel.arrays import FloatArray, IntArray
from sentio.lab.day import DAY_NS, HOUR_NS
from sentio.lab.operator.catalogue import CODE, SERVICES
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.rhythm import PERIOD_NS, PERIODS_A_DAY, USES_A_DAY
from sentio.lab.operator.subjects import ROUTE, THINGS

NORMALS, UNIFORMS = 7, 6
AWAY_SHARE = 0.07  # of uses near the place, not at it
FLOAT = np.float32
Floats: TypeAlias = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Uses in order of service, shape (uses,); what chance adds to each is drawn as well."""

    subject: IntArray
    service: IntArray
    app: IntArray  # -1 for things
    cell: IntArray  # that the subject asks; asleep, a neighbour answers
    ts_ns: IntArray
    normal: Floats  # shape (NORMALS, uses)
    uniform: Floats  # shape (UNIFORMS, uses)

    def __len__(self) -> int:
        """Count the uses."""
        return len(self.subject)

    def take(self, rows: IntArray) -> Draw:
        """Give some of the uses, in order."""
        return Draw(
            subject=self.subject[rows],
            service=self.service[rows],
            app=self.app[rows],
            cell=self.cell[rows],
            ts_ns=self.ts_ns[rows],
            normal=self.normal[:, rows],
            uniform=self.uniform[:, rows],
        )

    def spans(self) -> dict[str, slice]:
        """Tell where each service's uses are, for those that have any."""
        bounds = np.searchsorted(self.service, np.arange(len(SERVICES) + 1))
        return {
            name: slice(int(first), int(last))
            for name, first, last in zip(SERVICES, bounds[:-1], bounds[1:], strict=True)
            if last > first
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Fashion:
    """What draws people to cells and apps beside habit: (code, share of all uses) each."""

    crowds: Sequence[tuple[int, float]] = ()
    taken_up: Sequence[tuple[int, float]] = ()


@dataclass(frozen=True, slots=True)
class Reporting:
    """Which things report in which period: by kind and phase, so that no period counts them."""

    by_phase: Mapping[str, tuple[IntArray, ...]]

    @classmethod
    def of(cls, estate: Estate) -> Reporting:
        """Spread the reports of each kind over its window."""
        found: dict[str, tuple[IntArray, ...]] = {}
        for code, (name, (_, every, *_rest)) in enumerate(THINGS.items()):
            ids = np.flatnonzero(estate.subjects.thing_kind == code)
            found[name] = tuple(ids[phase::every] for phase in range(every))
        return cls(found)


def draw_uses(
    estate: Estate,
    reporting: Reporting,
    rng: np.random.Generator,
    ts_ns: int,
    *,
    where: IntArray,
    active: float,
    fashion: Fashion,
) -> Draw:
    """Draw the uses of the period that begins at ``ts_ns``."""
    user, app, cell = _by_users(estate, rng, where=where, active=active, fashion=fashion)
    thing, kind, at = _by_things(estate, reporting, ts_ns)
    service = np.concatenate([estate.catalogue.app_service[app], kind])
    order = np.argsort(service.astype(np.int8), kind="stable")
    rows = len(order)
    return Draw(
        subject=np.concatenate([user, thing])[order],
        service=service[order],
        app=np.concatenate([app, np.full(len(thing), -1)])[order],
        cell=np.concatenate([cell, at])[order],
        ts_ns=ts_ns + rng.integers(0, PERIOD_NS, rows),
        normal=rng.standard_normal((NORMALS, rows), dtype=FLOAT),
        uniform=rng.random((UNIFORMS, rows), dtype=FLOAT),
    )


def _by_users(
    estate: Estate, rng: np.random.Generator, *, where: IntArray, active: float, fashion: Fashion
) -> tuple[IntArray, IntArray, IntArray]:
    people = estate.subjects
    rows = int(rng.poisson(people.users * USES_A_DAY / PERIODS_A_DAY * active))
    user = people.chances[rng.integers(0, len(people.chances), rows)]
    app = people.favourites[user, rng.integers(0, people.favourites.shape[1], rows)]
    cell = where[user]
    near = estate.places.neighbours
    is_away = np.flatnonzero(rng.random(rows, dtype=FLOAT) < AWAY_SHARE)
    cell[is_away] = near[cell[is_away], rng.integers(0, near.shape[1], len(is_away))]
    lot: FloatArray = rng.random((2, rows))
    for code, share in fashion.taken_up:
        app = np.where(lot[0] < share, code, app)
    for code, share in fashion.crowds:
        cell = np.where(lot[1] < share, code, cell)
    return user, app, cell


def _by_things(
    estate: Estate, reporting: Reporting, ts_ns: int
) -> tuple[IntArray, IntArray, IntArray]:
    people, period = estate.subjects, ts_ns // PERIOD_NS
    things, kinds, cells = list[IntArray](), list[IntArray](), list[IntArray]()
    for name, phases in reporting.by_phase.items():
        thing = phases[period % len(phases)]
        cell = people.home[people.users + thing]
        if name == "vehicle":
            thing, cell = _driving(estate, thing, ts_ns)
        things.append(people.users + thing)
        kinds.append(np.full(len(thing), CODE[name]))
        cells.append(cell)
    return np.concatenate(things), np.concatenate(kinds), np.concatenate(cells)


def _driving(estate: Estate, thing: IntArray, ts_ns: int) -> tuple[IntArray, IntArray]:
    """Tell which vehicles drive and where: most at the rush hours, few at night."""
    people, hour = estate.subjects, ts_ns % DAY_NS / HOUR_NS
    share = np.interp(
        hour, [0, 5, 7.5, 10, 16, 17.5, 20, 24], [0.06, 0.1, 0.5, 0.3, 0.35, 0.5, 0.2, 0.06]
    )
    slot = ts_ns // (6 * PERIOD_NS)
    drives = (people.luck[people.users + thing] * 61.0 + slot * 0.6180339887) % 1.0 < share
    thing = thing[drives]
    vehicle = thing - int(np.searchsorted(people.thing_kind, list(THINGS).index("vehicle")))
    return thing, people.route[vehicle, (ts_ns // (2 * PERIOD_NS) + thing) % ROUTE]
