"""The watching half of the loop: see a fall, zoom in, find its scope, follow it to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from sentio.analysis.scopes import Found, find_scope
from sentio.awareness.budget import Budget
from sentio.awareness.ring import Detail, Fetched
from sentio.awareness.series import Place
from sentio.awareness.totals import joint_codes
from sentio.awareness.usual import coded, usual_of
from sentio.awareness.watch import Suspicion, Watch
from sentio.kernel.arrays import FloatArray, IntArray
from sentio.loop.looking import (
    POOR_BELOW,
    Following,
    Looked,
    better_nats,
    constants,
    explained,
    falls_of,
    grown,
    holds,
    lean,
    losses,
    onset_of,
    scope_of,
    services_of,
)
from sentio.model.degradation import Degradation, Scope
from sentio.model.domain import DIMENSIONS

ATTRIBUTES = (*(name for name in DIMENSIONS if name != "all"), "service", "app_version", "firmware")
ZOOMS_A_DAY = 60.0  # how many times a day chance may make us look closer
FALSE_A_DAY = 0.3  # and how many times it may be believed
ZOOM_ROWS, FOLLOW_ROWS = 1500, 120
ROW_BYTES, FEWEST_ROWS = 26, 60
MOST_NEW, MOST_ZOOMS = 6, 15  # degradations and zooms in one period
RECOVERED_NATS, QUIET_PERIODS = 8.0, 12
MUTED_PERIODS, LOUDER = 24, 1.4
BEFORE_PERIODS = 4  # looked at for when it began
REVISITS = (2, 6, 14)
BETTER_NATS = 3.0  # by which another scope must explain more, to be believed instead
AS_MUCH = 0.2  # of a fall, that a wider place must show in all else
SUBJECT_BYTES = 8
ALL_ROWS, TOTALS_BYTES = 10**7, 40_000  # a scope's sums in some 6,000 series
LIKE = 1.1  # uses of a place over those of a scope, for them to be one
REMAINS = 4.0  # standard deviations that a place must still fall to be the wider cause


class Watching:
    """Awareness and localisation, wired: feed it a period after another."""

    def __init__(self, watch: Watch, detail: Detail, *, budget: Budget) -> None:
        self.watch = watch
        self.detail = detail
        self.budget = budget
        self.open: list[Following] = []
        self.muted: dict[Place, tuple[float, int]] = {}
        self.count = 0
        self.period = 0

    def learn(
        self,
        rows: pa.Table,
        bins: Mapping[str, FloatArray],
        *,
        start_ns: int,
        teaches_tail: bool = True,
    ) -> None:
        """Take in a period in which nothing is known to be wrong.

        The first day teaches nothing of the tail: what is usual is not known then.
        """
        self.watch.see(rows, bins, start_ns=start_ns)
        if teaches_tail:
            self.watch.learn_tail()

    def uses_of(self, one: Following) -> dict[tuple[str, str], float]:
        """Count the uses of each attribute in the scopes of a degradation, in the last periods."""
        scopes = (one.told.scope, *(scope for scope, _ in one.others))
        pairs = {pair for scope in scopes for pair in scope.items()}
        return {
            (name, member): self.watch.uses(Place(dimension=name, member=member), window=2)
            for name, member in pairs
        }

    def see(
        self, rows: pa.Table, bins: Mapping[str, FloatArray], *, start_ns: int
    ) -> list[Degradation]:
        """Take in a period; gives the degradations that began, changed or ended in it."""
        self.period += 1
        end_ns = start_ns + self.watch.period_ns
        changed: list[Degradation] = []
        for each in list(self.open):
            told, explained = self._follow(each, start_ns, end_ns)
            changed.append(told)
            rows = pa.concat_tables([rows, explained]) if explained is not None else rows
        self.watch.see(rows, bins, start_ns=start_ns)
        tried: set[Place] = set()
        for _ in range(MOST_NEW):
            new = self._next(tried, end_ns)
            if new is None:
                break
            if self._absorbs(new):
                continue
            self.open.append(new)
            self._meet(new, new.told.began_ns, end_ns)
            changed.append(new.told)
        for each in self.open:
            if each.periods in REVISITS:
                self._revisit(each, end_ns)
        return changed

    def _next(self, tried: set[Place], end_ns: int) -> Following | None:
        """Zoom into the surest suspicions until one proves to be a degradation."""
        for suspicion in self.watch.suspicions(per_day=ZOOMS_A_DAY):
            if suspicion.place in tried or self._is_muted(suspicion):
                continue
            if len(tried) >= MOST_ZOOMS:
                break
            tried.add(suspicion.place)
            if self.budget.rows(FEWEST_ROWS, ROW_BYTES) < FEWEST_ROWS:
                break  # it stays suspicious until there is room
            found = self._zoom(suspicion, end_ns)
            if found is not None:
                return found
            self.muted[suspicion.place] = (suspicion.nats, self.period)
        return None

    def _is_muted(self, suspicion: Suspicion) -> bool:
        nats, since = self.muted.get(suspicion.place, (0.0, -MUTED_PERIODS))
        return self.period - since < MUTED_PERIODS and suspicion.nats < LOUDER * nats

    def _zoom(self, suspicion: Suspicion, end_ns: int, *, deeper: int = 2) -> Following | None:
        place = suspicion.place
        scope = scope_of(place)
        since_ns = end_ns - suspicion.periods * self.watch.period_ns
        rows = self._fetch(scope, since_ns, end_ns, ZOOM_ROWS)
        if rows is None:
            return None
        rows = self._without_open(rows)
        found = find_scope(rows.attributes, rows.fall, law=self.watch.law)
        if found is None or found.nats < self.watch.tail.height(FALSE_A_DAY):
            return None
        wider = self._wider(found, suspicion, rows) if deeper else None
        if wider is not None:
            there = self._zoom(replace(suspicion, place=wider), end_ns, deeper=deeper - 1)
            if there is not None:
                return there
        return self._begin(found, {**scope, **found.scope}, suspicion, rows, end_ns)

    def _wider(self, found: Found, suspicion: Suspicion, rows: Looked) -> Place | None:
        """Find a wider place in which all else falls as what was found does: then look there."""
        n, fall = found.uses / rows.share, found.lost / rows.share
        best, most = None, REMAINS
        for name, member in constants(rows, found.rows).items():
            other = Place(dimension=name, member=member)
            if name == "service" or other == suspicion.place:
                continue
            together, each = self.watch.remainder(
                other, window=suspicion.window, n=n, deviations=fall
            )
            if each > AS_MUCH * fall / n and together > most:
                best, most = other, together
        return best

    def _begin(
        self, found: Found, scope: Scope, suspicion: Suspicion, rows: Looked, end_ns: int
    ) -> Following:
        self.count += 1
        onset = self._onset(scope, found, rows, suspicion, end_ns)
        kept = found.rows[rows.age[found.rows] <= onset]
        kept = kept if len(kept) else found.rows
        place = scope_of(suspicion.place)
        held = constants(rows, kept)
        whole = self.watch.uses(suspicion.place, window=suspicion.window)
        uses = whole * found.uses / max(len(rows.mos), 1)
        alike = self._alike(scope, held, suspicion.window, uses)
        self._take_back(rows, found.rows)
        told = Degradation(
            id=f"D{self.count:05d}",
            scope=lean(scope),
            services=services_of(rows, kept),
            began_ns=end_ns - (onset + 1) * self.watch.period_ns,
            seen_ns=end_ns,
            uses=round(len(kept) / rows.share),
            poor_uses=round(float((rows.mos[kept] < POOR_BELOW).sum()) / rows.share),
            mos_usual=float(rows.usual[kept].mean()),
            mos_seen=float(rows.mos[kept].mean()),
            nats=found.nats,
            per_day=self.watch.tail.per_day(found.nats),
            loss_by_domain=losses(rows, kept),
            shows_in=(f"{suspicion.place.dimension}={suspicion.place.member}",),
        )
        return Following(
            told=told,
            place=suspicion.place,
            fall=float(rows.fall[kept].mean()),
            falls=falls_of(rows, kept),
            alike=tuple(other for other in alike if other != scope),
            others=tuple((lean({**place, **other}), nats) for other, nats in found.others),
            window=suspicion.window,
            held=held,
        )

    def _onset(
        self, scope: Scope, found: Found, rows: Looked, suspicion: Suspicion, end_ns: int
    ) -> int:
        """Find how many periods ago it began, by a look at the scope's own uses before."""
        since_ns = end_ns - suspicion.periods * self.watch.period_ns
        before_ns = since_ns - BEFORE_PERIODS * self.watch.period_ns
        fall, age = rows.fall[found.rows], rows.age[found.rows]
        weight = np.full(len(fall), 1.0 / rows.share)
        before = self._fetch(scope, before_ns, since_ns, FOLLOW_ROWS)
        if before is not None:
            fall = np.append(fall, before.fall)
            age = np.append(age, before.age + suspicion.periods)
            weight = np.append(weight, np.full(len(before.fall), 1.0 / before.share))
        return onset_of(fall, age, weight)

    def _alike(
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

    def _follow(
        self, one: Following, start_ns: int, end_ns: int
    ) -> tuple[Degradation, pa.Table | None]:
        """Take in what the scope of an open degradation shows now; end it once it has recovered.

        Gives with it the totals that it explains, as negative rows: they neither alarm nor teach.
        """
        one.periods += 1
        rows = self._totals(one.told.scope, start_ns, end_ns)
        if rows is None:
            return one.told, None
        self._meet(one, start_ns, end_ns)
        if not len(rows.mos):
            one.quiet += 1
            if one.quiet >= QUIET_PERIODS:
                self._end(one, end_ns - one.quiet * self.watch.period_ns)
            return one.told, None
        one.quiet = 0
        if one.better_nats <= 0.0:
            one.better_nats, one.better_since_ns = 0.0, start_ns
        one.better_nats += better_nats(rows, one.falls)
        one.told = grown(one.told, rows, np.arange(len(rows.mos)))
        if one.better_nats > RECOVERED_NATS:
            self._end(one, one.better_since_ns)
            return one.told, None
        return one.told, explained(rows)

    def _meet(self, one: Following, since_ns: int, until_ns: int) -> None:
        """Note whom a degradation touches."""
        met = self.detail.subjects(one.told.scope, since_ns, until_ns).tolist()
        before = len(one.subjects)
        one.subjects.update(met)
        self.budget.spend(SUBJECT_BYTES * (len(one.subjects) - before))

    def _revisit(self, one: Following, end_ns: int) -> None:
        """Look again where a degradation was found: with more uses its scope is told better."""
        place = scope_of(one.place)
        rows = self._fetch(place, one.told.began_ns, end_ns, ZOOM_ROWS)
        if rows is None:
            return
        rows = self._without_open(rows, but=one)
        inside = holds(rows.attributes, one.told.scope, len(rows.mos))
        found = find_scope(rows.attributes, rows.fall, law=self.watch.law)
        if found is None or not inside.any():
            return
        n, fall = float(inside.sum()), max(float(rows.fall[inside].mean()), 0.0)
        known = float(self.watch.law(np.array([n]), np.array([fall]))[0])
        scope = lean({**place, **found.scope})
        one.others = tuple((lean({**place, **o}), nats) for o, nats in found.others)
        if scope == one.told.scope or found.nats < known + BETTER_NATS:
            one.told = replace(one.told, nats=max(one.told.nats, found.nats))
            return
        held = constants(rows, found.rows)
        one.told = replace(
            one.told,
            scope=scope,
            nats=found.nats,
            services=services_of(rows, found.rows),
            loss_by_domain=losses(rows, found.rows),
        )
        one.held, one.alike, one.subjects = held, (), set()
        one.fall, one.falls = found.lost / found.uses, falls_of(rows, found.rows)
        self._meet(one, one.told.began_ns, end_ns)

    def _absorbs(self, new: Following) -> bool:
        """Widen an open degradation that lies wholly within a new one, instead of telling two."""
        for one in self.open:
            if not new.told.scope.items() <= dict(one.held).items() or new.told.scope == {}:
                continue
            kept = one.told
            one.told = replace(
                new.told,
                id=kept.id,
                began_ns=min(kept.began_ns, new.told.began_ns),
                seen_ns=kept.seen_ns,
            )
            one.place, one.held, one.alike, one.others = new.place, new.held, new.alike, new.others
            one.fall, one.falls, one.better_nats = new.fall, new.falls, 0.0
            return True
        return False

    def _end(self, one: Following, ended_ns: int) -> None:
        one.told = replace(
            one.told, ended_ns=max(ended_ns, one.told.began_ns + self.watch.period_ns)
        )
        self.open.remove(one)

    def _totals(self, scope: Scope, since_ns: int, until_ns: int) -> Looked | None:
        """Have a scope's uses added up where they lie: rows travel only where they are fewer."""
        try:
            fetched = self.detail.fetch(scope, since_ns, until_ns, most_rows=ALL_ROWS, losses=True)
        except LookupError:
            return None
        self.budget.spend(min(fetched.size_bytes, TOTALS_BYTES))
        return self._judge(fetched, until_ns)

    def _fetch(self, scope: Scope, since_ns: int, until_ns: int, most: int) -> Looked | None:
        room = self.budget.rows(most, ROW_BYTES)
        if room < FEWEST_ROWS:
            return None
        try:
            fetched = self.detail.fetch(scope, since_ns, until_ns, most_rows=room, losses=True)
        except LookupError:
            return None
        self.budget.spend(fetched.size_bytes)
        return self._judge(fetched, until_ns)

    def _judge(self, fetched: Fetched, until_ns: int) -> Looked:
        uses = fetched.uses
        usual, variance = usual_of(self.watch, uses)
        mos = uses.column("mos").to_numpy().astype(np.float64)
        keep = np.isfinite(usual) & np.isfinite(mos)
        uses = uses.filter(pa.array(keep))
        derived = self.watch.book.topology.derived
        names = [n for n in uses.column_names if n in ATTRIBUTES or n in derived]
        return Looked(
            uses=uses,
            attributes={name: coded(uses, name) for name in names},
            mos=mos[keep],
            usual=usual[keep],
            fall=(usual - mos)[keep] / np.sqrt(variance[keep]),
            age=(until_ns - 1 - uses.column("ts").to_numpy()) // self.watch.period_ns,
            share=fetched.share,
        )

    def _without_open(self, rows: Looked, *, but: Following | None = None) -> Looked:
        """Leave out what open degradations explain."""
        keep = np.ones(len(rows.mos), dtype=np.bool_)
        for one in self.open:
            if one is but:
                continue
            keep &= ~holds(rows.attributes, one.told.scope, len(keep))
        return rows if keep.all() else rows.where(keep)

    def _take_back(self, rows: Looked, inside: IntArray) -> None:
        """Take explained uses out of every series that holds them."""
        book, size = self.watch.book, self.watch.book.size
        ages = int(rows.age[inside].max(initial=0)) + 1
        n, total = np.zeros((ages, size)), np.zeros((ages, size))
        service, services = rows.attributes["service"]
        whole = {"all": (np.zeros(len(service), np.int64), ["all"])}
        everywhere = {**rows.attributes, **whole, **joint_codes(rows.attributes)}
        for dimension, (codes, members) in everywhere.items():
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
