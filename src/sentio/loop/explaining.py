"""The explaining half of the loop: causes of what is open, worked out anew as more is known."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from sentio.analysis.causes import Sources, explain
from sentio.analysis.hypotheses import Case
from sentio.analysis.measured import Log, Measured
from sentio.loop.watching import Following, Watching
from sentio.model.topology import Topology


@dataclass(slots=True)
class Explaining:
    """What analysis may ask, and the causes of open degradations."""

    topology: Topology
    measured: Measured
    log: Log

    def learn(self, measurements: pa.RecordBatch, events: pa.RecordBatch) -> None:
        """Take in what elements measured, and what happened."""
        self.measured.learn(measurements)
        self.log.add(events)

    def renew(self, one: Following, watching: Watching, *, until_ns: int) -> None:
        """Work the causes of an open degradation out anew."""
        case = Case(
            told=one.told,
            scopes=((one.told.scope, one.told.nats), *one.others),
            alike=one.alike,
            uses_of=watching.uses_of(one),
        )
        sources = Sources(topology=self.topology, measured=self.measured, log=self.log)
        one.causes = explain(case, sources, until_ns=until_ns)
