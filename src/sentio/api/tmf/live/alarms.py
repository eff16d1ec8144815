"""Degradations of experience and faults of the data as alarms (TMF642, X.733)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from sentio.api.tmf.live.notes import Notes
from sentio.api.tmf.live.source import refused
from sentio.api.tmf.moments import moment
from sentio.model.data_fault import DataFault
from sentio.model.degradation import Degradation
from sentio.store.state.told import Told

Body = dict[str, Any]  # Any: JSON
SYSTEM = "sentio"
CRITICAL_LOSS = 1.0  # MOS below what is usual; the next is for major. Ours: one step of the scale
MAJOR_LOSS = 0.5
OURS_TO_NOTE = frozenset(
    {"ackState", "ackSystemId", "ackUserId", "comment", "parentAlarm", "correlatedAlarm"}
    | {"alarmChangedTime"}
)
MOST = 100_000


class LiveAlarms:
    """The alarms that the platform raises itself; people may acknowledge, comment, group them."""

    kind = ("TMF642v4", "alarm")

    def __init__(self, told: Told, notes: Notes) -> None:
        self._told = told
        self._notes = notes

    def revision(self) -> Hashable:
        """Give the number of the newest event, and that of what people noted."""
        return self._told.newest_event(), self._notes.version()

    def rows(self) -> list[Body]:
        """Give all alarms, those seen last first."""
        told = [degradation_alarm(each) for each in self._told.degradations(limit=MOST)]
        told += [data_alarm(each) for each in self._told.data_faults(limit=MOST)]
        return self._notes.with_notes(told)

    def change(self, before: Body, after: Body) -> Body:
        """Note what people say of an alarm; what it says itself cannot be changed."""
        names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        if foreign := names - OURS_TO_NOTE:
            raise refused(self.kind, f"{', '.join(sorted(foreign))} may not be changed")
        self._notes.note(before["id"], {name: after.get(name) for name in names})
        return after

    def remove(self, body: Body) -> None:
        """Refuse: an alarm ends when what it tells of ends."""
        raise refused(self.kind, f"{body['id']} cannot be removed")


def degradation_alarm(each: Degradation) -> Body:
    """Write a degradation as an alarm."""
    lost = each.mos_usual - each.mos_seen
    level = "critical" if lost >= CRITICAL_LOSS else "major" if lost >= MAJOR_LOSS else "minor"
    body: Body = {
        **_alarm(each.id, each.scope, each.began_ns, each.seen_ns, each.ended_ns),
        "alarmType": "qualityOfServiceAlarm",
        "perceivedSeverity": level if each.ended_ns is None else "cleared",
        "probableCause": "performanceDegraded",
        "specificProblem": "experience fell",
        "alarmDetails": f"MOS {each.mos_seen:.2f} instead of {each.mos_usual:.2f}; "
        f"{each.poor_uses} of {each.uses} uses are poor",
        "serviceAffecting": True,
        "affectedService": [{"id": name, "@type": "AffectedService"} for name in each.services],
        "crossedThresholdInformation": {
            "indicatorName": "mos",
            "indicatorUnit": "MOS",
            "observedValue": f"{each.mos_seen:.3f}",
            "direction": "down",
            "thresholdCrossingDescription": f"usual is {each.mos_usual:.3f}",
        },
    }
    return body


def data_alarm(each: DataFault) -> Body:
    """Write a fault of the data as an alarm."""
    named = {"source": each.source, each.place_kind or "place": each.place}
    scope = {kind: name for kind, name in named.items() if name}
    return {
        **_alarm(each.id, scope, each.since_ns, each.seen_ns, each.until_ns),
        "alarmType": "processingErrorAlarm",
        "perceivedSeverity": "warning" if each.until_ns is None else "cleared",
        "probableCause": "informationMissing" if each.what in MISSING else "corruptData",
        "specificProblem": each.what,
        "alarmDetails": each.sentence,
        "serviceAffecting": False,
    }


def alarm_state(began_ns: int, seen_ns: int, ended_ns: int | None) -> str:
    """Tell the state of an alarm: raised, updated since, or cleared."""
    if ended_ns is not None:
        return "cleared"
    return "updated" if seen_ns > began_ns else "raised"


def _alarm(
    name: str, scope: Mapping[str, str], began_ns: int, seen_ns: int, ended_ns: int | None
) -> Body:
    body: Body = {
        "id": name,
        "@type": "Alarm",
        "externalAlarmId": name,
        "sourceSystemId": SYSTEM,
        "reportingSystemId": SYSTEM,
        "alarmedObject": {"id": _joined(scope.values()) or "all", "@type": "AlarmedObject"},
        "alarmedObjectType": _joined(scope) or "network",
        "alarmRaisedTime": moment(began_ns),
        "alarmChangedTime": moment(seen_ns),
        "state": alarm_state(began_ns, seen_ns, ended_ns),
        "ackState": "unacknowledged",
        "isRootCause": False,
    }
    if ended_ns is not None:
        body["alarmClearedTime"] = moment(ended_ns)
    return body


def _joined(words: Iterable[str]) -> str:
    return "+".join(words)


MISSING = frozenset({"silent", "fewer", "empty", "late"})
"""Faults of the data in which something is not there; in the others it is there, and wrong."""
