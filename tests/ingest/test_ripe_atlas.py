"""RIPE Atlas: web requests are experience, pings and traceroutes measure the path."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ingest.active_reading import SECOND_NS, read

from sentio.ingest.formats.ripe_atlas import FORMAT


def test_a_web_request_is_split_into_its_phases(samples: Path) -> None:
    found = read(FORMAT, (samples / "ripe_atlas" / "results.jsonl").read_bytes())

    request = found.uses("web")[0]
    assert request["device_serial"] == "ripe-atlas-7"
    assert request["dns_ms"] == 12.5
    assert request["tcp_connect_ms"] == 20.5
    assert request["first_response_ms"] == 50.0
    assert request["transfer_ms"] == 110.0
    assert request["page_load_ms"] == 180.5
    assert request["volume_dl_bytes"] == 40_300
    assert request["ts"] == 1_772_442_940 * SECOND_NS


def test_a_request_that_failed_is_a_use_that_failed(samples: Path) -> None:
    failed = read(FORMAT, (samples / "ripe_atlas" / "results.jsonl").read_bytes()).uses()[1]

    assert failed["is_success"] == 0
    assert failed["page_load_ms"] is None


def test_the_one_line_of_the_oldest_firmware_is_understood(samples: Path) -> None:
    old = read(FORMAT, (samples / "ripe_atlas" / "results.jsonl").read_bytes()).uses()[2]

    assert (old["page_load_ms"], old["http_status"], old["volume_dl_bytes"]) == (30.5, 200, 1669)


def test_pings_measure_loss_and_round_trips_where_there_are_any(samples: Path) -> None:
    found = read(FORMAT, (samples / "ripe_atlas" / "results.jsonl").read_bytes())

    assert found.measured()["ping.loss"] == pytest.approx([1 / 3, 1.0])
    assert found.measured()["ping.rtt_min"] == [20.1]  # -1 of the second is none
    assert found.measurements()[0]["element"] == "ripe-atlas-7>target.example"


def test_a_traceroute_measures_hops_by_their_distance(samples: Path) -> None:
    measured = read(FORMAT, (samples / "ripe_atlas" / "results.jsonl").read_bytes()).measured()

    assert measured["traceroute.hop_01_rtt"] == [2.0]
    assert measured["traceroute.hop_03_rtt"] == [21.0]
    assert "traceroute.hop_02_rtt" not in measured
    assert measured["traceroute.hops"] == [3.0]
    assert (measured["traceroute.is_reached"], measured["traceroute.rtt"]) == ([1.0], [21.0])


def test_an_array_of_results_is_read_like_lines(samples: Path) -> None:
    found = read(FORMAT, (samples / "ripe_atlas" / "results.json").read_bytes())

    assert found.rows_read == found.rows_kept == 4


def test_the_address_of_a_probe_is_not_kept(samples: Path) -> None:
    found = read(FORMAT, (samples / "ripe_atlas" / "results.jsonl").read_bytes())

    assert "192.0.2.20" not in str(found.uses() + found.measurements())


def test_damaged_results_are_rejected_each_for_its_reason(samples: Path) -> None:
    found = read(FORMAT, (samples / "ripe_atlas" / "dirty_results.jsonl").read_bytes())

    assert found.reasons == [
        (1, "not_telemetry"),
        (2, "bad_time"),
        (3, "out_of_range"),
        (4, "unreadable"),
        (5, "unreadable"),
    ]
    assert found.rows_kept == 1


@pytest.mark.shared
@pytest.mark.parametrize(("kind", "results"), [("ping", 15), ("traceroute", 19), ("http", 17)])
def test_all_real_results_are_read(shared: Path, kind: str, results: int) -> None:
    path = shared / "data" / "inputs" / "active_tests" / f"ripe_atlas_{kind}_results.jsonl"

    found = read(FORMAT, path.read_bytes(), path.name)

    assert (found.rows_read, found.rows_kept) == (results, results)
    assert len(found.uses("web")) == (17 if kind == "http" else 0)
