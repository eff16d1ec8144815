"""Events of a period: what faults and decoys show, what always happens, and who complains."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import IntArray
from sentio.lab.day import HOUR_NS, MINUTE_NS
from sentio.lab.faults.truth import Incident, Sign
from sentio.lab.operator.catalogue import SERVICES
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.rhythm import PERIOD_NS, PERIODS_A_DAY
from sentio.model.record import EVENT

ALARMS_A_DAY, CHANGES_A_DAY, WORKS_A_DAY = 120.0, 30.0, 3.0  # of 1000 cells, hurting nobody
COMPLAINTS_A_DAY = 4e-4  # of a user who has no reason
COMPLAINT_SHARE = 0.006  # of the users whom a fault touches in a period
EVERYDAY = (
    ("cell", "minor", "voltage standing wave ratio high"),
    ("cell", "minor", "uplink interference above threshold"),
    ("gnb", "warning", "clock reference switched"),
    ("gnb", "minor", "heartbeat lost"),
    ("gnb", "major", "battery test failed"),
    ("link", "warning", "received light level low"),
    ("link", "warning", "modulation lowered"),
    ("router", "minor", "fan speed high"),
    ("upf", "major", "processor load high"),
    ("server", "warning", "certificate expires soon"),
    ("server", "major", "error rate high"),
)
ROUTINE = (
    ("cell", "antenna tilt changed"),
    ("cell", "neighbour list changed"),
    ("cell", "energy saving policy changed"),
    ("gnb", "software patched"),
    ("link", "port configuration changed"),
    ("server", "configuration changed"),
    ("app", "configuration changed"),
    ("edge", "workload moved"),
    ("smf", "session policy changed"),
    ("upf", "policy changed"),
)
"""What is said every day, by harmless elements, in the words that harmful ones use as well."""
EVERYDAY_PERIODS = 6  # that such an alarm stays
Row = dict[str, object]


@dataclass(slots=True)
class Complaints:
    """Tickets that touched users will open within hours."""

    waiting: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])

    def add(
        self, rng: np.random.Generator, now_ns: int, subject: IntArray, service: IntArray
    ) -> None:
        """Let a few of those touched in a period complain later."""
        for row in np.flatnonzero(rng.random(len(subject)) < COMPLAINT_SHARE):
            delay_ns = int(rng.exponential(1.5 * HOUR_NS)) + 10 * MINUTE_NS
            self.waiting.append((now_ns + delay_ns, int(subject[row]), SERVICES[service[row]]))

    def due(self, before_ns: int) -> list[tuple[int, int, str]]:
        """Take out what is due before a moment."""
        now = sorted(each for each in self.waiting if each[0] < before_ns)
        self.waiting = [each for each in self.waiting if each[0] >= before_ns]
        return now


def events_of(
    estate: Estate,
    start_ns: int,
    incidents: Sequence[Incident],
    *,
    first_ns: int,
    complaints: Complaints,
    applied: Sequence[Row] = (),
) -> pa.RecordBatch:
    """Give all events that begin within a period, in order of time.

    What was announced before the operator's first period, ``first_ns``, is told in that.
    """
    end_ns = start_ns + PERIOD_NS
    rows = [*applied, *_background(estate, start_ns)]
    for incident in incidents:
        rows += _shown(incident, start_ns, end_ns, first_ns)
    rows += [_ticket(*each) for each in complaints.due(end_ns)]
    rows.sort(key=lambda row: (int(str(row["ts"])), str(row["event_id"])))
    return pa.RecordBatch.from_pydict(
        {name: pa.array([row.get(name) for row in rows], kind) for name, kind in EVENT.items()}
    )


def event_row(
    ts_ns: int, sign: Sign, event_id: str, *, severity: str | None = None, **more: object
) -> Row:
    """Make an event of a sign."""
    return {
        "ts": ts_ns,
        "event_kind": sign.event_kind,
        "event_id": event_id,
        "element": sign.element,
        "element_kind": sign.element_kind,
        "severity": severity or sign.severity,
        "state": sign.state or None,
        "title": sign.title,
        "quality": 0,
        **more,
    }


def _shown(incident: Incident, start_ns: int, end_ns: int, first_ns: int) -> Iterator[Row]:
    """Show an incident: alarms are raised and cleared, works are announced, changes are told."""
    for number, sign in enumerate(incident.signs):
        seconds_ns = hash_of(incident.name, number) * 1009 % MINUTE_NS  # not on the minute
        at_ns = max(incident.start_ns + sign.after_ns + seconds_ns, first_ns)
        event_id = event_id_of(incident.name, sign.event_kind, number)
        if start_ns <= at_ns < end_ns:
            yield event_row(at_ns, sign, event_id) | _when(incident, sign)
        over_ns = min(at_ns + sign.lasts_ns, incident.end_ns + seconds_ns)
        if sign.event_kind == "alarm" and at_ns < over_ns and start_ns <= over_ns < end_ns:
            yield event_row(over_ns, sign, event_id, severity="cleared")


def event_id_of(incident: str, event_kind: str, number: int) -> str:
    """Give the id of the event by which an incident shows the sign of a number."""
    return f"{event_kind}-{hash_of(incident, number):08x}"


def hash_of(name: str, number: int) -> int:
    """Give an event a number, so that its id tells nothing of what caused it."""
    found = 2166136261
    for byte in f"{name}/{number}".encode():
        found = (found ^ byte) * 16777619 % 2**32
    return found


def _when(incident: Incident, sign: Sign) -> Row:
    if sign.event_kind != "planned_work":
        return {}
    begins_ns = incident.start_ns
    return {
        "end_ts": begins_ns + sign.lasts_ns,
        "attributes": json.dumps({"planned_start_ns": begins_ns}),
    }


def _background(estate: Estate, start_ns: int) -> Iterator[Row]:
    number = start_ns // PERIOD_NS
    yield from _alarms(estate, number)
    for row in _alarms(estate, number - EVERYDAY_PERIODS):
        over_ns = int(str(row["ts"])) + EVERYDAY_PERIODS * PERIOD_NS
        yield {**row, "ts": over_ns, "severity": "cleared"}
    rng = np.random.default_rng([estate.seed, 8, number])
    size = estate.scale.cells / 1000.0 / PERIODS_A_DAY
    for at in range(int(rng.poisson(CHANGES_A_DAY * size))):
        kind, title = ROUTINE[int(rng.integers(len(ROUTINE)))]
        sign = _somewhere(estate, rng, "change", kind, title)
        event_id = f"change-{hash_of(str(number), at):08x}"
        yield event_row(start_ns + int(rng.integers(PERIOD_NS)), sign, event_id)
    for at in range(int(rng.poisson(WORKS_A_DAY * size))):
        sign = replace(_work(estate, rng), state="scheduled")
        begins_ns = start_ns + int(rng.integers(24 * 60, 72 * 60)) * MINUTE_NS
        yield event_row(
            start_ns + int(rng.integers(PERIOD_NS)),
            sign,
            f"planned_work-{hash_of(str(number), at):08x}",
            end_ts=begins_ns + 2 * HOUR_NS,
            attributes=json.dumps({"planned_start_ns": begins_ns}),
        )
    people = estate.subjects.users
    for _ in range(int(rng.poisson(COMPLAINTS_A_DAY * people / PERIODS_A_DAY))):
        service = SERVICES[int(rng.integers(8))]
        ts_ns = start_ns + int(rng.integers(PERIOD_NS))
        yield _ticket(ts_ns, int(rng.integers(people)), service)


def _alarms(estate: Estate, number: int) -> Iterator[Row]:
    """Raise the alarms of a period that mean nothing."""
    rng = np.random.default_rng([estate.seed, 9, number])
    size = estate.scale.cells / 1000.0 / PERIODS_A_DAY
    for at in range(int(rng.poisson(ALARMS_A_DAY * size))):
        kind, severity, title = EVERYDAY[int(rng.integers(len(EVERYDAY)))]
        sign = _somewhere(estate, rng, "alarm", kind, title)
        ts_ns = number * PERIOD_NS + int(rng.integers(PERIOD_NS))
        yield event_row(ts_ns, sign, f"alarm-{hash_of(str(number), at):08x}", severity=severity)


def _work(estate: Estate, rng: np.random.Generator) -> Sign:
    """Announce a work that nobody feels: at a site, or on a ring with a way round."""
    if rng.random() < 0.6:
        return _somewhere(estate, rng, "planned_work", "gnb", "site visit")
    ring = int(rng.choice(np.flatnonzero(estate.transport.is_protected)))
    return Sign(
        event_kind="planned_work",
        element=estate.names["ring"][ring],
        element_kind="ring",
        title="ring maintenance",
    )


def _somewhere(
    estate: Estate, rng: np.random.Generator, event_kind: str, kind: str, title: str
) -> Sign:
    names = estate.names[kind]
    element = names[int(rng.integers(len(names)))]
    return Sign(event_kind=event_kind, element=element, element_kind=kind, title=title)


def _ticket(ts_ns: int, subject: int, service: str) -> Row:
    return {
        "ts": ts_ns,
        "event_kind": "ticket",
        "event_id": f"ticket-{subject}-{ts_ns}",
        "element": str(subject),
        "element_kind": "subject",
        "state": "open",
        "title": f"complaint about {service}",
        "attributes": json.dumps({"service": service}),
        "quality": 0,
    }
