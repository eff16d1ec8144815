"""VES events: measurements, faults and the rest become records; what is wrong is rejected alone."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from sentio.ingest.formats.ves import FORMAT
from sentio.ingest.piece import Origin, Piece, Reading
from sentio.ingest.wire.json.documents import documents
from sentio.model.record import EVENT_KINDS, Kind, Quality

TEN_NS = 1_763_632_800_000_000_000


def read(content: bytes | str, *, start: int = 0, batch_rows: int = 65_536) -> list[Piece]:
    raw = content.encode() if isinstance(content, str) else content
    reading = Reading(
        origin=Origin(source="ves", name="e.json"),
        received_ns=1,
        batch_rows=batch_rows,
        start=start,
    )
    pieces = list(FORMAT.read(io.BytesIO(raw), reading))
    assert all(piece.rows_read == piece.rows_kept + piece.rejected.num_rows for piece in pieces)
    return pieces


def rows(pieces: list[Piece], kind: Kind | None = None) -> list[dict[str, Any]]:
    return [
        row
        for piece in pieces
        if piece.kind in (kind or piece.kind)
        for row in piece.batch.to_pylist()
    ]


def rejected(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [row for piece in pieces for row in piece.rejected.to_pylist()]


def event(domain: str, fields: dict[str, Any] | None = None, **header: Any) -> dict[str, Any]:
    common = {
        "domain": domain,
        "eventName": "name",
        "eventId": "id",
        "sequence": 1,
        "sourceName": "gnb-1",
        "startEpochMicrosec": 1_763_632_800_000_000,
        "lastEpochMicrosec": 1_763_632_860_000_000,
        **header,
    }
    found: dict[str, Any] = {"commonEventHeader": common}
    if fields is not None:
        found[f"{domain}Fields"] = fields
    return {"event": found}


def test_an_alarm_lasts_until_it_is_cleared(samples: Path) -> None:
    raised, cleared, beat = rows(
        read((samples / "ves/fault_raised_and_cleared.ndjson").read_bytes())
    )

    assert (raised["event_kind"], raised["severity"], raised["state"]) == (
        "alarm",
        "major",
        "active",
    )
    assert (raised["ts"], raised["end_ts"]) == (TEN_NS, None)
    assert (cleared["severity"], cleared["state"]) == ("cleared", "cleared")
    assert (cleared["ts"], cleared["end_ts"]) == (TEN_NS, TEN_NS + 600 * 10**9)
    assert raised["event_id"] == cleared["event_id"] == "fault-88"
    assert (beat["event_kind"], beat["severity"]) == ("heartbeat", None)


def test_what_has_no_column_is_in_the_attributes(samples: Path) -> None:
    raised = rows(read((samples / "ves/fault_raised_and_cleared.ndjson").read_bytes()))[0]

    attributes = json.loads(raised["attributes"])
    assert raised["title"] == "Fronthaul link lost"
    assert attributes["faultFields"]["alarmAdditionalInformation"] == {"port": "3"}
    assert attributes["commonEventHeader"]["priority"] == "High"
    assert "specificProblem" not in attributes["faultFields"]
    assert "sourceName" not in attributes["commonEventHeader"]


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ("CRITICAL", "critical"),
        ("Major", "major"),
        ("minor", "minor"),
        ("WARNING", "warning"),
        ("NORMAL", "cleared"),
        ("INDETERMINATE", "indeterminate"),
    ],
)
def test_severities_are_those_of_x733(said: str, severity: str) -> None:
    (row,) = rows(read(json.dumps(event("fault", {"eventSeverity": said}))))

    assert row["severity"] == severity


def test_an_alarm_without_severity_is_kept_as_incomplete() -> None:
    (row,) = rows(read(json.dumps(event("fault", {"alarmCondition": "x"}))))

    assert (row["severity"], row["quality"]) == (None, Quality.PARTIAL)


def test_a_mixed_batch_gives_a_piece_of_each_kind(samples: Path) -> None:
    pieces = read((samples / "ves/batch_fault_and_measurement.json").read_bytes())

    assert {(piece.kind, piece.rows_read) for piece in pieces} == {
        (Kind.EVENT, 1),
        (Kind.MEASUREMENT, 1),
    }
    assert [piece.position for piece in pieces] == [1, 2]


def test_every_number_of_a_measurement_has_its_path(samples: Path) -> None:
    content = (samples / "ves/batch_fault_and_measurement.json").read_bytes()

    found = {row["indicator"]: row for row in rows(read(content), Kind.MEASUREMENT)}

    assert {name: row["value"] for name, row in found.items()} == {
        "concurrentSessions": 120_000.0,
        "cpuUsageArray[cpu0].percentUsage": 71.5,
        "cpuUsageArray[cpu1].percentUsage": 64.0,
        "nicPerformanceArray[n3].receivedOctetsDelta": 1_234_567.0,
        "additionalMeasurements[pfcp].established": 8100.0,
        "additionalMeasurements[pfcp].failed": 12.0,
        "additionalFields.rack": 7.0,
    }
    suspect = [name for name, row in found.items() if row["quality"] == Quality.SUSPECT]
    assert suspect == ["nicPerformanceArray[n3].receivedOctetsDelta"]
    some = found["concurrentSessions"]
    assert (some["element"], some["element_kind"]) == ("upf-1", "upf")
    assert (some["ts"], some["granularity_ms"]) == (TEN_NS + 60 * 10**9, 60_000)


def test_version_5_measurements_get_version_7_names(samples: Path) -> None:
    found = rows(read((samples / "ves/v5_measurements.json").read_bytes()))

    nic = "nicPerformanceArray.receivedTotalPacketsDelta"
    assert [(row["indicator"], row["bin"], row["value"]) for row in found] == [
        ("requestRate", None, 73.0),
        (nic, 0, 30.0),
        (nic, 1, 41.0),
        ("additionalMeasurements[licenseUsage].G729AudioPort", None, 4.0),
        ("additionalMeasurements[licenseUsage].AMRAudioPort", None, 5.0),
    ]
    assert {row["element_kind"] for row in found} == {"mme"}


def test_perf3gpp_results_are_those_of_a_pm_file(samples: Path) -> None:
    pieces = read((samples / "ves/perf3gpp.json").read_bytes())

    cell = "SubNetwork=West,ManagedElement=gnb-17,GNBDUFunction=1,NRCellDU="
    good, suspect = int(Quality.GOOD), int(Quality.SUSPECT)
    found = [
        (row["element"], row["indicator"], row["bin"], row["value"], row["quality"])
        for row in rows(pieces)
    ]
    assert found == [
        (f"{cell}1", "DRB.UEThpDl", None, 48211.0, good),
        (f"{cell}1", "RRU.PrbTotDl", None, 37.5, good),
        (f"{cell}1", "CARR.WBCQIDist", 0, 0.0, good),
        (f"{cell}1", "CARR.WBCQIDist", 1, 2.0, good),
        (f"{cell}1", "CARR.WBCQIDist", 2, 5.0, good),
        (f"{cell}2", "DRB.UEThpDl", None, None, suspect | Quality.PARTIAL),
        (f"{cell}2", "RRU.PrbTotDl", None, 88.0, suspect),
    ]
    assert [(piece.rows_read, piece.rows_kept) for piece in pieces] == [(1, 1)]


def test_perf3gpp_within_a_standard_event_is_read_alike(samples: Path) -> None:
    plain = json.loads((samples / "ves/perf3gpp.json").read_bytes())
    fields = plain["event"].pop("perf3gppFields")
    header = {**plain["event"]["commonEventHeader"], "domain": "stndDefined"}
    carried = [
        {"perf3gppFields": fields},
        {"event": {"perf3gppFields": fields}},
        fields["measDataCollection"],
    ]

    for data in carried:
        wrapped = {"commonEventHeader": header, "stndDefinedFields": {"data": data}}
        found = rows(read(json.dumps({"event": wrapped})))

        assert found == rows(read((samples / "ves/perf3gpp.json").read_bytes()))


def test_an_unknown_p_costs_its_value_only() -> None:
    info = {
        "measTypes": {"sMeasTypesList": ["a"]},
        "measValuesList": [
            {"measObjInstId": "X=1", "measResults": [{"p": 1, "iValue": 4}, {"p": 2}]}
        ],
    }
    fields = {"measDataCollection": {"granularityPeriod": 900, "measInfoList": [info]}}

    pieces = read(json.dumps(event("perf3gpp", fields)))

    assert [row["value"] for row in rows(pieces)] == [4.0]
    assert [(row["field"], row["reason"]) for row in rejected(pieces)] == [
        ("measInfoList[0].measValuesList[0].p", "wrong_columns")
    ]


def test_standard_notifications_say_what_they_are_and_of_what(samples: Path) -> None:
    alarm, cleared, change = rows(read((samples / "ves/standard_alarms.json").read_bytes()))

    assert (alarm["event_kind"], alarm["severity"], alarm["event_id"]) == ("alarm", "major", "a-77")
    assert alarm["element"] == "SubNetwork=West,ManagedElement=gnb-17,GNBDUFunction=1,NRCellDU=2"
    assert alarm["element_kind"] == "cell"
    assert alarm["ts"] == TEN_NS + 5 * 10**9
    assert (cleared["state"], cleared["event_id"]) == ("cleared", "a-77")
    assert cleared["end_ts"] == TEN_NS + 600 * 10**9
    assert (change["event_kind"], change["element_kind"]) == ("change", "cell")


@pytest.mark.parametrize(
    ("domain", "fields", "expected"),
    [
        ("heartbeat", {"heartbeatInterval": 20}, {"event_kind": "heartbeat"}),
        ("pnfRegistration", {"serialNumber": "6"}, {"event_kind": "registration"}),
        ("stateChange", {"newState": "inService"}, {"event_kind": "change", "state": "inService"}),
        (
            "notification",
            {"changeType": "FileReady", "changeIdentifier": "PM", "newState": "up"},
            {"event_kind": "notification", "title": "FileReady PM", "state": "up"},
        ),
        (
            "thresholdCrossingAlert",
            {"alertAction": "SET", "eventSeverity": "MINOR", "alertValue": "87.5"},
            {"event_kind": "alarm", "severity": "minor", "value": 87.5, "state": "active"},
        ),
        (
            "thresholdCrossingAlert",
            {"alertAction": "CLEAR", "eventSeverity": "MINOR"},
            {"event_kind": "alarm", "severity": "cleared", "state": "cleared"},
        ),
        (
            "syslog",
            {"syslogMsg": "link down", "syslogSev": "Error"},
            {"event_kind": "notification", "severity": "major", "title": "link down"},
        ),
        ("other", {"hashMap": {"a": "b"}}, {"event_kind": "notification"}),
        ("carrierPigeon", {"speed": 3}, {"event_kind": "notification"}),
    ],
)
def test_every_domain_becomes_an_event_of_its_kind(
    domain: str, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    (row,) = rows(read(json.dumps(event(domain, fields))), Kind.EVENT)

    assert row["event_kind"] in EVENT_KINDS
    assert {name: row[name] for name in expected} == expected


def test_an_unknown_domain_keeps_all_it_says() -> None:
    (row,) = rows(read(json.dumps(event("carrierPigeon", {"speed": 3}))))

    attributes = json.loads(row["attributes"])
    assert attributes["carrierPigeonFields"] == {"speed": 3}
    assert attributes["commonEventHeader"]["domain"] == "carrierPigeon"


def test_who_was_served_is_an_identifier_and_never_an_attribute() -> None:
    fields = {
        "imsi": "001010123456789",
        "msisdn": "46701234567",
        "otherEndpointIpAddress": "192.0.2.7",
        "httpHeader": "Host: 2001:db8:0:0:0:0:0:1",
        "gtpPerFlowMetrics": {"imei": "490154203237518", "numRetries": 3},
    }

    (row,) = rows(read(json.dumps(event("mobileFlow", fields))))

    assert (row["imsi"], row["msisdn"], row["imei"]) == (
        "001010123456789",
        "46701234567",
        "490154203237518",
    )
    for secret in ("001010123456789", "46701234567", "490154203237518", "192.0.2.7", "2001:db8"):
        assert secret not in row["attributes"]
    assert json.loads(row["attributes"])["mobileFlowFields"]["gtpPerFlowMetrics"]["numRetries"] == 3


def test_addresses_in_a_log_line_are_withheld() -> None:
    fields = {"syslogMsg": "session of 001010123456789 from 192.0.2.7 (02:00:5e:10:00:01) lost"}

    (row,) = rows(read(json.dumps(event("syslog", fields))))

    assert row["title"] == "session of [withheld] from [withheld] ([withheld]) lost"


def test_dirt_costs_one_row_each_and_the_rest_goes_on(samples: Path) -> None:
    pieces = read((samples / "ves/dirty_mixed.ndjson").read_bytes())

    assert [(row["line"], row["field"], row["reason"]) for row in rejected(pieces)] == [
        (2, "", "unreadable"),
        (3, "commonEventHeader", "missing"),
        (4, "commonEventHeader.startEpochMicrosec", "bad_time"),
        (5, "requestRate", "not_a_number"),
        (6, "requestRate", "not_a_number"),
        (8, "commonEventHeader.sourceName", "missing"),
        (9, "", "not_telemetry"),
        (10, "", "unreadable"),
    ]
    assert [row["indicator"] for row in rows(pieces, Kind.MEASUREMENT)] == ["meanRequestLatency"]
    assert [row["event_id"] for row in rows(pieces, Kind.EVENT)] == ["1", "w"]


def test_a_rejected_event_keeps_its_bytes(samples: Path) -> None:
    found = rejected(read((samples / "ves/dirty_mixed.ndjson").read_bytes()))

    assert found[1]["raw"] == b'{"event":{"otherFields":{"otherFieldsVersion":"3.0"}}}'
    assert found[3]["raw"] == b'"#RandomPrimitiveInteger(50,100)"'
    assert found[2]["message"].startswith('e.json:4: startEpochMicrosec "#TimestampPrimitive"')


@pytest.mark.parametrize(
    ("epoch", "quality"),
    [
        (1_763_632_800_000_000, Quality.GOOD),
        ("1763632800000000", Quality.GOOD),
        (1_763_632_800_000, Quality.CLOCK),
        (1_763_632_800, Quality.CLOCK),
        (1_763_632_800_000_000_000, Quality.CLOCK),
    ],
)
def test_an_epoch_in_a_wrong_unit_is_understood_and_flagged(
    epoch: object, quality: Quality
) -> None:
    header = {"startEpochMicrosec": epoch, "lastEpochMicrosec": epoch}

    (row,) = rows(read(json.dumps(event("heartbeat", **header))))

    assert (row["ts"], row["quality"]) == (TEN_NS, quality)


@pytest.mark.parametrize("epoch", [None, 0, -5, "soon", True, [], {}, 1e300, "1e15"])
def test_an_event_without_a_time_is_rejected(epoch: object) -> None:
    header = {"startEpochMicrosec": epoch, "lastEpochMicrosec": epoch}

    pieces = read(json.dumps(event("heartbeat", **header)))

    assert [row["reason"] for row in rejected(pieces)] == ["bad_time"]


@pytest.mark.parametrize(
    "written",
    [
        "{a}{b}",
        "{a}\n{b}\n",
        "[{a},{b}]",
        '{{"eventList":[{a},{b}]}}',
        "\ufeff{a}\n\n{b}",
        "\x1e{a}\n\x1e{b}\n",
        "{a},\n{b},\n",
    ],
)
def test_events_come_in_many_wrappings(written: str) -> None:
    first = json.dumps(event("heartbeat", eventId="1"), indent=1)
    second = json.dumps(event("heartbeat", eventId="2"))

    pieces = read(written.format(a=first, b=second))

    assert [row["event_id"] for row in rows(pieces)] == ["1", "2"]
    assert rejected(pieces) == []


def test_bare_events_of_a_list_need_no_wrapper() -> None:
    bare = [event("heartbeat", eventId=str(i))["event"] for i in range(3)]

    assert [row["event_id"] for row in rows(read(json.dumps(bare)))] == ["0", "1", "2"]


@pytest.mark.parametrize(
    "value", ["[" * 900 + "]" * 900, '"' + "x" * (1 << 20) + '"', '{"a":' * 400 + "1" + "}" * 400]
)
def test_an_event_too_deep_or_too_large_to_keep_is_rejected(value: str) -> None:
    content = json.dumps(event("other", {"x": "HERE"})).replace('"HERE"', value)

    pieces = read(content)

    assert [row["reason"] for row in rejected(pieces)] == ["too_large"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("NaN", "not_a_number"),
        ("-Infinity", "not_a_number"),
        ("1e999", "out_of_range"),
        ("9" * 400, "out_of_range"),
        ("{}", "not_telemetry"),
        ('"\\ud800"', "encoding"),
    ],
)
def test_a_value_that_no_number_can_hold_is_rejected(value: str, reason: str) -> None:
    content = json.dumps(event("measurement", {"load": "HERE"})).replace('"HERE"', value)

    assert [row["reason"] for row in rejected(read(content))] == [reason]


def cut(content: bytes, max_bytes: int = 1 << 20) -> list[tuple[int, Any]]:
    found = documents(io.BytesIO(content), max_bytes=max_bytes)
    return [(each.line, each.reason or each.value) for each in found]


def test_a_broken_line_costs_no_other_line() -> None:
    assert cut(b'{"a":1\n{"b":2}\n{"c":"x}\n{"d":4}\n') == [
        (1, "unreadable"),
        (2, {"b": 2}),
        (3, "unreadable"),
        (4, {"d": 4}),
    ]


def test_a_document_beyond_the_limit_is_rejected_and_passed_over() -> None:
    content = b'{"a":"' + b"x" * (3 << 20) + b'"}\n{"b":2}\n'

    assert cut(content) == [(1, "too_large"), (2, {"b": 2})]


def test_nesting_without_end_is_passed_over() -> None:
    assert cut(b"[" * 5000 + b'\n{"b":2}\n') == [(1, "unreadable"), (2, {"b": 2})]


def test_a_string_may_hold_brackets_quotes_and_be_long() -> None:
    text = '"}]{[\\' * 300_000

    assert cut(json.dumps({"a": text}).encode(), max_bytes=1 << 25) == [(1, {"a": text})]


def test_reading_resumes_where_it_stopped(samples: Path) -> None:
    content = (samples / "ves/dirty_mixed.ndjson").read_bytes()
    whole = read(content, batch_rows=1)

    rest = read(content, batch_rows=1, start=whole[2].position)

    assert [piece.position for piece in rest] == [piece.position for piece in whole[3:]]
    assert rows(rest) == rows(whole[3:])


@pytest.mark.parametrize(
    "head",
    [
        b'{"resourceMetrics":[{"resource":{"attributes":[]}}]}',
        b'{"event":{"name":"x"}}',
        b'{"Report":[{"Device":{}}]}',
        b'{"properties":{"event":{"commonEventHeader":{}}}}',
        b'[{"model":"dcim.site","fields":{}}]',
        b"<event><commonEventHeader/></event>",
        b'text {"event":{"commonEventHeader":{}}}',
        b"",
    ],
)
def test_other_json_is_not_taken_for_it(head: bytes) -> None:
    assert FORMAT.sniff(head, "ves.json") == 0.0


def test_it_is_recognised_though_the_head_breaks_off() -> None:
    whole = json.dumps({"eventList": [event("fault", {"alarmCondition": "x" * 90_000})["event"]]})

    assert FORMAT.sniff(whole.encode()[:65_536], "noname") > 0.9


@pytest.mark.shared
def test_every_public_event_is_read_or_told_why_not(shared: Path) -> None:
    counts: dict[str, tuple[int, int]] = {}
    for file in sorted((shared / "data/inputs/ves").glob("*.json")):
        content = file.read_bytes()
        if "schema" in file.name:
            assert FORMAT.sniff(content[:65_536], file.name) == 0.0
            assert rows(read(content)) == []
            continue
        assert FORMAT.sniff(content, file.name) > 0.5
        pieces = read(content)
        counts[file.name] = (sum(p.rows_kept for p in pieces), len(rejected(pieces)))

    assert counts == {
        "pnfsim_cmNotification.json": (0, 1),  # no header
        "pnfsim_measurement.json": (0, 1),  # a template: its times are keywords
        "pnfsim_notification.json": (1, 0),
        "pnfsim_registration.json": (1, 0),
        "pnfsim_validExampleMeasurementEvent.json": (1, 1),  # one keyword among its values
        "ves7_batch_valid.json": (2, 0),
        "ves7_batch_valid_two_different_domain.json": (2, 0),
        "ves7_batch_with_stndDefined_valid.json": (2, 0),
        "ves7_valid_30_1_1_event.json": (1, 0),
        "ves_stdnDefined_valid.json": (1, 0),
    }


@pytest.mark.shared
def test_what_lies_beside_the_public_events_is_left_alone(shared: Path) -> None:
    for folder in (shared / "data/inputs").iterdir():
        for file in folder.glob("*") if folder.is_dir() and folder.name != "ves" else ():
            if file.is_file():
                with file.open("rb") as stream:
                    assert FORMAT.sniff(stream.read(65_536), file.name) == 0.0, file


@pytest.mark.parametrize(
    ("code", "kind"),
    [("gNB-DU", "gnb"), ("ring", "ring"), ("dns", "dns"), ("x", "network_function")],
)
def test_a_naming_code_tells_the_kind_of_the_element(code: str, kind: str) -> None:
    content = json.dumps(
        event("fault", {"eventSeverity": "MAJOR"}, sourceName="e-1", nfNamingCode=code)
    )

    (row,) = rows(read(content))

    assert (row["element"], row["element_kind"]) == ("e-1", kind)
