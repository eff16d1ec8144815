"""The explaining half of the loop: causes of what is open, worked out anew as more is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from sentio.analysis.causes import Sources, explain
from sentio.analysis.hypotheses import Case
from sentio.analysis.measured import Log, Measured
from sentio.loop.alarm_learning import AlarmLearning
from sentio.loop.looking import Following, lean
from sentio.loop.watching import Watching
from sentio.loop.widening import above_of
from sentio.model.degradation import Scope
from sentio.model.topology import Topology

AT_ONCE_PERIODS = 3  # between the beginnings of what may be one fault
BLAMED_FROM = 0.5  # probability


@dataclass(slots=True)
class Explaining:
    """What analysis may ask, and the causes of open degradations."""

    topology: Topology
    measured: Measured
    log: Log
    alarms: AlarmLearning = field(default_factory=AlarmLearning)

    def learn(self, measurements: pa.RecordBatch, events: pa.RecordBatch) -> None:
        """Take in what elements measured, and what happened."""
        self.measured.learn(measurements)
        self.log.add(events)

    def renew(self, one: Following, watching: Watching, *, until_ns: int) -> None:
        """Work the causes of an open degradation out anew."""
        symptoms = self.alarms.symptoms(self.log.alarms, self.topology, one.told, now_ns=until_ns)
        sources = Sources(
            topology=self.topology, measured=self.measured, log=self.log, symptoms=symptoms
        )
        one.causes = explain(case_of(one, watching), sources, until_ns=until_ns)


def case_of(one: Following, watching: Watching) -> Case:
    """Put together what is known of an open degradation.

    What began with it, on another branch of the same path, makes what they share a possible cause.
    """
    at_once_ns = AT_ONCE_PERIODS * watching.watch.period_ns
    beside = Counter(
        attribute
        for other in watching.open
        if other is not one and abs(other.told.began_ns - one.told.began_ns) <= at_once_ns
        for attribute in other.held.items()
    )
    shared = {name: member for name, member in one.held.items() if (name, member) in beside}
    return Case(
        told=one.told,
        scopes=((one.told.scope, one.told.nats), *one.others),
        alike=(*one.alike, *_above(one.told.scope, shared, watching.watch.book.topology)),
        uses_of=watching.uses_of(one),
        beside=beside,
        blamed=frozenset(_blamed(one, watching, at_once_ns)),
    )


def _blamed(one: Following, watching: Watching, at_once_ns: int) -> Iterator[tuple[str, str]]:
    """Name the elements that are the cause, as a whole, of what began at another time."""
    for other in watching.open:
        is_apart = abs(other.told.began_ns - one.told.began_ns) > at_once_ns
        if other is one or not is_apart or not other.causes:
            continue
        first = other.causes[0]
        if first.probability >= BLAMED_FROM and len(first.scope) == 1:
            yield first.element_kind, first.element


def _above(scope: Scope, shared: Mapping[str, str], topology: Topology) -> Iterator[Scope]:
    for name, member in scope.items():
        if (name, member) in shared.items():
            continue
        rest = {n: m for n, m in scope.items() if n != name}
        for above in above_of((name, member), shared, topology):
            if above.keys().isdisjoint(rest):
                yield lean({**rest, **above})
