"""Collection ordered up where a diagnosis is unsure, and down again: which orders are in force.

Only values are made here, period by period of data time; `sentio.loop.sending` sends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from sentio.awareness.budget import Budget
from sentio.loop.looking import Following
from sentio.model.collection import FINER_KINDS, CollectionOrder, Key, What, tested
from sentio.model.diagnosis import Diagnosis, Hypothesis
from sentio.model.topology import Topology

SECOND_NS = 1_000_000_000
SURE_FROM = 0.7  # probability of the first cause from which nothing more is asked; by judgement
MOST_ELEMENTS = 3  # measured more finely for one degradation: beyond, hypotheses are guesses
MOST_ORDERS = 12  # at once, so that a bad day does not flood the controller; by judgement
LIMIT_PERIODS = 6  # half an hour: as long as collection stays up should the loop fall silent
RENEWED_PERIODS = 3  # by which an order is prolonged when it has no more left
REPORT_BYTES = 512  # a report of some twenty values of an element, compact
TEST_GAP_S = 3.0  # between packets of a test: a hundred in 5 minutes, so loss to 1 %
TEST_PACKET_BYTES = 2 * 69  # there and back: 41 (RFC 5357, 4.1.2) in UDP and IPv4

Reason: TypeAlias = tuple[str, str]  # id of the degradation, and why in words


class Collecting:
    """Knows the open orders; what they cost is taken from a budget of its own, in advance.

    Parameters
    ----------
    period_ns
        Length of a period; nothing finer would be read.
    budget
        Of all that is collected beside the usual; the rest of an order that ends early comes back.
    open_orders, diagnoses
        What an earlier process left: orders in force, and the last diagnosis of each degradation.
    """

    def __init__(
        self,
        *,
        period_ns: int,
        budget: Budget | None = None,
        count: int = 0,
        open_orders: Iterable[CollectionOrder] = (),
        diagnoses: Iterable[Diagnosis] = (),
    ) -> None:
        self.budget = budget or Budget()
        self._period_ns = period_ns
        self._count = count
        self._open = {each.key: each for each in sorted(open_orders, key=_age)}
        self._diagnoses = {each.degradation: each for each in diagnoses}

    @property
    def open(self) -> tuple[CollectionOrder, ...]:
        """The orders that are in force."""
        return tuple(self._open.values())

    def note(self, made: Diagnosis) -> None:
        """Take in what a degradation was last explained by."""
        self._diagnoses[made.degradation] = made

    def see(
        self, following: Sequence[Following], topology: Topology, *, now_ns: int, bulk_bytes: int
    ) -> list[CollectionOrder]:
        """End a period in which so many bytes were collected; gives the orders that changed."""
        self.budget.earn(bulk_bytes)
        known = {one.told.id for one in following}
        self._diagnoses = {name: m for name, m in self._diagnoses.items() if name in known}
        wanted = self._wanted(following, topology)
        changed = [self._kept(each, wanted, now_ns) for each in self.open]
        changed += self._new(wanted, now_ns)
        return [each for each in changed if each is not None]

    def saved(self) -> dict[str, Any]:  # Any: JSON
        """Give what is not told elsewhere."""
        return {"count": self._count, "budget": self.budget.saved()}

    def _wanted(self, following: Sequence[Following], topology: Topology) -> dict[Key, Reason]:
        """Say what should be collected: for the worst degradation first."""
        found: dict[Key, Reason] = {}
        for one in sorted(following, key=lambda one: (-one.told.poor_uses, one.told.id)):
            made = self._diagnoses.get(one.told.id)
            if made is not None and is_unsure(made):
                for key, why in _asked(one, self._coarse(made), topology):
                    found.setdefault(key, (one.told.id, why))
        return found

    def _coarse(self, made: Diagnosis) -> list[Hypothesis]:
        """Name the first elements suspected that may report more often than they usually do."""
        period_s = self._period_ns // SECOND_NS
        often = {name for name, gap_s in made.usual_granularity_s.items() if gap_s <= period_s}
        found = [each for each in made.hypotheses if each.element_kind in FINER_KINDS]
        return [each for each in found if each.element not in often][:MOST_ELEMENTS]

    def _kept(
        self, order: CollectionOrder, wanted: Mapping[Key, Reason], now_ns: int
    ) -> CollectionOrder | None:
        """Renew, hand over or end an order; None where it goes on as it is."""
        if order.key not in wanted:
            return self._ended(order, self._why_not(order), now_ns)
        if order.until_ns <= now_ns:
            return self._ended(order, "its time is over", now_ns)
        name, why = wanted[order.key]
        new = order if name == order.degradation else replace(order, degradation=name, reason=why)
        span_ns = RENEWED_PERIODS * self._period_ns
        if order.until_ns - now_ns <= span_ns and self._pays(order.what, RENEWED_PERIODS):
            new = replace(new, until_ns=order.until_ns + span_ns)
        self._open[order.key] = new
        return new if new != order else None

    def _new(self, wanted: Mapping[Key, Reason], now_ns: int) -> Iterator[CollectionOrder]:
        for key, (name, why) in wanted.items():
            what, kind, element = key
            if key in self._open:
                continue
            if len(self._open) >= MOST_ORDERS:
                return
            if not self._pays(what, LIMIT_PERIODS):
                continue
            self._count += 1
            usual_s = self._diagnoses[name].usual_granularity_s
            self._open[key] = CollectionOrder(
                id=f"C{self._count:05d}",
                element=element,
                element_kind=kind,
                what=what,
                granularity_s=self._period_ns // SECOND_NS,
                usual_granularity_s=usual_s.get(element) if what == "finer" else None,
                since_ns=now_ns,
                until_ns=now_ns + LIMIT_PERIODS * self._period_ns,
                degradation=name,
                reason=why,
            )
            yield self._open[key]

    def _ended(self, order: CollectionOrder, why: str, now_ns: int) -> CollectionOrder:
        """Revoke an order; what it no longer costs may be spent again."""
        del self._open[order.key]
        left = max(order.until_ns - now_ns, 0) // self._period_ns
        self.budget.spend(-left * self._cost_bytes(order.what))
        return replace(order, ended_ns=min(now_ns, order.until_ns), end_reason=why)

    def _why_not(self, order: CollectionOrder) -> str:
        made = self._diagnoses.get(order.degradation)
        if made is None:
            return f"{order.degradation} has ended"
        if is_unsure(made):
            return f"{order.element} is no longer suspected"
        return f"{order.degradation} is explained"

    def _pays(self, what: What, periods: int) -> bool:
        """Pay some periods of an order in advance, if there is room for them."""
        cost_bytes = periods * self._cost_bytes(what)
        if not self.budget.rows(1, cost_bytes):
            return False
        self.budget.spend(cost_bytes)
        return True

    def _cost_bytes(self, what: What) -> int:
        return cost_bytes(what, period_ns=self._period_ns)


def cost_bytes(what: What, *, period_ns: int) -> int:
    """Give what an order costs in a period.

    Examples
    --------
    >>> cost_bytes("finer", period_ns=300 * SECOND_NS)
    512
    >>> cost_bytes("active_test", period_ns=300 * SECOND_NS)  # 512 + 100 packets of 138
    14312
    """
    if what == "finer":
        return REPORT_BYTES
    packets = period_ns / SECOND_NS / TEST_GAP_S
    return REPORT_BYTES + round(packets) * TEST_PACKET_BYTES


def is_unsure(made: Diagnosis) -> bool:
    """Tell whether a diagnosis would be better for more evidence."""
    return made.abstains or not made.hypotheses or made.hypotheses[0].probability < SURE_FROM


def restored(
    saved: Mapping[str, Any],  # Any: JSON
    *,
    period_ns: int,
    open_orders: Iterable[CollectionOrder],
    diagnoses: Iterable[Diagnosis],
) -> Collecting:
    """Go on from what `Collecting.saved` gave and what was told; a snapshot may have none of it."""
    return Collecting(
        period_ns=period_ns,
        budget=Budget.restored(saved["budget"]) if saved else None,
        count=int(saved.get("count", 0)),
        open_orders=open_orders,
        diagnoses=diagnoses,
    )


def _asked(
    one: Following, suspects: Iterable[Hypothesis], topology: Topology
) -> Iterator[tuple[Key, str]]:
    """Name what would tell the first hypotheses apart, and why in words."""
    for each in suspects:
        chance = f"{100 * each.probability:.0f} %"
        why = f"{each.element_kind} {each.element} may be the cause of {one.told.id} ({chance})"
        yield ("finer", each.element_kind, each.element), why
    aim = tested(one.told.scope, one.held, topology)
    if aim is not None:
        kind, element = aim
        why = f"a test of {kind} {element} tells whether it is the cause of {one.told.id}"
        yield ("active_test", kind, element), why


def _age(order: CollectionOrder) -> tuple[int, str]:
    return order.since_ns, order.id
