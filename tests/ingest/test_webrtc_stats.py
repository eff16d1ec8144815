"""Video calls out of WebRTC statistics: dumps, report lines and flat rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ingest.one_input import read

from sentio.ingest.formats.webrtc_stats import FORMAT
from sentio.kernel.errors import FormatError

START_MS = 1_772_395_200_000


def inbound(at_s: float, **values: float) -> str:
    stat = {"id": "V", "type": "inbound-rtp", "kind": "video", **values}
    return json.dumps({"timestamp": START_MS + at_s * 1000, "callId": "c", "stats": [stat]})


def test_counters_are_differenced_and_gauges_averaged(samples: Path) -> None:
    found = read(FORMAT, (samples / "webrtc_stats" / "reports.ndjson").read_bytes())

    (call,) = found.records()
    assert call["stream_bitrate_kbps"] == pytest.approx(500)  # 625,000 bytes in 10 s
    assert call["packet_loss_ratio"] == pytest.approx(25 / 1000)
    assert call["freeze_ratio"] == pytest.approx(0.1)
    assert call["stream_fps"] == 25  # of 24 and 26; -1 says that there is none
    assert call["rtt_ms"] == pytest.approx(100)
    assert call["jitter_ms"] == pytest.approx(50 / 3)
    assert call["duration_ms"] == 10_000
    assert (call["account"], call["session_key"]) == ("acc-77", "call-9")
    assert found.reasons == {"not_telemetry": 1}


def test_a_dump_of_the_browser_is_read_series_by_series(samples: Path) -> None:
    found = read(FORMAT, (samples / "webrtc_stats" / "internals.json").read_bytes())

    (call,) = found.records()
    assert call["stream_bitrate_kbps"] == pytest.approx(1000)
    assert call["packet_loss_ratio"] == pytest.approx(100 / 500)  # over the sample that is -1
    assert call["stream_fps"] == 30
    assert (found.rows, found.kept) == (6, 5)


def test_each_window_gives_a_record_of_its_own_length() -> None:
    text = "\n".join(inbound(s, bytesReceived=125_000 * s) for s in range(26))

    default, short = read(FORMAT, text), read(FORMAT, text, window_ms="5000")

    assert [record["duration_ms"] for record in default.records()] == [10_000, 10_000, 5000]
    assert [record["stream_bitrate_kbps"] for record in default.records()] == [1000, 1000, 1000]
    assert len(short.records()) == 5


def test_a_counter_that_starts_anew_is_not_taken_for_a_fall() -> None:
    sent = [1000, 2000, 50, 1050]
    text = "\n".join(inbound(s, bytesReceived=value) for s, value in enumerate(sent))

    (call,) = read(FORMAT, text).records()

    assert call["stream_bitrate_kbps"] == pytest.approx(8)
    assert call["volume_dl_bytes"] == 2000


def test_packets_that_come_late_lower_the_loss() -> None:
    lost = [0, 10, 8]
    text = "\n".join(
        inbound(s, packetsLost=value, packetsReceived=96 * s) for s, value in enumerate(lost)
    )

    (call,) = read(FORMAT, text).records()

    assert call["packet_loss_ratio"] == pytest.approx(8 / 200)


def test_without_received_packets_the_other_side_tells_loss_and_round_trip() -> None:
    stat = {"id": "R", "type": "remote-inbound-rtp", "roundTripTime": 0.2, "fractionLost": 0.03}
    text = json.dumps({"timestamp": START_MS, "stats": [stat]})

    (call,) = read(FORMAT, text).records()

    assert call["packet_loss_ratio"] == 0.03
    assert call["rtt_ms"] == 200


def test_one_report_a_line_and_reports_by_id_are_the_same_call() -> None:
    stat = {"type": "inbound-rtp", "kind": "video", "id": "V"}
    alone = "\n".join(
        json.dumps({**stat, "timestamp": START_MS + 1000 * s, "bytesReceived": 1000 * s})
        for s in (0, 1)
    )
    by_id = "\n".join(
        json.dumps(
            {"ts": START_MS + 1000 * s, "report": {"V": {**stat, "bytesReceived": 1000 * s}}}
        )
        for s in (0, 1)
    )

    assert read(FORMAT, alone).records() == read(FORMAT, by_id).records()


def test_the_two_ends_of_a_call_in_one_row_are_two_uses() -> None:
    header = "IT01V_packetsLost_ann,IT01V_packetsLost_bo,IT01V_framesPerSecond_ann,"
    header += "IT01V_framesPerSecond_bo,IT01V_bytesReceived_in_bits/s_ann,"
    header += "IT01V_timestamps_ann,IT01V_timestamps_bo"
    rows = [f"0,0,30,15,1000000,{1_772_395_200 + s},{1_772_395_200 + s}" for s in range(3)]
    text = "\n".join([header, "-1,-1,-1,-1,-1,-1,-1", *rows])

    found = read(FORMAT, text)

    assert FORMAT.sniff(text.encode(), "x.csv") > 0.8
    by_end = {record["session_key"]: record for record in found.records()}
    assert by_end["input:ann"]["stream_fps"] == 30
    assert by_end["input:ann"]["stream_bitrate_kbps"] == 1000
    assert by_end["input:bo"]["stream_fps"] == 15
    assert found.reasons == {"not_telemetry": 1}


def test_a_flat_table_is_read_and_its_short_row_rejected(samples: Path) -> None:
    found = read(FORMAT, (samples / "webrtc_stats" / "flat.csv").read_bytes())

    assert found.records()[0]["stream_bitrate_kbps"] == 1000
    assert found.reasons == {"wrong_columns": 1}
    assert found.rejected[0]["line"] == 5


def test_a_row_with_two_faults_is_rejected_once() -> None:
    rows = ("timestamp,callId,framesPerSecond", "1772395200,c,30", "1772395201,c,30", '1,"\xe9,30')
    content = "\n".join(rows).encode("latin-1")

    found = read(FORMAT, content)

    assert found.reasons == {"unreadable": 1}
    assert found.rows == 3


def test_the_account_can_be_given() -> None:
    text = "\n".join(inbound(s, framesPerSecond=30) for s in range(3))

    assert read(FORMAT, text, subject="acc-1").records()[0]["account"] == "acc-1"


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        ({"values": "[1,2"}, "unreadable"),
        ({"values": "[1,2]", "startTime": "soon", "endTime": "later"}, "bad_time"),
        ("text", "unreadable"),
    ],
)
def test_a_broken_series_of_a_dump_is_rejected_alone(series: object, reason: str) -> None:
    good = {
        "startTime": "2026-03-01T20:00:00Z",
        "endTime": "2026-03-01T20:00:01Z",
        "values": "[30,30]",
    }
    if isinstance(series, dict):
        series = {**good, **series}
    stats = {"IT01V1-framesPerSecond": good, "IT01V1-jitter": series}

    found = read(FORMAT, json.dumps({"PeerConnections": {"1-1": {"stats": stats}}}))

    assert found.reasons == {reason: 1}
    assert found.records()[0]["stream_fps"] == 30


def test_a_dump_that_is_no_json_is_refused_as_a_whole() -> None:
    with pytest.raises(FormatError, match="JSON"):
        read(FORMAT, '{"PeerConnections":{"1-1":')


def test_values_beyond_all_sense_are_left_out_and_doubted() -> None:
    text = "\n".join(inbound(s, framesPerSecond=1e18, jitter=0.01) for s in range(3))

    (call,) = read(FORMAT, text).records()

    assert call["stream_fps"] is None
    assert call["quality"] == 1
    assert call["jitter_ms"] == pytest.approx(10)


@pytest.mark.parametrize(
    "text", ["a,b,c\n1,2,3\n", '{"type":"FeatureCollection"}', "ts,jitter_ms,imsi\n1,2,3\n"]
)
def test_other_inputs_are_left_to_others(text: str) -> None:
    assert FORMAT.sniff(text.encode(), "x") == 0
