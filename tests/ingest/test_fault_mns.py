"""Fault notifications and alarm lists of 3GPP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ingest.one_input import read

from sentio.ingest.formats.fault_mns import FORMAT
from sentio.model.record import Quality

SECOND_NS = 10**9
CELL = "SubNetwork=West,ManagedElement=gnb-17,GNBDUFunction=1,NRCellDU=2"
TEN = 1_795_860_000  # 2026-11-28T10:00:00Z

NEW = {
    "href": "https://mns.example.net/ManagedElement=gnb-17",
    "notificationType": "notifyNewAlarm",
    "eventTime": "2026-11-28T10:00:05Z",
    "alarmId": "a",
    "perceivedSeverity": "MAJOR",
}


def rows(content: object) -> list[dict]:
    return read(FORMAT, json.dumps(content)).records()


def test_an_alarm_is_raised_changed_acknowledged_and_cleared(samples: Path) -> None:
    found = read(FORMAT, (samples / "fault_mns" / "notifications.ndjson").read_bytes())

    new, changed, acknowledged, cleared = found.records()
    assert {each["event_id"] for each in found.records()} == {"a-77"}
    assert {each["element"] for each in found.records()} == {CELL}
    assert new["element_kind"] == "cell"
    assert (new["ts"], new["end_ts"]) == ((TEN + 5) * SECOND_NS, None)
    assert (new["event_kind"], new["severity"], new["state"]) == ("alarm", "major", "active")
    assert new["title"] == "Cell out of service"
    assert (changed["severity"], changed["state"]) == ("critical", "active")
    assert changed["ts"] == (TEN + 120) * SECOND_NS + 250_000_000
    assert (acknowledged["event_kind"], acknowledged["state"]) == ("change", "acknowledged")
    assert (cleared["severity"], cleared["state"]) == ("cleared", "cleared")
    assert cleared["ts"] == cleared["end_ts"] == (TEN + 600) * SECOND_NS
    assert json.loads(cleared["attributes"])["correlatedNotifications"][0]["notificationIds"]


def test_an_array_holds_alarms_and_what_is_none(samples: Path) -> None:
    found = read(FORMAT, (samples / "fault_mns" / "list_of_notifications.json").read_bytes())

    alarm, comment, rebuilt = found.records()
    assert (alarm["element"], alarm["value"]) == ("ManagedElement=upf-3", 41.5)
    assert (alarm["severity"], alarm["title"]) == ("warning", "THRESHOLD_CROSSED")
    assert (comment["event_kind"], rebuilt["event_kind"]) == ("notification", "notification")
    assert (comment["severity"], comment["event_id"]) == (None, "t-1")


def test_an_alarm_list_tells_what_stands_and_what_is_over(samples: Path) -> None:
    found = read(FORMAT, (samples / "fault_mns" / "alarm_list.json").read_bytes())

    stands, over = found.records()
    assert (stands["ts"], stands["state"]) == ((TEN + 120) * SECOND_NS, "active")
    assert (over["ts"], over["state"], over["severity"]) == (
        (TEN - 1800) * SECOND_NS,
        "cleared",
        "cleared",
    )


def test_what_says_neither_when_nor_where_is_rejected_alone(samples: Path) -> None:
    found = read(FORMAT, (samples / "fault_mns" / "dirty_mixed.ndjson").read_bytes())

    assert found.reasons == {"bad_time": 1, "missing": 1, "not_telemetry": 1, "unreadable": 1}
    unsure, cleared = found.records()
    assert (unsure["severity"], unsure["quality"]) == (None, Quality.PARTIAL)
    assert cleared["state"] == "cleared"


@pytest.mark.parametrize(
    ("change", "state", "severity"),
    [
        ({"perceivedSeverity": "CLEARED"}, "cleared", "cleared"),
        ({"perceivedSeverity": "Indeterminate"}, "active", "indeterminate"),
        ({"notificationType": "notifyChangedAlarmGeneral"}, "active", "major"),
        (
            {"notificationType": "notifyClearedAlarm", "perceivedSeverity": None},
            "cleared",
            "cleared",
        ),
    ],
)
def test_the_severity_and_the_kind_say_whether_it_is_over(change, state, severity) -> None:
    (row,) = rows({**NEW, **change})

    assert (row["state"], row["severity"]) == (state, severity)


def test_the_object_is_named_by_what_names_it_best() -> None:
    named = rows([{**NEW, "objectInstance": CELL}, NEW, {**NEW, "href": None, "systemDN": "DC=b"}])

    assert [row["element"] for row in named] == [CELL, "ManagedElement=gnb-17", "DC=b"]


def test_a_subscriber_in_the_additional_information_goes_to_its_column() -> None:
    (row,) = rows({**NEW, "additionalInformation": {"imsi": "imsi-262019999999999"}})

    assert row["imsi"] == "262019999999999"
    assert "262019999999999" not in row["attributes"]
