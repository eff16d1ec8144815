"""The loop over an open store: period by period of data time, from where it stopped, in order.

Data time is the newest committed use, never ahead of the clock, less a grace. A period that was
judged is not judged again: what comes in later than the grace counts in the cube and in every
question, but not in the watch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa

from sentio.awareness.budget import Budget
from sentio.awareness.totals import Totals
from sentio.awareness.watch import DAY_NS, Watch
from sentio.kernel.clock import Clock, SystemClock
from sentio.kernel.config import Settings
from sentio.kernel.errors import RefusedError
from sentio.loop.acting import Acting
from sentio.loop.bringing import Bringing
from sentio.loop.change import Change, Decided, OnChange, events_of
from sentio.loop.collecting import MOST_ORDERS, Collecting
from sentio.loop.collecting import restored as collecting_again
from sentio.loop.data_faults import DataFaults
from sentio.loop.detail import StoreDetail
from sentio.loop.domains.living import LiveDomains
from sentio.loop.hands import Hands, Place
from sentio.loop.kept import kept, restored
from sentio.loop.periods import Periods
from sentio.loop.sending import Sending
from sentio.loop.snapshot import packed, unpacked
from sentio.loop.watching import REVISITS, ROW_BYTES, Following, Watching
from sentio.model.collection import CollectionOrder, Collectors
from sentio.model.data_fault import DataFault
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis
from sentio.store.state.told import Told
from sentio.store.warehouse import Warehouse

SECOND_NS = 1_000_000_000
READ_AHEAD = 24  # periods that are read at once while catching up
SAVE_S = 2.0  # while catching up, what was learned is written about this often
LATE_PERIODS = 2  # after which a period is too old to act on
EMPTY_PERIODS = 24  # without any use, after which a longer gap is skipped
FIRST_DAYS = 1.0  # of learning, or half of it, in which nothing is told of the tail
DETAIL_SHARE = 100.0  # of the bulk: detail lies beside the loop, nothing travels, none is spared

Explain: TypeAlias = Callable[[Following, int], Diagnosis | None]
"""``explain(following, now_ns)``: why a degradation is there, None where nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the loop goes: the length of a period, how long it waits for late rows, how it begins."""

    period_ns: int
    grace_ns: int
    learn_days: float

    @classmethod
    def of(cls, settings: Settings) -> Pace:
        """Read it from the settings."""
        return cls(
            period_ns=settings.awareness_period_s * SECOND_NS,
            grace_ns=settings.awareness_grace_s * SECOND_NS,
            learn_days=settings.awareness_learn_days,
        )


def explain_nothing(following: Following, now_ns: int) -> Diagnosis | None:
    """Leave degradations unexplained."""
    del following, now_ns


class Live:
    """Watches a store; goes on exactly from the snapshot of an earlier process.

    Parameters
    ----------
    warehouse
        Open, for reading at least; another thread may write to it.
    told
        Where degradations, diagnoses and the snapshot are written.
    on_change
        Told of every change once it is safely written.
    collectors
        Told of orders to the collection once all that is due is judged; None: nobody is.
    acting
        Chooses what is done, and proves it; whoever hears of it by ``on_change`` does it.
    domains
        The same within each autonomous domain, and between them.
    hands
        Tells what became of plans, and what people say to them; None: nobody carries any out.

    Raises
    ------
    RefusedError
        The snapshot was made with periods of another length.
    StoreError
        The snapshot cannot be read.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        told: Told,
        *,
        pace: Pace,
        clock: Clock | None = None,
        explain: Explain = explain_nothing,
        on_change: OnChange = lambda _change: None,
        collectors: Collectors | None = None,
        acting: Acting | None = None,
        domains: LiveDomains | None = None,
        hands: Hands | None = None,
    ) -> None:
        self.acting = acting
        self._hands = hands
        self.domains = domains
        self.pace = pace
        self._clock = clock or SystemClock()
        self.periods = Periods(warehouse, period_ns=pace.period_ns)
        self._told = told
        self.explain = explain
        self._on_change = on_change
        self.detail = StoreDetail(warehouse)
        self.bringing = Bringing(warehouse, self.detail)
        self.data_faults = DataFaults()
        self._release = ""
        self.next_ns: int | None = None
        self.learned = self.judged = 0
        self._empty = 0
        self._changes: list[Change] = []
        self._grown: dict[str, Degradation] = {}
        self._orders: dict[str, CollectionOrder] = {}
        self._decided: list[Decided] = []
        self._over_ns = 0  # up to which periods are over
        self._faults: list[DataFault] = []  # that began or ended since all was written
        self._is_saved = True
        self.collecting = Collecting(period_ns=pace.period_ns)
        self.watching = self._begun()
        self._sending = self._sender(collectors) if collectors else None

    @property
    def open(self) -> tuple[Degradation, ...]:
        """The degradations that go on."""
        return tuple(one.told for one in self.watching.open)

    @property
    def is_learning(self) -> bool:
        """Whether the next period still only teaches."""
        return self.learned * self.pace.period_ns < self.pace.learn_days * DAY_NS

    def catch_up(self, is_stopped: Callable[[], bool] = lambda: False) -> int:
        """Judge all periods that are due, in order; gives how many there were.

        Stopped in the middle, all that was judged is written.
        """
        before = self.learned + self.judged
        saved_s = time.monotonic()
        while not is_stopped() and (span := self._due()) is not None:
            self._turn()
            self.detail.due_ns = span[1]
            for start_ns, totals in self.periods.read(*span):
                self._see(start_ns, totals)
                self.next_ns = start_ns + self.pace.period_ns
                if time.monotonic() - saved_s > SAVE_S:
                    self._save()
                    saved_s = time.monotonic()
        self._approve()
        self._save()
        if self._sending is not None and not is_stopped():
            self._sending.send(self.collecting.open)
        return self.learned + self.judged - before

    def _due(self) -> tuple[int, int] | None:
        """Give the next periods that are over, a few at a time; None where none is."""
        span = self.periods.span_ns()
        if span is None:
            return None
        period = self.pace.period_ns
        if self.next_ns is None:
            self.next_ns = span[0] - span[0] % period
        if self._empty >= EMPTY_PERIODS and not self.watching.open:
            ahead_ns = self.periods.next_uses_ns(self.next_ns)
            self.next_ns = self.next_ns if ahead_ns is None else ahead_ns
        # one clock that is fast must not make all others late
        over_ns = min(span[1], self._clock.now_ns()) - self.pace.grace_ns
        self._over_ns = over_ns
        count = min((over_ns - self.next_ns) // period, READ_AHEAD)
        return (self.next_ns, self.next_ns + count * period) if count > 0 else None

    def _turn(self) -> None:
        """Take in what has become known of the topology."""
        release = self.periods.topology_release()
        if release != self._release:
            self.detail.topology = self.periods.topology()
            self.watching.watch.book.turn(self.detail.topology)
            self._release = release

    def _see(self, start_ns: int, totals: Totals) -> None:
        self._is_saved = False
        uses = sum(float(counts.sum()) for counts in totals.bins.values())
        self._empty = 0 if uses else self._empty + 1
        watching = self.watching
        watching.budget.earn(round(uses) * ROW_BYTES)
        single = self.detail.uses(start_ns, start_ns + self.pace.period_ns) if uses else None
        is_news = single is not None and self._see_data(start_ns, single)
        if self.is_learning:
            self.learned += 1
            teaches = self._teaches_tail()
            watching.learn(
                totals.rows, totals.bins, single, start_ns=start_ns, teaches_tail=teaches
            )
            self._collect(start_ns, round(uses) * ROW_BYTES)
            return
        self.judged += 1
        before = {one.told.id: one for one in watching.open}
        scopes = {name: (one.told.scope, one.told.services) for name, one in before.items()}
        told = watching.see(totals.rows, totals.bins, single, start_ns=start_ns)
        known = before | {one.told.id: one for one in watching.open}
        for name in dict.fromkeys(each.id for each in told):
            one = known[name]  # may have been told better since
            self._grown[name] = one.told
            self._note(one.told, scopes.get(name))
            self._diagnose(one, start_ns + self.pace.period_ns, is_news=is_news)
        self._decide(start_ns + self.pace.period_ns)
        self._collect(start_ns, round(uses) * ROW_BYTES)

    def _decide(self, end_ns: int) -> None:
        """Choose what is done about what is open, unless the period is long over."""
        if self._hands is not None:
            actings = [acting for acting, _ in self._places()]
            self._decided += self._hands.see(actings, now_ns=end_ns)
        if self.acting is not None:
            is_late = self._over_ns - end_ns >= LATE_PERIODS * self.pace.period_ns
            self._decided += self.acting.see(self.watching, now_ns=end_ns, is_late=is_late)
        if self.domains is not None:
            self._decided += self.domains.see(
                end_ns - self.pace.period_ns,
                self.detail.topology,
                self.watching.open,
                release=self._release,
            )

    def _places(self) -> list[Place]:
        """List all who act, each with what it is shown."""
        own: list[Place] = [(self.acting, self.watching)] if self.acting else []
        return own + (self.domains.places() if self.domains else [])

    def _approve(self) -> None:
        """Take up what people said yes to since the last look."""
        if self._hands is None or self.next_ns is None:
            return
        for plan in self._hands.approved(self._places(), now_ns=self.next_ns):
            self._decided.append(plan)
            self._is_saved = False

    def _see_data(self, start_ns: int, uses: pa.Table) -> bool:
        """Judge the data themselves, before what they say; tells whether a fault began or ended."""
        if not uses.num_rows:
            return False
        brought = self.bringing.read(start_ns, start_ns + self.pace.period_ns, uses)
        found = self.data_faults.see(brought, self.detail.topology, only_learns=self.is_learning)
        self._faults += found
        return bool(found)

    def _collect(self, start_ns: int, bulk_bytes: int) -> None:
        """Order collection up and down, as of the moment at which the period may be judged."""
        changed = self.collecting.see(
            self.watching.open,
            self.detail.topology,
            now_ns=start_ns + self.pace.period_ns + self.pace.grace_ns,
            bulk_bytes=bulk_bytes,
        )
        self._orders |= {each.id: each for each in changed}

    def _teaches_tail(self) -> bool:
        """Tell whether enough is known of what is usual to tell how far chance strays from it."""
        days = min(FIRST_DAYS, self.pace.learn_days / 2.0)
        return self.learned * self.pace.period_ns > days * DAY_NS

    def _note(self, each: Degradation, before: tuple[object, object] | None) -> None:
        if before is None:
            self._changes.append(Change(what="opened", degradation=each))
        if each.ended_ns is not None:
            self._changes.append(Change(what="ended", degradation=each))
        elif before is not None and before != (each.scope, each.services):
            self._changes.append(Change(what="changed", degradation=each))

    def _diagnose(self, one: Following, now_ns: int, *, is_news: bool) -> None:
        """Explain a degradation when it is new, a few times as more is known, and at its end."""
        is_due = one.periods in (0, *REVISITS) or one.told.ended_ns is not None
        if not is_due and not (is_news and self.data_faults.may_explain(one.told)):
            return
        made = self.explain(one, now_ns)
        if made is not None:
            self.collecting.note(made)
            name = f"{one.told.id}-{one.periods}"
            if self.acting is not None:
                self.acting.note(name, made)
            if self.domains is not None:
                self.domains.note(name, made)
            self._changes.append(
                Change(what="diagnosed", degradation=one.told, diagnosis=made, diagnosis_id=name)
            )

    def _begun(self) -> Watching:
        content = self._told.snapshot()
        if content is None:
            watch = Watch(period_ns=self.pace.period_ns)
            return Watching(watch, self.detail, budget=Budget(share=DETAIL_SHARE))
        arrays, more = unpacked(content)
        self._check(int(more["watch"]["period_ns"]))
        self.next_ns, self.learned = more["next_ns"], int(more["learned"])
        self.judged, self._empty = int(more["judged"]), int(more["empty"])
        self._release = str(more["topology"])
        self.detail.topology = self.periods.topology()
        watch = Watch.restored(arrays, more["watch"], topology=self.detail.topology)
        if self.acting is not None:
            self.acting.restore(more.get("acting", {}))
        if self.domains is not None:
            self.domains.restore(more.get("domains", {}))
        if self._release != self.periods.topology_release():
            self._release = ""
        watching = restored(watch, self.detail, arrays, more["watching"])
        self.data_faults = DataFaults.restored(arrays, more.get("data_faults", {}))
        explained = [
            self._told.diagnoses(degradation=one.told.id, limit=1) for one in watching.open
        ]
        self.collecting = collecting_again(
            more.get("collecting", {}),
            period_ns=self.pace.period_ns,
            open_orders=self._told.orders("open", limit=MOST_ORDERS),
            diagnoses=[made for each in explained for _, made in each],
        )
        return watching

    def _sender(self, collectors: Collectors) -> Sending:
        """Begin to tell collectors; those orders whose time is not over they may know already."""
        now_ns = (self.next_ns or 0) + self.pace.grace_ns
        maybe = [each for each in self._told.orders() if each.until_ns > now_ns]
        return Sending(collectors, clock=self._clock, maybe=maybe)

    def _check(self, period_ns: int) -> None:
        if period_ns != self.pace.period_ns:
            raise RefusedError(
                f"the watch was begun with periods of {period_ns // SECOND_NS} s",
                where="awareness_period_s",
                expected=f"{period_ns // SECOND_NS}, not {self.pace.period_ns // SECOND_NS}",
                next_step="Give that one, or begin anew with `sentio watch --again`.",
            )

    def _save(self) -> None:
        """Write what changed and what was learned in one transaction, then tell of it."""
        if self._is_saved:
            return
        learned, watch = self.watching.watch.saved()
        arrays, watching = kept(self.watching)
        state: dict[str, Any] = {  # Any: JSON
            "next_ns": self.next_ns,
            "learned": self.learned,
            "judged": self.judged,
            "empty": self._empty,
            "topology": self._release,
        }
        collecting = self.collecting.saved()
        own, data_faults = self.data_faults.saved()
        more = {**state, "watch": watch, "watching": watching, "collecting": collecting}
        more["data_faults"] = data_faults
        more["acting"] = self.acting.saved() if self.acting else {}
        more["domains"] = self.domains.saved() if self.domains else {}
        faults, self._faults = self._faults, []
        decided, self._decided = self._decided, []
        changes, self._changes = self._changes, []
        diagnoses = {each.diagnosis_id: each.diagnosis for each in changes if each.diagnosis}
        self._told.write(
            self._grown.values(),
            diagnoses,
            events_of([*faults, *changes, *decided]),
            snapshot=packed({**learned, **arrays, **own}, more),
            orders=self._orders.values(),
            data_faults=faults,
            decided=decided,
            at_ns=self._clock.now_ns(),
        )
        self._grown, self._orders, self._is_saved = {}, {}, True
        for each in (*faults, *changes, *decided):
            self._on_change(each)
