"""Look closer at a suspicion: what fell there, since when, and whether it is worth telling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sentio.analysis.scopes import Found, find_scope
from sentio.awareness.kernel import WINDOWS
from sentio.loop.known import Known
from sentio.loop.looking import (
    POOR_BELOW,
    Following,
    Looked,
    constants,
    falls_of,
    holds,
    lean,
    losses,
    named,
    of_groups,
    onset_of,
    services_of,
)
from sentio.loop.nested import stands_out
from sentio.loop.sight import SUBJECT, ZOOM_ROWS, Odd, Sight
from sentio.loop.widening import by_slice, looser_scope, wider_place
from sentio.model.degradation import Degradation, Scope

FOLLOW_ROWS = 120
ONSET_NATS = 1.5  # that choosing when it began costs
BEFORE_PERIODS, FEWEST_CALM = 4, 30  # looked at for when it began; uses that tell of before
FEWEST_SUBJECTS = 3
WITHOUT_WORST = 0.5  # of the evidence asked for, that must be left without the worst of them


class Zoom:
    """From a suspicion to a degradation, or to nothing."""

    def __init__(self, sight: Sight, known: Known) -> None:
        self.sight = sight
        self.watch = sight.watch
        self.known = known
        self.count = 0  # degradations so far

    def into(self, odd: Odd, end_ns: int, *, deeper: int = 2) -> Following | None:
        """Fetch a sample of what is suspected and tell what fell there; None if that is nothing.

        ``deeper`` is how often it may go on to a wider place instead.
        """
        since_ns = end_ns - odd.periods * self.watch.period_ns
        rows = self._look(odd.scope, since_ns, end_ns, ZOOM_ROWS)
        if rows is None:
            return None
        rows, found = self._found(rows)
        if (
            found is None
            or not self.sight.is_sure(odd, found, len(rows.mos))
            or not self._is_of_many(odd, found, rows)
            or (rows.within and not stands_out(found, odd.believed_from))
        ):
            return None
        wider = self._wider(found, odd, rows, end_ns) if deeper else None
        if wider is not None:
            there = self.into(replace(odd, scope=wider), end_ns, deeper=deeper - 1)
            if there is not None:
                return there
        return self._begin(found, {**odd.scope, **found.scope}, odd, rows, end_ns)

    def wider_than(self, one: Following, rows: Looked, end_ns: int) -> Scope | None:
        """Find what an open degradation is but a part of, with all that was seen since it began."""
        inside = np.flatnonzero(holds(rows.attributes, one.told.scope, len(rows.mos)))
        lost = float(rows.fall[inside].sum())
        if lost <= 0.0:
            return None
        found = Found(
            scope=one.told.scope, nats=one.told.nats, uses=len(inside), lost=lost, rows=inside
        )
        odd = Odd(
            scope={},
            nats=one.told.nats,
            window=len(WINDOWS),
            periods=(end_ns - one.told.began_ns) // self.watch.period_ns,
            uses=len(inside) / rows.share,
            believed_from=0.0,
        )

        def look(scope: Scope, since_ns: int, until_ns: int, most: int) -> Looked | None:
            return self.known.look(self.sight, scope, (since_ns, until_ns), most, but=one)

        return looser_scope(self.sight, found, odd, rows, end_ns, look)

    def _look(self, scope: Scope, since_ns: int, until_ns: int, most: int) -> Looked | None:
        return self.known.look(self.sight, scope, (since_ns, until_ns), most)

    def _is_of_many(self, odd: Odd, found: Found, rows: Looked) -> bool:
        """Tell whether several felt it: the bad hour of one is no degradation of a group."""
        if SUBJECT in odd.scope:
            return True
        who, fall = rows.attributes[SUBJECT][0][found.rows] + 1, rows.fall[found.rows]
        others = fall[who != np.bincount(who, fall).argmax()]
        if len(np.unique(who)) < FEWEST_SUBJECTS or not len(others):
            return False
        rest = self.watch.law(np.array([float(len(others))]), np.array([float(others.mean())]))
        return float(rest[0]) > WITHOUT_WORST * odd.believed_from

    def _found(self, rows: Looked) -> tuple[Looked, Found | None]:
        """Find what fell, in the whole window or since it seems to have begun."""
        found = find_scope(of_groups(rows), rows.fall, law=self.watch.law)
        if not len(rows.fall):
            return rows, found
        onset = onset_of(rows.fall, rows.age, np.ones(len(rows.fall)))
        late = rows.where(rows.age <= onset)
        since = find_scope(of_groups(late), late.fall, law=self.watch.law)
        if since is not None and (found is None or since.nats > found.nats + ONSET_NATS):
            return late, since
        return rows, found

    def _wider(self, found: Found, odd: Odd, rows: Looked, end_ns: int) -> Scope | None:
        place = wider_place(self.watch, found, odd, rows)
        if place is not None:
            return place
        return looser_scope(self.sight, found, odd, rows, end_ns, self._look)

    def _begin(self, found: Found, scope: Scope, odd: Odd, rows: Looked, end_ns: int) -> Following:
        self.count += 1
        onset, usual_losses = self._onset(scope, found, rows, odd, end_ns)
        kept = found.rows[rows.age[found.rows] <= onset]
        kept = kept if len(kept) else found.rows
        held = constants(rows, kept)
        scope = by_slice(self.sight, scope, held, odd, end_ns, self._look)
        uses = odd.uses * found.uses / max(len(rows.mos), 1)
        alike = self.sight.alike(scope, held, odd.window, uses)
        self.sight.take_back(scope, rows, found.rows)
        told = Degradation(
            id=f"D{self.count:05d}",
            scope=named(scope, held),
            services=services_of(rows, kept),
            began_ns=end_ns - (onset + 1) * self.watch.period_ns,
            seen_ns=end_ns,
            uses=round(len(kept) / rows.share),
            poor_uses=round(float((rows.mos[kept] < POOR_BELOW).sum()) / rows.share),
            mos_usual=float(rows.usual[kept].mean()),
            mos_seen=float(rows.mos[kept].mean()),
            nats=found.nats,
            per_day=self.watch.tail.per_day(found.nats),
            loss_by_domain=losses(rows, kept, usual_losses),
            shows_in=(" + ".join(f"{name}={member}" for name, member in odd.scope.items()),),
        )
        return Following(
            told=told,
            place=odd.scope,
            fall=float(rows.fall[kept].mean()),
            falls=falls_of(rows, kept),
            alike=tuple(other for other in alike if other != scope),
            others=tuple((lean({**odd.scope, **other}), nats) for other, nats in found.others),
            window=odd.window,
            held=held,
            usual_losses=usual_losses,
            within=rows.within,
        )

    def _onset(
        self, scope: Scope, found: Found, rows: Looked, odd: Odd, end_ns: int
    ) -> tuple[int, dict[str, float]]:
        """Find how many periods ago it began, by a look at the scope's own uses before.

        Gives with it what those before it lost by domain, if they were enough to tell.
        """
        since_ns = end_ns - odd.periods * self.watch.period_ns
        before_ns = since_ns - BEFORE_PERIODS * self.watch.period_ns
        fall, age = rows.fall[found.rows], rows.age[found.rows]
        weight = np.full(len(fall), 1.0 / rows.share)
        before = self._look(scope, before_ns, since_ns, FOLLOW_ROWS)
        if before is not None:
            fall = np.append(fall, before.fall)
            age = np.append(age, before.age + odd.periods)
            weight = np.append(weight, np.full(len(before.fall), 1.0 / before.share))
        onset = onset_of(fall, age, weight)
        calm = np.flatnonzero(before.age + odd.periods > onset) if before is not None else ()
        if before is None or len(calm) < FEWEST_CALM:
            return onset, {}
        return onset, losses(before, np.asarray(calm))
