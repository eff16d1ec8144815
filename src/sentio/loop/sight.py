"""What the loop can see: series and pairs watched cheaply, and detail under a budget of bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.analysis.scopes import Found
from sentio.awareness.budget import Budget, value
from sentio.awareness.pairs import OddPair, PairScan
from sentio.awareness.ring import Detail, Fetched, Span
from sentio.awareness.series import Place
from sentio.awareness.usual import coded, usual_of
from sentio.awareness.watch import DAY_NS, Suspicion, Watch
from sentio.experience.service import SERVICES
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.loop.looking import Following, Looked, holds, scope_of
from sentio.loop.nested import levelled
from sentio.model.degradation import Scope
from sentio.model.domain import DIMENSIONS

ATTRIBUTES = (*(name for name in DIMENSIONS if name != "all"), "service", "app_version", "firmware")
SUBJECT = "subject"
ROW_BYTES, FEWEST_ROWS = 26, 60
SHORT = 0.25  # of what may be saved, below which bytes are weighed
ZOOM_ROWS, ALL_ROWS, SERVICE_BYTES = 1500, 10**7, 48
"""Following a scope for a period takes twelve numbers a service: uses, poor ones, the sums of their
scores and falls, the squares of both, and the losses of six domains. The collection point is told
the scope, and leaves it out of its totals itself."""
LIKE = 1.1  # uses of a place over those of a scope, for them to be one
MOST_FALL = 6.0  # deviations that one use may count for


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Where something fell: a scope of one attribute or a pair of them, and how surely."""

    scope: Scope
    nats: float
    window: int
    periods: int
    uses: float
    believed_from: float  # nats that chance exceeds too seldom to doubt, where none scatters more


