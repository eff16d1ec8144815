"""Orders that a loop over the lab sends to the collection, carried out by its operator."""

from __future__ import annotations

from collections.abc import Sequence

from sentio.analysis.measured import Measured
from sentio.analysis.telling_causes import SURE_ENOUGH
from sentio.lab.live.orders import Orders
from sentio.lab.simulation import Operator
from sentio.loop.collecting import Collecting
from sentio.loop.diagnosing import granularity_s
from sentio.loop.looking import Following
from sentio.model.diagnosis import Diagnosis, Hypothesis, Impact
from sentio.model.topology import Topology


class Answered:
    """Orders as the loop over a store does, and lets the operator obey from the next period on."""

    def __init__(self, operator: Operator, period_ns: int) -> None:
        self.collecting = Collecting(period_ns=period_ns)
        self.ordered: dict[str, set[str]] = {}  # elements, by degradation
        self.orders = self.order_periods = 0
        self._carried = Orders(operator)

    def note(
        self, one: Following, causes: Sequence[Hypothesis], measured: Measured, *, now_ns: int
    ) -> None:
        """Take a diagnosis in."""
        made = Diagnosis(
            degradation=one.told.id,
            made_ns=now_ns,
            sentence="",
            hypotheses=tuple(h for h in causes if h.probability >= 0.05) or tuple(causes[:1]),
            abstains=not causes or causes[0].probability < SURE_ENOUGH,
            impact=Impact(users=0, things=0, uses=0),
            usual_granularity_s=granularity_s(causes, measured),
        )
        self.collecting.note(made)

    def end(
        self, open_: Sequence[Following], topology: Topology, now_ns: int, bulk_bytes: int
    ) -> None:
        """End a period: what is ordered holds from the next one on."""
        changed = self.collecting.see(open_, topology, now_ns=now_ns, bulk_bytes=bulk_bytes)
        self._carried.expire(now_ns)
        for each in changed:
            if each.state == "open":
                self._carried.order(each)
            else:
                self._carried.revoke(each)
        self.orders += sum(each.state == "open" and each.since_ns == now_ns for each in changed)
        self.order_periods += len(self.collecting.open)
        for each in self.collecting.open:
            self.ordered.setdefault(each.degradation, set()).add(each.element)
