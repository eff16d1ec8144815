"""The explaining half of the loop: causes of what is open, worked out anew as more is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from sentio.analysis.causes import Sources, explain
from sentio.analysis.hypotheses import Case
from sentio.analysis.measured import Log, Measured
from sentio.loop.alarm_learning import AlarmLearning
from sentio.loop.watching import Following, Watching
from sentio.model.topology import Topology

AT_ONCE_PERIODS = 3  # between the beginnings of what may be one fault


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
    """Put together what is known of an open degradation."""
    at_once_ns = AT_ONCE_PERIODS * watching.watch.period_ns
    beside = [
        other.held.items()
        for other in watching.open
        if other is not one and abs(other.told.began_ns - one.told.began_ns) <= at_once_ns
    ]
    return Case(
        told=one.told,
        scopes=((one.told.scope, one.told.nats), *one.others),
        alike=one.alike,
        uses_of=watching.uses_of(one),
        beside=frozenset[tuple[str, str]]().union(*beside),
    )
