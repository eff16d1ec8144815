"""Watch everything cheaply: each period all series at once, then the exact law for the odd ones.

Tier one judges every series against its baseline (`kernel`), joins the services of each place, and
lets through what fell by more than chance may. What is let through is weighed by the exact law
(`evidence`) against a tail that was counted on this very network (`tail`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentio.awareness.baselines import Baselines, Seen, Singles, Tick
from sentio.awareness.days import Days
from sentio.awareness.evidence import (
    NEGLIGIBLE,
    alone,
    floored,
    joint_falls,
    standard_law,
    sums_of,
    together,
)
from sentio.awareness.kernel import LEAST_SCATTER, WINDOWS
from sentio.awareness.law import Family, family
from sentio.awareness.series import Place, SeriesBook
from sentio.awareness.tail import Tail
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.model.degradation import Scope
from sentio.model.topology import Topology

Held: TypeAlias = npt.NDArray[np.generic]

DAY_NS = 86_400_000_000_000
ODD = 2.5  # standard deviations from which a place is weighed by the exact law
WINDOW_PERIODS = (1, *(round(1.0 / (1.0 - keeps)) for keeps in WINDOWS))
SERVICE_NATS = 1.5  # a place may show in any one of its services: what this choice costs
BIN_KEEPS = 0.999
LAWS_PERIODS = 12  # after which the laws are worked out anew
MOS_MIDDLES: FloatArray = np.linspace(1.05, 4.95, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A place that fell: how surely (nats), since when, by how much.

    ``services`` are those that fell there, the most certain first; ``lost`` is the MOS lost against
    the usual, summed over ``uses``, in the window that shows it best.
    """

    place: Place
    nats: float
    per_day: float  # how often chance exceeds that
    window: int
    periods: int
    services: tuple[str, ...]
    uses: float
    lost: float


