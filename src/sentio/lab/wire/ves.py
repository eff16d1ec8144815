"""VES events, one a line: alarms raised and cleared, heartbeats, a software change (ONAP VES 7)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa

from sentio.lab.day import HOUR_NS, MINUTE_NS, SECOND_NS, every
from sentio.lab.stories import BAD_FIRMWARE, BAD_MODEL, Story
from sentio.lab.wire.text import Written, save
from sentio.lab.world import World

PATH = "faults/ves.ndjson"
NOISE_PER_DAY = 16  # alarms that mean nothing for anybody's experience
NOISE = (
    ("FanSpeedLow", "Fan 2 runs below its set speed", "MINOR"),
    ("CabinetDoorOpen", "Cabinet door open", "WARNING"),
    ("BatteryTestDue", "Battery test is due", "WARNING"),
    ("ClockHoldover", "Synchronisation in holdover", "MINOR"),
    ("TemperatureHigh", "Cabinet temperature above 45 degC", "MINOR"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm from raising to clearing."""

    source: str
    condition: str
    problem: str
    severity: str
    raised_ns: int
    cleared_ns: int
    more: dict[str, str]


def write(folder: Path, world: World) -> list[Written]:
    """Write the events of the span in order of time; one line is cut off."""
    rng = world.rng(PATH)
    told = [alarm for story in world.stories if (alarm := _of_story(story, world))]
    alarms = [*told, *_noise(rng, world)]
    events = [event for i, alarm in enumerate(alarms) for event in _alarm_events(alarm, i)]
    events += [_change(world), *_heartbeats(world)]
    within = [(ns, event) for ns, event in events if ns < world.span.end_ns]
    within.sort(key=lambda each: each[0])
    lines = [orjson.dumps({"event": event}).decode() + "\n" for _, event in within]
    broken = len(lines) // 2
    lines[broken:broken] = [lines[broken][: len(lines[broken]) // 2] + "\n"]
    size = save(folder, PATH, pa.array(lines))
    dirt = {"malformed": 1}
    return [Written(path=PATH, format="ves", rows=len(lines), size_bytes=size, dirt=dirt)]


def _of_story(story: Story, world: World) -> Alarm | None:
    if story.kind != "loss" or not story.is_within(world.span):
        return None
    link, gnb = story.members[:2]
    return Alarm(
        source=gnb,
        condition="PacketLossHigh",
        problem=f"Packet loss on {link} above 1 percent",
        severity="MAJOR",
        raised_ns=story.start_ns + 3 * MINUTE_NS,
        cleared_ns=story.end_ns + MINUTE_NS,
        more={"link": link, "port": "1/0/1"},
    )


def _noise(rng: np.random.Generator, world: World) -> list[Alarm]:
    count = max(1, NOISE_PER_DAY * world.span.hours // 24)
    raised = np.sort(rng.integers(world.span.start_ns, world.span.end_ns, count))
    lasted = rng.integers(4, 180, count) * MINUTE_NS
    site = rng.integers(0, len(world.city.gnbs), count)
    kind = rng.integers(0, len(NOISE), count)
    return [
        Alarm(
            source=world.city.gnbs[s],
            condition=NOISE[k][0],
            problem=NOISE[k][1],
            severity=NOISE[k][2],
            raised_ns=int(at),
            cleared_ns=int(at + took),
            more={},
        )
        for at, took, s, k in zip(raised, lasted, site, kind, strict=True)
    ]


def _alarm_events(alarm: Alarm, number: int) -> list[tuple[int, dict[str, object]]]:
    return [
        (
            ns,
            {
                "commonEventHeader": _header(
                    "fault", f"Fault_gNB_{alarm.condition}", f"fault-{number:04d}",
                    alarm.source, start_ns=alarm.raised_ns, last_ns=ns, sequence=sequence,
                ),
                "faultFields": {
                    "faultFieldsVersion": "4.0",
                    "alarmCondition": alarm.condition,
                    "eventSourceType": "port" if alarm.more else "equipment",
                    "specificProblem": alarm.problem,
                    "eventSeverity": severity,
                    "vfStatus": "Active",
                    "alarmAdditionalInformation": alarm.more,
                },
            },
        )
        for sequence, (ns, severity) in enumerate(
            ((alarm.raised_ns, alarm.severity), (alarm.cleared_ns, "NORMAL"))
        )
    ]  # fmt: skip


def _change(world: World) -> tuple[int, dict[str, object]]:
    """Tell of the gateways' new firmware, rolled out shortly after the beginning of the span."""
    at_ns = world.span.start_ns + 4 * MINUTE_NS
    name = "Notification_ACS_FirmwareRollout"
    header = _header(
        "notification", name, "change-0001", "acs-1", start_ns=at_ns, last_ns=at_ns, sequence=0
    )
    fields = {
        "notificationFieldsVersion": "2.0",
        "changeType": "swUpgrade",
        "changeIdentifier": f"{BAD_MODEL} {BAD_FIRMWARE}",
        "newState": "completed",
    }
    return at_ns, {"commonEventHeader": header, "notificationFields": fields}


def _heartbeats(world: World) -> list[tuple[int, dict[str, object]]]:
    beats: list[tuple[int, dict[str, object]]] = []
    for i, gnb in enumerate(world.city.gnbs):
        for ns in every(world.span, HOUR_NS) + 17 * SECOND_NS * (i + 1):
            at, name = int(ns), f"hb-{gnb}-{int(ns) // HOUR_NS}"
            header = _header(
                "heartbeat", "Heartbeat_gNB", name, gnb, start_ns=at, last_ns=at, sequence=0
            )
            beats.append((at, {"commonEventHeader": header}))
    return beats


def _header(
    domain: str,
    name: str,
    event_id: str,
    source: str,
    *,
    start_ns: int,
    last_ns: int,
    sequence: int,
) -> dict[str, object]:
    return {
        "domain": domain,
        "eventName": name,
        "eventId": event_id,
        "sequence": sequence,
        "priority": "High" if domain == "fault" else "Low",
        "reportingEntityName": "ems-1",
        "sourceName": source,
        "nfNamingCode": "gNB" if source.startswith("gnb") else "ACS",
        "startEpochMicrosec": start_ns // 1000,
        "lastEpochMicrosec": last_ns // 1000,
        "version": "4.1",
        "vesEventListenerVersion": "7.2.1",
    }
