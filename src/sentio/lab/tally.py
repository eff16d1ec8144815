"""Counting of who felt a fault, use by use, while the operator runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sentio.kernel.arrays import IntArray
from sentio.lab.faults.truth import Fault, Incident
from sentio.lab.operator.catalogue import SERVICES


@dataclass(slots=True)
class Tally:
    """What one fault has done so far."""

    subjects: list[IntArray] = field(default_factory=list[IntArray])
    sessions: dict[int, int] = field(default_factory=dict[int, int])
    services: IntArray = field(default_factory=lambda: np.zeros(len(SERVICES), dtype=np.int64))

    def add(self, start_ns: int, subjects: IntArray, services: IntArray) -> None:
        """Count the touched uses of a period."""
        if len(subjects):
            self.subjects.append(np.unique(subjects))
            self.sessions[start_ns] = len(subjects)
            self.services += np.bincount(services, minlength=len(SERVICES))

    def truth(self, incident: Incident) -> Fault:
        """Tell the truth so far."""
        whole = np.concatenate(self.subjects) if self.subjects else np.zeros(0, dtype=np.int64)
        touched = zip(SERVICES, self.services, strict=True)
        return Fault(
            name=incident.name,
            kind=incident.kind,
            harmful=incident.is_harmful,
            scope=incident.scope,
            element=incident.element,
            element_kind=incident.element_kind,
            domain=incident.domain,
            start_ns=incident.start_ns,
            end_ns=incident.end_ns,
            severity=incident.severity,
            services=tuple(name for name, count in touched if count),
            subjects=np.unique(whole),
            sessions=sum(self.sessions.values()),
            sessions_by_period=dict(self.sessions),
            cured_by=incident.cured_by,
        )