class Watch:
    """All that awareness has learned, and the judgement of the period at hand."""

    def __init__(self, *, period_ns: int, topology: Topology | None = None) -> None:
        self.period_ns = period_ns
        self.book = SeriesBook(topology)
        self.baselines = Baselines(1)
        self.days = Days()
        self._cells: list[int] = []  # codes of the places that are cells,
        self._placed = 0  # of so many places
        self.tail = Tail(ticks_a_day=DAY_NS / period_ns)
        self.bins: dict[str, FloatArray] = {}
        self._tick: Tick | None = None
        self._seen: Seen | None = None
        self._periods, self._laws_of = 0, 0
        self._laws: tuple[dict[int, Family], Family] | None = None
        self._law_bins: dict[str, FloatArray] = {}  # what they were worked out from

    def see(self, rows: pa.Table, bins: Mapping[str, FloatArray], *, start_ns: int) -> None:
        """Judge a period and learn from it.

        ``rows`` are as `SeriesBook.tick` takes them, ``bins`` the MOS histogram of each service.
        """
        self._periods += 1
        for service, counts in bins.items():
            self.bins[service] = self.bins.get(service, np.zeros(40)) * BIN_KEEPS + counts
        known = self.baselines.size
        tick = self.book.tick(rows)
        self.baselines.grow(self.book.service[known:].astype(np.int64))
        self._tick = tick
        # what is explained comes as negative rows, but those people are where they are
        at_cells = pc.and_(
            pc.equal(rows.column("dimension"), "cell"), pc.greater(rows.column("n"), 0)
        )
        there = self.book.tick(rows.filter(at_cells))
        self.days.see(self._uses_by_cell(there), start_ns)
        self._seen = self.baselines.see(tick, slot=self.days.slot(start_ns))

    def learn_tail(self) -> None:
        """Count how odd this period looks, as one in which nothing is wrong."""
        places = self._odd_places()
        _, nats, _ = self._weigh(places)
        self.tail.learn(nats)

    def suspicions(self, *, per_day: float, only: BoolArray | None = None) -> list[Suspicion]:
        """Name the places that fell further than chance does so many times a day, the surest first.

        ``only`` restricts the places, shape (places,).
        """
        places = self._odd_places()
        if only is not None:
            places = places[only[places]]
        height = self.tail.height(per_day)
        series, nats, window = self._weigh(places)
        order = np.argsort(-nats)
        return [
            self._suspicion(int(places[i]), series, float(nats[i]), int(window[i]))
            for i in order[: int((nats > height).sum())].tolist()
        ]

    def take_back(self, series: IntArray, n: FloatArray, total: FloatArray) -> None:
        """Take uses that are explained out of the windows.

        ``n`` and ``total``, their MOS sum, have shape (periods, series), the present period first.
        """
        tick, seen = self._judged()
        known = series < len(tick.n)
        series, n, total = series[known], n[:, known], total[:, known]
        lost = n * seen.usual[series] - total
        age = np.arange(len(n))[:, None]
        held = self.baselines.arrays
        for k, keeps in enumerate(WINDOWS):
            weight = keeps**age
            _less(held["window_n"][k], series, (weight * n).sum(axis=0))
            _less(held["window_n2"][k], series, (weight**2 * n).sum(axis=0))
            held["window_lost"][k][series] -= (weight * lost).sum(axis=0)
        fewer = np.minimum(n[0], tick.n[series])
        tick.total[series] -= np.where(fewer == n[0], total[0], fewer * seen.usual[series])
        tick.n[series] -= fewer

    def remainder(
        self, place: Place, *, window: int, n: float, deviations: float
    ) -> tuple[float, float]:
        """Tell how far a place still falls when some uses are left out.

        ``deviations`` is the sum of those uses' falls, each in its own standard deviations. Gives
        the fall of all others together, and of one of them, in standard deviations.
        """
        tick, seen = self._judged()
        code = self.book.place_code(place)
        if code is None:
            return 0.0, 0.0
        series = np.flatnonzero(self.book.place[: len(tick.n)] == code)
        sums = sums_of(self.baselines, tick, seen, series)
        variance = np.maximum(
            self.baselines.arrays["variance"][series].astype(np.float64), LEAST_SCATTER**2
        )
        fall = float((sums.lost[window] / np.sqrt(variance)).sum()) - deviations
        others = max(float(sums.n[window].sum()) - n, 1.0)
        spread = max(float(sums.n2[window].sum()) * others / (others + n), 1.0)
        return fall / float(np.sqrt(spread)), fall / others

    def uses(self, place: Place, *, window: int, services: Sequence[str] = ()) -> float:
        """Count the uses of a place in a window: of all services, or of some."""
        tick, seen = self._judged()
        code = self.book.place_code(place)
        if code is None:
            return 0.0
        is_wanted = self.book.place[: len(tick.n)] == code
        if services:
            codes = [code for code, name in enumerate(self.book.services) if name in services]
            is_wanted &= np.isin(self.book.service[: len(tick.n)], codes)
        series = np.flatnonzero(is_wanted)
        return float(sums_of(self.baselines, tick, seen, series).n[window].sum())

    def excess(self, scope: Scope, uses: float, *, window: int) -> float:
        """Tell how much more a mean of so many uses scatters in a scope than the law says, >= 1.

        Uses of one place share its bad hours; a part of them shares them the less, the fewer it
        has. Of the attributes of a scope that counts which scatters most.
        """
        return max(
            [1.0, *(self._excess(name, member, uses, window) for name, member in scope.items())]
        )

    def _excess(self, name: str, member: str, uses: float, window: int) -> float:
        tick, seen = self._judged()
        code = self.book.place_code(Place(dimension=name, member=member))
        if code is None:
            return 1.0
        series = np.flatnonzero(self.book.place[: len(tick.n)] == code)
        n = sums_of(self.baselines, tick, seen, series).n[window]
        if n.sum() <= 0.0:
            return 1.0
        laws, _ = self._laws_now()
        of_service = np.array([laws[int(code)].scatter for code in self.book.service[series]])
        own = (
            np.maximum(self.baselines.arrays["variance"][series], LEAST_SCATTER**2) / of_service**2
        )
        shared = np.maximum(self.baselines.phi[window, series] - 1.0, 0.0)
        shared = 1.0 + shared * min(uses / float(n.sum()), 1.0)
        return float((n * own * shared).sum() / n.sum())

    def usual(self, service: str, place: Place) -> tuple[float, float] | None:
        """Give the usual mean and the variance of a use of a series, as of the last period."""
        series = self.book.find(service, place)
        if series is None or self._seen is None or series >= len(self._seen.usual):
            return None
        return float(self._seen.usual[series]), float(self.baselines.arrays["variance"][series])

    def saved(self) -> tuple[dict[str, Held], dict[str, Any]]:  # Any: JSON
        """Give all that was learned: arrays by name, and what else there is as JSON."""
        arrays = {f"base.{name}": array for name, array in self.baselines.saved().items()}
        arrays |= {f"days.{name}": array for name, array in self.days.saved().items()}
        arrays["tail.counts"] = self.tail.counts
        for name, bins in (("bins", self.bins), ("law_bins", self._law_bins)):
            arrays |= {f"{name}.{i}": counts for i, counts in enumerate(bins.values())}
        if self._tick is not None and self._seen is not None:
            arrays |= {f"tick.{f.name}": getattr(self._tick, f.name) for f in fields(Tick)}
            arrays |= {f"seen.{f.name}": getattr(self._seen, f.name) for f in fields(Seen)}
        keys, pairs = self.book.saved()
        arrays["book.pairs"] = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        more = {"keys": keys, "bins": list(self.bins), "law_bins": list(self._law_bins)}
        laws = {"laws": len(self._laws[0]) if self._laws else 0, "laws_of": self._laws_of}
        counts = {"ticks": self.tail.ticks, "periods": self._periods}
        return arrays, {"period_ns": self.period_ns, **more, **laws, **counts}

    @classmethod
    def restored(
        cls,
        arrays: Mapping[str, Held],
        more: Mapping[str, Any],  # Any: JSON
        *,
        topology: Topology,
    ) -> Watch:
        """Go on from what `saved` gave."""
        again = cls(period_ns=int(more["period_ns"]), topology=topology)
        pairs = [(int(below), int(above)) for below, above in arrays["book.pairs"].tolist()]
        again.book.take_over(more["keys"], pairs)
        again.baselines = Baselines.restored(_part(arrays, "base."))
        again.days = Days.restored(_part(arrays, "days."))
        again.tail.ticks = float(more["ticks"])
        again.tail.counts = np.array(arrays["tail.counts"], dtype=np.float64)
        for name, bins in (("bins", again.bins), ("law_bins", again._law_bins)):
            for i, service in enumerate(more[name]):
                bins[service] = np.array(arrays[f"{name}.{i}"], dtype=np.float64)
        again._periods, again._laws_of = int(more["periods"]), int(more["laws_of"])
        if more["laws"]:
            again._laws = _laws(again._law_bins, again.book.services[: more["laws"]])
        if "tick.n" in arrays:
            again._tick = Tick(**_part(arrays, "tick."))  # pyright: ignore[reportArgumentType]
            again._seen = Seen(**_part(arrays, "seen."))  # pyright: ignore[reportArgumentType]
        return again

    def _uses_by_cell(self, tick: Tick) -> FloatArray:
        places = self.book.places
        fresh = range(self._placed, len(places))
        self._cells += [code for code in fresh if places[code].dimension == "cell"]
        self._placed = len(places)
        uses = np.bincount(self.book.place[: len(tick.n)], tick.n, len(places))
        return uses[self._cells].astype(np.float64)

    def _judged(self) -> tuple[Tick, Seen]:
        if self._tick is None or self._seen is None:
            raise ValueError("no period has been seen yet")
        return self._tick, self._seen

    def _odd_places(self) -> IntArray:
        tick, seen = self._judged()
        held, size = self.baselines.arrays, len(tick.n)
        falls = joint_falls(
            tick.n, tick.total, seen.usual,
            held["window_n2"][:, :size], held["window_lost"][:, :size],
            held["variance"][:size], self.baselines.phi,
            self.book.place[:size], len(self.book.places),
        )  # fmt: skip
        is_odd = falls > ODD
        is_odd[self.book.place[:size][seen.fall > ODD + 0.5]] = True
        return np.flatnonzero(is_odd)

    def _weigh(self, places: IntArray) -> tuple[_Series, FloatArray, npt.NDArray[np.int64]]:
        """Weigh places: the evidence of each, and in which window it is greatest."""
        tick, seen = self._judged()
        group_of = np.full(len(self.book.places), -1)
        group_of[places] = np.arange(len(places))
        place = self.book.place[: len(tick.n)]
        series = np.flatnonzero(group_of[place] >= 0)
        group, service = group_of[place[series]], self.book.service[series].astype(np.int64)
        sums = sums_of(self.baselines, tick, seen, series)
        laws, standard = self._laws_now()
        each = alone(sums, service, laws)
        joined = together(floored(sums, service, laws), group, len(places), standard)
        best = np.zeros_like(joined)
        for k in range(len(best)):
            np.maximum.at(best[k], group, each[k] - SERVICE_NATS)
        best = np.maximum(best, joined)
        window = best.argmax(axis=0) if len(places) else np.zeros(0, dtype=np.int64)
        found = _Series(
            series=series, group=group, service=service, nats=each, sums=(sums.n, sums.lost)
        )
        return found, best.max(axis=0, initial=0.0), window

    @property
    def standard(self) -> Family:
        """The law of all services' uses, each in its own deviations."""
        return self._laws_now()[1]

    def law(self, uses: FloatArray, fall: FloatArray) -> FloatArray:
        """Give the evidence of a mean fall, in deviations, over a number of uses, in nats."""
        return uses * self.standard.fall(np.maximum(fall - NEGLIGIBLE, 0.0))

    def _laws_now(self) -> tuple[dict[int, Family], Family]:
        """Give the law of each service and that of all, worked out anew now and then."""
        is_old = self._periods - self._laws_of > LAWS_PERIODS
        if self._laws is None or is_old or len(self._laws[0]) < len(self.book.services):
            self._law_bins, self._laws_of = dict(self.bins), self._periods
            self._laws = _laws(self._law_bins, self.book.services)
        return self._laws

    def _suspicion(self, place: int, all_of: _Series, nats: float, window: int) -> Suspicion:
        here = np.flatnonzero(self.book.place[all_of.series] == place)
        own = all_of.nats[window, here]
        order = here[np.argsort(-own)]
        shows = [i for i in order if all_of.nats[window, i] > 1.0] or list(order[:1])
        n, lost = all_of.sums
        return Suspicion(
            place=self.book.places[place],
            nats=float(nats),
            per_day=self.tail.per_day(float(nats)) if self.tail.ticks else float("nan"),
            window=window,
            periods=WINDOW_PERIODS[window],
            services=tuple(self.book.services[all_of.service[i]] for i in shows),
            uses=float(n[window, here].sum()),
            lost=float(lost[window, here].sum()),
        )


def _laws(
    bins: Mapping[str, FloatArray], services: Sequence[str]
) -> tuple[dict[int, Family], Family]:
    of_services = {
        code: family(MOS_MIDDLES, bins.get(name, np.zeros(40)))
        for code, name in enumerate(services)
    }
    return of_services, family(*standard_law([(MOS_MIDDLES, each) for each in bins.values()]))


def _part(arrays: Mapping[str, Held], prefix: str) -> dict[str, Held]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}


def _less(held: Singles, series: IntArray, by: FloatArray) -> None:
    held[series] = np.maximum(held[series] - by, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    series: IntArray
    group: IntArray
    service: IntArray
    nats: FloatArray
    sums: tuple[FloatArray, FloatArray]
