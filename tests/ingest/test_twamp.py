"""TWAMP and STAMP: packets with four times, and tables of statistics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ingest.active_reading import RECEIVED_NS, SECOND_NS, read

from sentio.ingest.formats.twamp import FORMAT
from sentio.kernel.errors import ConfigError, FormatError

START_NS = 1_772_442_910 * SECOND_NS


def test_a_round_trip_is_without_the_time_at_the_reflector(samples: Path) -> None:
    found = read(FORMAT, (samples / "twamp" / "packets.csv").read_bytes())

    first = found.uses("vehicle")[0]
    assert first["ts"] == START_NS
    assert first["message_latency_ms"][:3] == [12.0, 12.001, 12.002]
    assert first["transfer_interval_ms"] == 20.0


def test_a_packet_without_t4_and_a_missing_number_are_both_lost(samples: Path) -> None:
    uses = read(FORMAT, (samples / "twamp" / "packets.csv").read_bytes()).uses()

    latency = [value for use in uses for value in use["message_latency_ms"]]
    assert [i for i, value in enumerate(latency) if value is None] == [3, 10]
    assert sum(use["lost_count"] for use in uses) == 2
    assert sum(use["message_count"] for use in uses) == 60


def test_clocks_that_agree_give_the_delay_one_way(samples: Path) -> None:
    content = (samples / "twamp" / "packets.csv").read_bytes()

    first = read(FORMAT, content, clocks="synchronised").uses()[0]

    assert first["message_latency_ms"][0] == 7.0
    assert first["one_way_delay_ms"] == 7.0
    assert "rtt_ms" not in first


def test_clocks_are_agreeing_or_not_and_nothing_between(samples: Path) -> None:
    with pytest.raises(ConfigError, match="clocks"):
        read(FORMAT, (samples / "twamp" / "packets.csv").read_bytes(), clocks="roughly")


def test_times_since_1900_are_those_of_ntp(samples: Path) -> None:
    found = read(FORMAT, (samples / "twamp" / "packets_ntp.csv").read_bytes())

    assert found.uses()[0]["ts"] == START_NS
    assert found.uses()[0]["message_latency_ms"][0] == pytest.approx(12.0)


def test_a_session_in_json_gives_windows_and_its_statistics(samples: Path) -> None:
    found = read(FORMAT, (samples / "twamp" / "session.json").read_bytes())

    assert found.rows_read == found.rows_kept == 6
    assert found.uses()[0]["message_count"] == 5
    assert found.uses()[0]["server"] == "reflector-7"
    units = {row["indicator"]: row["unit"] for row in found.measurements()}
    assert units == {
        "statistics.rtt.min_ms": "ms",
        "statistics.rtt.avg_ms": "ms",
        "statistics.loss_percent": "%",
    }
    assert found.measurements()[0]["ts"] == START_NS


def test_packets_may_stand_one_on_each_line() -> None:
    lines = [
        {"seq": i, "t1": START_NS + i * 10**7, "t4": START_NS + i * 10**7 + 10**6} for i in range(4)
    ]

    found = read(FORMAT, "\n".join(map(json.dumps, lines)))

    assert found.uses()[0]["message_latency_ms"] == [1.0] * 4
    assert found.rows_kept == 4


def test_a_table_of_twampy_is_measured_in_milliseconds(samples: Path) -> None:
    found = read(FORMAT, (samples / "twamp" / "console.txt").read_bytes())

    measured = found.measured()
    assert measured["Outbound.Min"] == [11.2]
    assert measured["Inbound.Min"] == [0.78]
    assert measured["Roundtrip.Max"] == [1200.0]
    assert measured["Roundtrip.Loss"] == [0.5]
    assert {row["ts"] for row in found.measurements()} == {RECEIVED_NS}
    assert found.rows_read == found.rows_kept == 9


def test_a_session_without_any_answer_lost_everything() -> None:
    content = (
        "Direction         Min         Max         Avg          Jitter     Loss\n"
        "  NO STATS AVAILABLE (100% loss)\n"
    )

    assert read(FORMAT, content).measured() == {"Roundtrip.Loss": [100.0]}


def test_the_result_of_twping_is_measured(samples: Path) -> None:
    found = read(FORMAT, (samples / "twamp" / "twping.txt").read_bytes())

    assert found.measured()["round-trip time median"] == [0.498]
    assert found.measured()["lost"] == [2.0]
    assert found.rejected == []


def test_rows_of_sessions_become_measurements_by_their_own_names(samples: Path) -> None:
    path = samples / "twamp" / "twamp_sessions.csv"

    found = read(FORMAT, path.read_bytes(), path.name)

    assert found.measured()["rtt_avg_ms"] == [12.5, 12.4]
    assert found.measured()["jitter_us"] == [310.0]
    assert {row["element"] for row in found.measurements()} == {"s1"}


def test_damaged_packets_are_rejected_each_for_its_reason(samples: Path) -> None:
    found = read(FORMAT, (samples / "twamp" / "dirty_packets.csv").read_bytes())

    assert sorted(found.reasons) == [
        (3, "not_a_number"),
        (4, "bad_time"),
        (5, "out_of_range"),
        (6, "wrong_columns"),
        (7, "not_a_number"),
    ]
    assert found.rows_kept == 2


def test_a_table_of_something_else_is_refused() -> None:
    assert FORMAT.sniff(b"time,signal\n1,2\n", "stamp_collection.csv") == 0

    with pytest.raises(FormatError, match="TWAMP"):
        read(FORMAT, "time,signal\n1,2\n")


@pytest.mark.shared
def test_the_table_in_the_real_readme_is_read(shared: Path) -> None:
    page = shared / "data" / "inputs" / "active_tests" / "nokia_twampy_README.md"
    content = page.read_bytes().split(b"```")
    [table] = [part for part in content if b"Roundtrip:" in part]

    found = read(FORMAT, table)

    assert found.measured()["Outbound.Jitter"] == pytest.approx([0.576])
    assert found.measured()["Roundtrip.Max"] == [103.53]
    assert found.rejected == []
