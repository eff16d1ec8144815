"""What is told, as an alert that other tools understand: what, how grave, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sentio.api.awareness import moment_of
from sentio.api.tmf.live.alarms import CRITICAL_LOSS, MAJOR_LOSS
from sentio.kernel.values import from_plain
from sentio.model.data_fault import DataFault
from sentio.model.degradation import Degradation
from sentio.store.state.told import Told, ToldEvent

Severity = Literal["critical", "major", "minor", "warning"]
SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor", "warning")
"""As in X.733; how much MOS is lost decides."""

OF_ALERTS = frozenset({"degradation", "diagnosis", "data_fault"})
"""Kinds of events that raise, change or end an alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that is wrong, or was.

    ``labels`` stay the same from its beginning to its end; ``cause`` is what the newest diagnosis
    says, empty before there is one.
    """

    id: str
    name: str
    severity: Severity
    labels: Mapping[str, str]
    summary: str
    text: str
    cause: str
    began_ns: int
    ended_ns: int | None

    @property
    def is_over(self) -> bool:
        """Tell whether it has ended."""
        return self.ended_ns is not None


def alert_of(event: ToldEvent, told: Told) -> Alert | None:
    """Give the alert that an event is about, None where it is about none."""
    if event.kind == "data_fault":
        body = {name: text for name, text in event.body.items() if name != "state"}
        return _of_fault(from_plain(DataFault, body))
    if event.kind not in OF_ALERTS:
        return None
    name = event.body.get("degradation" if event.kind == "diagnosis" else "id")
    known = told.degradation(str(name))
    if known is None:
        return None
    made = told.diagnoses(degradation=known.id, limit=1)
    return _of_degradation(known, made[0][1].sentence if made else "")


def severity_of(each: Degradation) -> Severity:
    """Tell how grave a degradation is: by the MOS that its uses lose, as its alarm does."""
    lost = each.mos_usual - each.mos_seen
    return "critical" if lost >= CRITICAL_LOSS else "major" if lost >= MAJOR_LOSS else "minor"


def title_of(event: ToldEvent) -> str:
    """Write what an event says in one line."""
    body: Mapping[str, Any] = event.body  # Any: JSON
    if sentence := body.get("sentence"):
        return str(sentence)
    return f"{event.kind.replace('_', ' ')} {body.get('id', event.id)}"


def _of_degradation(each: Degradation, cause: str) -> Alert:
    place = ", ".join(f"{kind} {member}" for kind, member in each.scope.items()) or "everywhere"
    services = ", ".join(each.services)
    state = "is as usual again" if each.ended_ns else "is worse than usual"
    return Alert(
        id=each.id,
        name="ExperienceDegraded",
        severity=severity_of(each),
        labels={**each.scope, "services": services},
        summary=f"Experience of {services} at {place} {state}",
        text=f"MOS {each.mos_seen:.2f} instead of {each.mos_usual:.2f} since "
        f"{moment_of(each.began_ns)}; {each.poor_uses} of {each.uses} uses are poor.",
        cause=cause,
        began_ns=each.began_ns,
        ended_ns=each.ended_ns,
    )


def _of_fault(each: DataFault) -> Alert:
    named = {"source": each.source, each.place_kind: each.place, "services": each.service}
    return Alert(
        id=each.id,
        name="DataFault",
        severity="warning",
        labels={kind: name for kind, name in named.items() if kind and name},
        summary=f"The data of {each.source} {'are right again' if each.until_ns else 'are wrong'}",
        text=each.sentence,
        cause="",
        began_ns=each.since_ns,
        ended_ns=each.until_ns,
    )