class Sight:
    """The eyes of the loop."""

    def __init__(
        self, watch: Watch, detail: Detail, budget: Budget, pairs: PairScan | None = None
    ) -> None:
        self.watch = watch
        self.detail = detail
        self.budget = budget
        things = [name for name in SERVICES.names() if SERVICES[name].watches_each]
        self.judged: tuple[pa.Table, FloatArray] | None = None  # the last uses, against the usual
        self.pairs = pairs or PairScan(ticks_a_day=DAY_NS / watch.period_ns, things=things)

    def see(
        self,
        rows: pa.Table,
        bins: Mapping[str, FloatArray],
        uses: pa.Table | None,
        *,
        start_ns: int,
        known: Iterable[Following] = (),
    ) -> None:
        """Take in a period: its totals, its single uses where they lie at hand.

        What lies within one of the ``known`` degradations counts for the pairs only as far as it
        fares worse than others there.
        """
        self.watch.see(rows, bins, start_ns=start_ns)
        if uses is None or not uses.num_rows:
            return
        usual, variance = usual_of(self.watch, uses)
        mos = uses.column("mos").to_numpy().astype(np.float64)
        self.judged = (uses, mos - usual)
        fall = (usual - mos) / np.sqrt(variance)
        parts = [(one, inside(uses, one.told.scope)) for one in known]
        if parts:
            fall = np.clip(fall, -MOST_FALL, MOST_FALL)
            fall = levelled(fall, coded(uses, "service"), parts)
            for scope in (scope for one, _ in parts for scope in one.parts):
                fall[inside(uses, scope)] = np.nan
        self.pairs.see(uses, fall)

    def learn_tail(self) -> None:
        """Count how odd this period looks, as one in which nothing is wrong."""
        self.watch.learn_tail()
        self.pairs.learn_tail(self.watch.standard, self._excess)

    def odd(self, *, per_day: float, believed_a_day: float) -> list[Odd]:
        """Name what fell further than chance does so many times a day, the surest first.

        Where little may be spent, first what tells most of most uses for its bytes.
        """
        found = [
            self._odd(scope_of(each.place), each, self.watch.tail.height(believed_a_day))
            for each in self.watch.suspicions(per_day=per_day)
        ]
        pairs = self.pairs.suspicions(self.watch.standard, self._excess, per_day=per_day)
        found += [
            self._odd(each.scope, each, self.pairs.height(believed_a_day, each.kind))
            for each in pairs
        ]
        return sorted(found, key=lambda each: -self._worth(each))

    def _worth(self, odd: Odd) -> float:
        if self.budget.ease > SHORT:
            return odd.nats
        return value(odd.nats, odd.uses, ROW_BYTES, most_rows=ZOOM_ROWS)

    def _odd(self, scope: Scope, each: Suspicion | OddPair, height: float) -> Odd:
        return Odd(
            scope=scope,
            nats=each.nats,
            window=each.window,
            periods=each.periods,
            uses=each.uses,
            believed_from=height,
        )

    def _excess(self, scope: Scope, uses: float, window: int) -> float:
        return self.watch.excess(scope, uses, window=window)

    def fetch(
        self, scope: Scope, since_ns: int, until_ns: int, most: int, *, but: Sequence[Span] = ()
    ) -> Looked | None:
        """Fetch a sample of the uses of a scope; None where there is no room for it, or no use."""
        room = self.budget.rows(most, ROW_BYTES)
        if room < FEWEST_ROWS:
            return None
        try:
            fetched = self.detail.fetch(
                scope, since_ns, until_ns, most_rows=room, losses=True, but=but
            )
        except LookupError:
            return None
        self.budget.spend(fetched.size_bytes)
        return self._judge(fetched, until_ns)

    def totals(self, scope: Scope, since_ns: int, until_ns: int) -> Looked | None:
        """Have a scope's uses added up where they lie: rows travel only where they are fewer."""
        try:
            fetched = self.detail.fetch(scope, since_ns, until_ns, most_rows=ALL_ROWS, losses=True)
        except LookupError:
            return None
        rows = self._judge(fetched, until_ns)
        services = len(rows.attributes["service"][1])
        self.budget.spend(min(fetched.size_bytes, SERVICE_BYTES * services))
        return rows

    def take_back(self, scope: Scope, rows: Looked, which: IntArray) -> None:
        """Take explained uses out of every series and pair that holds them."""
        self._take_from_series(rows, which[~rows.known[which]])
        self.pairs.take_back(inside(uses, scope) for uses in self.pairs.held())

    def uses_of(self, scope: Scope, *, window: int) -> dict[tuple[str, str], float]:
        """Count the uses of each attribute of a scope in a window."""
        return {
            (name, member): self.watch.uses(Place(dimension=name, member=member), window=window)
            for name, member in scope.items()
        }

    def is_sure(self, odd: Odd, found: Found, rows: int) -> bool:
        """Tell whether what was found among so many rows is beyond chance, bad hours shared."""
        uses = odd.uses * found.uses / max(rows, 1)
        excess = self._excess({**odd.scope, **found.scope}, uses, odd.window)
        return found.nats > odd.believed_from * excess

    def alike(
        self, scope: Scope, held: Mapping[str, str], window: int, uses: float
    ) -> tuple[Scope, ...]:
        """Name other scopes that hold just the same uses: the data cannot tell them apart.

        ``held`` are the attributes that all uses of the scope have.
        """
        found: list[Scope] = []
        topology = self.watch.book.topology
        for name, member in held.items():
            other = Place(dimension=name, member=member)
            size = self.watch.uses(other, window=window)
            if name != "service" and 0 < size <= LIKE * uses + 3.0:
                found.append({name: member})
            for own, of in scope.items():
                own_size = self.watch.uses(Place(dimension=own, member=of), window=window)
                if topology.is_tied((own, of), (name, member)) and size <= LIKE * own_size + 3.0:
                    found.append({n: m for n, m in scope.items() if n != own} | {name: member})
        return tuple(found)

    def _judge(self, fetched: Fetched, until_ns: int) -> Looked:
        uses = fetched.uses
        usual, variance = usual_of(self.watch, uses)
        mos = uses.column("mos").to_numpy().astype(np.float64)
        keep = np.isfinite(usual) & np.isfinite(mos)
        uses = uses.filter(pa.array(keep))
        derived = self.watch.book.topology.derived
        names = [n for n in uses.column_names if n in (*ATTRIBUTES, SUBJECT) or n in derived]
        spread = np.sqrt(variance[keep])
        return Looked(
            uses=uses,
            attributes={name: coded(uses, name) for name in names},
            mos=mos[keep],
            usual=usual[keep],
            spread=spread,
            fall=np.clip((usual - mos)[keep] / spread, -MOST_FALL, MOST_FALL),
            age=(until_ns - 1 - uses.column("ts").to_numpy()) // self.watch.period_ns,
            share=fetched.share,
            known=np.zeros(len(spread), dtype=np.bool_),
            left_out=fetched.left_out,
        )

    def _take_from_series(self, rows: Looked, inside: IntArray) -> None:
        book, size = self.watch.book, self.watch.book.size
        ages = int(rows.age[inside].max(initial=0)) + 1
        n, total = np.zeros((ages, size)), np.zeros((ages, size))
        service, services = rows.attributes["service"]
        whole = {"all": (np.zeros(len(service), np.int64), ["all"])}
        for dimension, (codes, members) in {**rows.attributes, **whole}.items():
            if dimension == SUBJECT:
                continue
            pair = service[inside] * (len(members) + 1) + codes[inside]
            for one in np.unique(pair[codes[inside] >= 0]):
                s, m = divmod(int(one), len(members) + 1)
                series = book.find(services[s], Place(dimension=dimension, member=members[m]))
                if series is None:
                    continue
                here = inside[pair == one]
                np.add.at(n[:, series], rows.age[here], 1.0 / rows.share)
                np.add.at(total[:, series], rows.age[here], rows.mos[here] / rows.share)
        touched = np.flatnonzero(n.any(axis=0))
        self.watch.take_back(touched, n[:, touched], total[:, touched])


def inside(uses: pa.Table, scope: Scope) -> BoolArray:
    """Tell which uses lie in a scope."""
    known = {name: coded(uses, name) for name in scope if name in uses.column_names}
    return holds(known, scope, uses.num_rows)
