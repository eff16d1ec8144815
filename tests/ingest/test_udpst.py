"""IP-layer capacity tests: seconds, megabits, and RTT that is told as its variation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ingest.active_reading import read

from sentio.ingest.formats.udpst import FORMAT
from sentio.ingest.wire.times.iso8601 import time_ns


def test_the_most_that_was_carried_is_the_throughput(samples: Path) -> None:
    found = read(FORMAT, (samples / "udpst" / "client.json").read_bytes())

    [use] = found.uses("file")
    assert use["throughput_dl_kbps"] == 240_250
    assert use["ts"] == time_ns("2026-03-02T09:15:10Z")
    assert use["duration_ms"] == 3500
    assert (use["packet_loss_ratio"], use["jitter_ms"]) == (0.01, 3.0)
    assert (use["ip"], use["server"]) == ("192.0.2.20", "capacity.example")


def test_the_round_trip_is_the_smallest_one_and_the_mean_above_it(samples: Path) -> None:
    [use] = read(FORMAT, (samples / "udpst" / "client.json").read_bytes()).uses()

    assert use["rtt_ms"] == pytest.approx(18 + 4)


def test_a_client_that_sends_measures_its_uplink(samples: Path) -> None:
    document = json.loads((samples / "udpst" / "client.json").read_text())
    document["Input"]["Role"] = "Sender"

    [use] = read(FORMAT, json.dumps(document)).uses()

    assert use["throughput_ul_kbps"] == 240_250
    assert "throughput_dl_kbps" not in use


def test_the_direction_may_be_told_where_the_result_does_not(samples: Path) -> None:
    document = json.loads((samples / "udpst" / "client.json").read_text())
    del document["Input"]

    [use] = read(FORMAT, json.dumps(document), direction="up").uses()

    assert use["throughput_ul_kbps"] == 240_250


def test_every_second_is_measured_with_its_unit(samples: Path) -> None:
    found = read(FORMAT, (samples / "udpst" / "client.json").read_bytes())

    seconds = [r for r in found.measurements() if r["indicator"] == "Incremental.IPLayerCapacity"]
    assert [row["value"] for row in seconds] == [180.5, 240.25]
    assert {row["unit"] for row in seconds} == {"Mbit/s"}
    assert {row["granularity_ms"] for row in seconds} == {1000}
    assert {r["unit"] for r in found.measurements() if r["indicator"] == "Summary.RTTAvg"} == {"s"}


def test_a_server_tells_its_load_by_the_period(samples: Path) -> None:
    found = read(FORMAT, (samples / "udpst" / "server.json").read_bytes())

    [rate] = [r for r in found.measurements() if r["indicator"].endswith("tx_ip_rate_mbps")]
    assert (rate["value"], rate["element"], rate["granularity_ms"]) == (
        312.35,
        "capacity-1",
        10_000,
    )
    assert rate["ts"] == time_ns("2026-03-02T09:15:20Z")
    assert found.uses() == []


def test_failed_and_damaged_tests_are_rejected_and_the_next_is_read(samples: Path) -> None:
    found = read(FORMAT, (samples / "udpst" / "dirty_tests.jsonl").read_bytes())

    assert found.reasons == [(1, "incomplete"), (2, "bad_time"), (3, "unreadable")]
    assert "Minimum required connections" in found.rejected[0]["message"]
    assert len(found.uses()) == 1


@pytest.mark.shared
def test_all_real_results_are_read_or_say_why_not(shared: Path) -> None:
    folder = shared / "data" / "inputs" / "active_tests"
    rates = {}
    for path in sorted(folder.glob("obudpst_client_*.json")):
        found = read(FORMAT, path.read_bytes(), path.name)
        assert found.rows_read == 1
        rates[path.stem[-2:]] = [
            use.get("throughput_ul_kbps") or use.get("throughput_dl_kbps") for use in found.uses()
        ]

    assert rates == {
        "01": [975_450],
        "02": [975_390],
        "05": [879_800],
        "06": [975_240],
        "10": [975_010],
        "12": [],
    }


@pytest.mark.shared
def test_the_real_server_measures_thirty_periods(shared: Path) -> None:
    path = shared / "data/inputs/active_tests/obudpst_server_performance_stats.json"

    found = read(FORMAT, path.read_bytes())

    assert len(found.measured()["average.delivered.tx_ip_rate_mbps"]) == 30
