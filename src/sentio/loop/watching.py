"""The watching half of the loop: see a fall, zoom in, find its scope, follow it to its end."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pyarrow as pa

from sentio.analysis.scopes import find_scope
from sentio.awareness.budget import Budget
from sentio.awareness.kernel import WINDOWS
from sentio.awareness.pairs import PairScan
from sentio.awareness.ring import Detail
from sentio.awareness.watch import Watch
from sentio.kernel.arrays import FloatArray
from sentio.loop.felt import Felt
from sentio.loop.known import Known
from sentio.loop.looking import (
    Following,
    better_nats,
    constants,
    explained,
    falls_of,
    grown,
    holds,
    lean,
    losses,
    named,
    of_groups,
    services_of,
)
from sentio.loop.nested import (
    LATER_PERIODS,
    explained_by,
    learn_level,
)
from sentio.loop.sight import FEWEST_ROWS, LIKE, ROW_BYTES, SUBJECT, ZOOM_ROWS, Sight
from sentio.loop.zooming import FEWEST_SUBJECTS, Zoom
from sentio.model.degradation import Degradation, Scope

ZOOMS_A_DAY = 30.0  # how many times a day chance may make us look closer
FALSE_A_DAY = 0.15  # and how many times it may be believed
MOST_NEW, MOST_ZOOMS = 6, 15  # degradations and zooms in one period
RECOVERED_NATS, QUIET_PERIODS = 8.0, 12
ABSORBED_PERIODS = 6  # by which a part may be noticed before the whole
MUTED_PERIODS, LOUDER = 24, 1.4
REVISITS, WIDENS = (2, 6, 14), (2, 6)  # periods after which it is looked at again, and around
BETTER_NATS = 3.0  # by which another scope must explain more, to be believed instead
SUBJECT_BYTES = 8  # the list of who felt it travels once, at the end
LEAST_LOST_MOS, SURE_NATS = 0.18, 100.0  # of a mean use, less is no degradation; beyond doubt
CLEAR_NATS, FEWEST_UNCLEAR = 25.0, 6  # what is less clear, and fewer than so many felt, is chance
USUAL_PERIODS = 24  # before a degradation, that tell how its scope usually fares

Key = tuple[tuple[str, str], ...]


class Watching:
    """Awareness and localisation, wired: feed it a period after another."""

    def __init__(
        self, watch: Watch, detail: Detail, *, budget: Budget, pairs: PairScan | None = None
    ) -> None:
        self.sight = Sight(watch, detail, budget, pairs)
        self.watch = watch
        self.detail = detail
        self.budget = budget
        self.known = Known(watch.period_ns)
        self.zoom = Zoom(self.sight, self.known)
        self.muted: dict[Key, tuple[float, int, int]] = {}  # nats, since when, for how long
        self.period = 0

    @property
    def open(self) -> list[Following]:
        """Degradations that go on, the oldest first."""
        return self.known.open

    def learn(
        self,
        rows: pa.Table,
        bins: Mapping[str, FloatArray],
        uses: pa.Table | None = None,
        *,
        start_ns: int,
        teaches_tail: bool = True,
    ) -> None:
        """Take in a period in which nothing is known to be wrong.

        The first day teaches nothing of the tail: what is usual is not known then.
        """
        self.sight.see(rows, bins, uses, start_ns=start_ns)
        if teaches_tail:
            self.sight.learn_tail()

    def uses_of(self, one: Following) -> dict[tuple[str, str], float]:
        """Count the uses of each attribute in the scopes of a degradation, in the last periods."""
        scopes = (one.told.scope, *(scope for scope, _ in one.others))
        found: dict[tuple[str, str], float] = {}
        for scope in scopes:
            found |= self.sight.uses_of(scope, window=2)
        return found

    def see(
        self,
        rows: pa.Table,
        bins: Mapping[str, FloatArray],
        uses: pa.Table | None = None,
        *,
        start_ns: int,
    ) -> list[Degradation]:
        """Take in a period; gives the degradations that began, changed or ended in it.

        ``uses`` are the period's single uses, where they lie at hand, for the watch of pairs.
        """
        self.period += 1
        self.muted = {
            key: held for key, held in self.muted.items() if self.period - held[1] < MUTED_PERIODS
        }
        end_ns = start_ns + self.watch.period_ns
        self.known.turn(end_ns)
        changed: list[Degradation] = []
        for each in list(self.open):
            told, explained = self._follow(each, start_ns, end_ns)
            changed.append(told)
            rows = pa.concat_tables([rows, explained]) if explained is not None else rows
        self.sight.see(rows, bins, uses, start_ns=start_ns, known=self.open)
        tried: set[Key] = set()
        for _ in range(MOST_NEW):
            new = self._next(tried, end_ns)
            if new is None:
                break
            if self._absorbs(new, end_ns):
                continue
            self.open.append(new)
            changed.append(new.told)
        for each in self.open:
            if each.periods in REVISITS:
                self._revisit(each, end_ns)
        return changed

    def _next(self, tried: set[Key], end_ns: int) -> Following | None:
        """Zoom into the surest suspicions until one proves to be a degradation."""
        per_day = ZOOMS_A_DAY * self.budget.ease
        looked: set[tuple[float, float]] = set()
        for odd in self.sight.odd(per_day=per_day, believed_a_day=FALSE_A_DAY):
            key, uses = _key(odd.scope), (round(odd.nats, 2), round(odd.uses, 1))
            if key in tried or self._is_muted(key, odd.nats):
                continue
            if uses in looked:  # it holds the same as one that was looked at
                self._mute(key, odd.nats)
                continue
            looked.add(uses)
            if len(tried) >= MOST_ZOOMS:
                break
            tried.add(key)
            if self.budget.rows(FEWEST_ROWS, ROW_BYTES) < FEWEST_ROWS:
                break  # it stays suspicious until there is room
            found = self.zoom.into(odd, end_ns)
            if found is not None and self._is_felt(found, end_ns) and self._is_its_own(found):
                return found
            self._mute(key, odd.nats)
        return None

    def _mute(self, key: Key, nats: float) -> None:
        _, _, waited = self.muted.get(key, (0.0, 0, 1))
        self.muted[key] = (nats, self.period, min(2 * waited, MUTED_PERIODS))

    def _is_felt(self, new: Following, end_ns: int) -> bool:
        """Tell whether it costs a mean use what people notice, and some did."""
        self._meet(new, new.told.began_ns, end_ns)
        fewest = FEWEST_SUBJECTS if new.told.nats > CLEAR_NATS else FEWEST_UNCLEAR
        is_seen = new.told.nats > SURE_NATS or new.felt.count >= fewest
        lost = new.told.mos_usual - new.told.mos_seen
        return lost > LEAST_LOST_MOS and (is_seen or SUBJECT in new.place)

    def _is_its_own(self, new: Following) -> bool:
        """Tell whether it is more than an uneven part of what it lies within.

        That has suffered more from the start, or suffers from another degradation as well.
        """
        around = self.known.around(new)
        if around is None:
            return True
        later_ns = new.told.began_ns - around.told.began_ns
        held = dict(new.held).items()
        both = [one for one in self.open if one is not around and one.told.scope.items() <= held]
        if both or later_ns < LATER_PERIODS * self.watch.period_ns:
            around.parts.append(new.told.scope)
            return False
        return True

    def _is_muted(self, key: Key, nats: float) -> bool:
        before, since, waits = self.muted.get(key, (0.0, 0, 0))
        return self.period - since < waits and nats < LOUDER * before

    def _follow(
        self, one: Following, start_ns: int, end_ns: int
    ) -> tuple[Degradation, pa.Table | None]:
        """Take in what the scope of an open degradation shows now; end it once it has recovered.

        Gives with it the totals that it explains, as negative rows: they neither alarm nor teach.
        """
        one.periods += 1
        rows = self.sight.totals(one.told.scope, start_ns, end_ns)
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
        judged = self.known.judged(rows, one)
        one.better_nats += better_nats(judged if len(judged.mos) else rows, one.falls)
        one.told = grown(one.told, rows, np.arange(len(rows.mos)), one.usual_losses)
        if one.better_nats > RECOVERED_NATS:
            self._end(one, one.better_since_ns)
            return one.told, None
        before, after = self.known.others(one)
        learn_level(one, rows, explained_by(rows, after))
        told = explained_by(rows, before)
        return one.told, None if told.all() else explained(rows.where(~told))

    def _meet(self, one: Following, since_ns: int, until_ns: int) -> None:
        """Note whom a degradation touches; at first also how its scope fared before it began."""
        if not one.felt.seen:
            earlier_ns = one.told.began_ns - USUAL_PERIODS * self.watch.period_ns
            around = self.known.around(one)
            earlier_ns = max(earlier_ns, around.told.began_ns if around else earlier_ns)
            with suppress(LookupError):  # what lies so far back may be gone
                earlier = self.detail.met(one.told.scope, earlier_ns, one.told.began_ns)
                between = (one.told.mos_usual + one.told.mos_seen) / 2.0
                one.felt.recall(earlier, least_mos=between)
        one.felt.meet(self.detail.met(one.told.scope, since_ns, until_ns), self.watch.bins)

    def _revisit(self, one: Following, end_ns: int) -> None:
        """Look again where a degradation was found: with more uses its scope is told better."""
        window_ns = one.told.began_ns, end_ns
        rows = self.known.look(self.sight, one.place, window_ns, ZOOM_ROWS, but=one)
        if rows is None:
            return
        wider = self.zoom.wider_than(one, rows, end_ns) if one.periods in WIDENS else None
        if wider is not None:
            again = self.known.look(self.sight, wider, window_ns, ZOOM_ROWS, but=one)
            if again is not None:
                one.place, rows = wider, again
        place = one.place
        inside = holds(rows.attributes, one.told.scope, len(rows.mos))
        found = find_scope(of_groups(rows), rows.fall, law=self.watch.law)
        if found is None or not inside.any():
            return
        n, fall = float(inside.sum()), max(float(rows.fall[inside].mean()), 0.0)
        known = float(self.watch.law(np.array([n]), np.array([fall]))[0])
        held = constants(rows, found.rows)
        scope = named({**place, **found.scope}, held)
        one.others = tuple((lean({**place, **o}), nats) for o, nats in found.others)
        if scope == one.told.scope or found.nats < known + BETTER_NATS:
            one.told = replace(one.told, nats=max(one.told.nats, found.nats))
            return
        # its own uses are taken out of all series by now: what is alike has few left
        uses = float((WINDOWS[-1] ** rows.age[found.rows]).sum()) / rows.share
        alike = self.sight.alike(scope, held, len(WINDOWS), (LIKE - 1.0) * uses)
        one.told = replace(
            one.told,
            scope=scope,
            nats=found.nats,
            services=services_of(rows, found.rows),
            loss_by_domain=losses(rows, found.rows, one.usual_losses),
        )
        one.held, one.felt, one.levels, one.parts = held, Felt(), {}, []
        one.alike = tuple(other for other in alike if other != scope)
        one.fall, one.falls = found.lost / found.uses, falls_of(rows, found.rows)
        self._meet(one, one.told.began_ns, end_ns)

    def _absorbs(self, new: Following, end_ns: int) -> bool:
        """Widen an open degradation that lies wholly within a new one, instead of telling two.

        What began well before is a fault of its own.
        """
        earliest_ns = new.told.began_ns - ABSORBED_PERIODS * self.watch.period_ns
        for one in self.open:
            is_part = new.told.scope.items() <= dict(one.held).items() and new.told.scope != {}
            if not is_part or one.told.began_ns < earliest_ns:
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
            one.felt = Felt()
            self._meet(one, one.told.began_ns, end_ns)
            return True
        return False

    def _end(self, one: Following, ended_ns: int) -> None:
        one.told = replace(
            one.told, ended_ns=max(ended_ns, one.told.began_ns + self.watch.period_ns)
        )
        self.known.end(one, one.told.ended_ns or ended_ns)
        self.budget.spend(SUBJECT_BYTES * one.felt.count)


def _key(scope: Scope) -> Key:
    return tuple(sorted(scope.items()))
