"""M-Lab's tests: NDT7, NDT5, TCP snapshots, switch counters and traceroutes."""

from __future__ import annotations

import gzip
import json
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from tests.ingest.active_reading import read

from sentio.ingest.formats.disco import FORMAT as DISCO
from sentio.ingest.formats.ndt5 import FORMAT as NDT5
from sentio.ingest.formats.ndt7 import FORMAT as NDT7
from sentio.ingest.formats.scamper import FORMAT as SCAMPER
from sentio.ingest.formats.tcpinfo import FORMAT as TCPINFO
from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.kernel.errors import FormatError


def test_a_download_is_summed_up_by_its_last_measurement(samples: Path) -> None:
    found = read(NDT7, (samples / "ndt7" / "download.json").read_bytes())

    [use] = found.uses("file")
    assert use["throughput_dl_kbps"] == 100_000  # 125 MB in 10 s
    assert use["volume_dl_bytes"] == 125_000_000
    assert use["rtt_ms"] == 3.101
    assert use["retransmission_ratio"] == 0.01
    assert use["ts"] == time_ns("2026-03-02T09:15:10.123456789Z")
    assert use["duration_ms"] == 10_000


def test_an_address_stands_only_where_identifiers_stand(samples: Path) -> None:
    [use] = read(NDT7, (samples / "ndt7" / "download.json").read_bytes()).uses()

    assert use.pop("ip") == "192.0.2.20"
    assert "192.0.2.20" not in str(use)
    assert "198.51.100.9" not in str(use)
    assert use["server"] == "ndt-abcde"
    assert "not-kept" not in str(use)


def test_a_subject_that_is_told_stands_instead_of_the_address(samples: Path) -> None:
    [use] = read(NDT7, (samples / "ndt7" / "download.json").read_bytes(), subject="line-4").uses()

    assert use["device_serial"] == "line-4"
    assert "ip" not in use


def test_an_upload_counts_what_the_server_received(samples: Path) -> None:
    [use] = read(NDT7, (samples / "ndt7" / "upload.json").read_bytes()).uses()

    assert use["throughput_ul_kbps"] == 1000
    assert use["rtt_ms"] == 38.598  # the smallest one was never measured
    assert use.get("retransmission_ratio") is None


def test_results_in_gzip_are_unpacked(samples: Path) -> None:
    content = (samples / "ndt7" / "both.jsonl.gz").read_bytes()

    assert NDT7.sniff(content, "x") > 0.9
    assert len(read(NDT7, content).uses()) == 2


def test_a_damaged_gzip_says_so(samples: Path) -> None:
    content = (samples / "ndt7" / "both.jsonl.gz").read_bytes()

    with pytest.raises(FormatError, match="damaged"):
        read(NDT7, content[:200] + b"\xff" * 50)


def test_a_client_that_measured_alone_is_believed() -> None:
    test = {
        "StartTime": "2026-03-02T09:15:10Z",
        "ServerMeasurements": None,
        "ClientMeasurements": [{"AppInfo": {"NumBytes": 1_000_000, "ElapsedTime": 8_000_000}}],
    }

    [use] = read(NDT7, json.dumps({"ClientIP": "192.0.2.20", "Download": test})).uses()

    assert (use["throughput_dl_kbps"], use["duration_ms"]) == (1000, 8000)


def test_damaged_tests_are_rejected_each_for_its_reason(samples: Path) -> None:
    found = read(NDT7, (samples / "ndt7" / "dirty_tests.jsonl").read_bytes())

    assert found.reasons == [(1, "bad_time"), (2, "incomplete"), (3, "unreadable")]
    assert len(found.uses()) == 1


def test_both_directions_of_ndt5_are_uses_of_their_own(samples: Path) -> None:
    up, down = read(NDT5, (samples / "ndt5" / "both.json").read_bytes()).uses("file")

    assert (up["throughput_ul_kbps"], up["duration_ms"]) == (12_500, 10_000)
    assert (down["throughput_dl_kbps"], down["rtt_ms"]) == (80_000, 12.0)
    assert down["retransmission_ratio"] == 0.01


def test_ndt5_without_a_result_is_rejected(samples: Path) -> None:
    found = read(NDT5, (samples / "ndt5" / "dirty_tests.jsonl").read_bytes())

    assert found.reasons == [(1, "incomplete"), (2, "incomplete")]
    assert found.rows_kept == 1


def test_a_bulk_connection_is_a_use_and_a_small_one_a_measurement(samples: Path) -> None:
    found = read(TCPINFO, (samples / "tcpinfo" / "connections.jsonl").read_bytes())

    [use] = found.uses("file")
    assert use["ip"] == "192.0.2.20"  # mapped into IPv6 in one snapshot, not in the other
    assert use["throughput_dl_kbps"] == 50_000  # 50 MB in 8 busy seconds
    assert use["duration_ms"] == 10_000
    assert (use["rtt_ms"], use["retransmission_ratio"]) == (21.0, 0.01)
    assert found.measured()["tcp.bytes_received"] == [900]
    assert found.rows_kept == 5


def test_snapshots_in_zstd_are_unpacked(samples: Path) -> None:
    plain = read(TCPINFO, (samples / "tcpinfo" / "connections.jsonl").read_bytes())
    packed = read(TCPINFO, (samples / "tcpinfo" / "connections.jsonl.zst").read_bytes())

    assert packed.uses() == plain.uses()


def test_damaged_snapshots_are_rejected_each_for_its_reason(samples: Path) -> None:
    found = read(TCPINFO, (samples / "tcpinfo" / "dirty_connections.jsonl").read_bytes())

    assert found.reasons == [(3, "bad_time"), (6, "not_telemetry"), (8, "unreadable")]


def test_a_switch_counts_bytes_by_the_period(samples: Path) -> None:
    found = read(DISCO, (samples / "disco" / "counters.jsonl").read_bytes())

    uplink = [r for r in found.measurements() if r["indicator"] == "switch.octets.uplink.tx"]
    assert [row["value"] for row in uplink] == [125e6, 250e6, 0.0]
    assert {(row["element"], row["unit"]) for row in uplink} == {("s1-abc01.example", "byte")}
    assert {row["granularity_ms"] for row in uplink} == {10_000}
    local = [r for r in found.measurements() if ".local." in r["indicator"]]
    assert {row["element"] for row in local} == {"s1-abc01.example/host2"}


def test_counters_without_samples_are_rejected(samples: Path) -> None:
    found = read(DISCO, (samples / "disco" / "dirty_counters.jsonl").read_bytes())

    assert found.reasons == [(1, "incomplete"), (2, "missing")]
    assert found.measured() == {"switch.errors.uplink.tx": [7.0]}


def test_traces_are_measured_by_distance_and_keep_no_address(samples: Path) -> None:
    found = read(SCAMPER, (samples / "scamper" / "traces.jsonl").read_bytes())

    measured = found.measured()
    assert measured["traceroute.hop_01_rtt"] == [0.5]
    assert measured["traceroute.hop_02_rtt"] == [5.5, 6.0]
    assert measured["traceroute.is_reached"] == [1.0, 0.0]
    assert measured["traceroute.rtt"] == [24.5]
    assert {row["element"] for row in found.measurements()} == {"ndt-abcde"}
    assert found.rows_kept == 5
    assert "192.0.2." not in str(found.measurements())


def test_damaged_traces_are_rejected_each_for_its_reason(samples: Path) -> None:
    found = read(SCAMPER, (samples / "scamper" / "dirty_traces.jsonl").read_bytes())

    assert found.reasons == [(2, "not_telemetry"), (3, "bad_time"), (4, "unreadable")]


@pytest.mark.parametrize("form", [NDT7, NDT5, DISCO, SCAMPER, TCPINFO], ids=lambda f: f.name)
def test_a_document_of_something_else_is_not_taken(form: object) -> None:
    others = [b'{"msm_id": 1, "prb_id": 2}', b'{"sample": []}', gzip.compress(b'{"a": 1}'), b"\x28"]

    assert [form.sniff(other, "x.json") for other in others] == [0.0] * 4


@pytest.mark.shared
def test_the_real_tests_give_what_m_lab_computes(shared: Path) -> None:
    folder = shared / "data" / "inputs" / "mlab_ndt"

    [down] = read(NDT7, (folder / "ndt7-download-1.json").read_bytes()).uses()
    [up] = read(NDT7, (folder / "ndt7-upload-1.json").read_bytes()).uses()
    five = read(NDT5, (folder / "ndt5-1.json").read_bytes()).uses()

    assert down["throughput_dl_kbps"] == pytest.approx(95_049_504 * 8000 / 9_919_546)
    assert down["rtt_ms"] == 2.959
    assert up["volume_ul_bytes"] == 3_356_080
    assert five[1]["throughput_dl_kbps"] == pytest.approx(218_323.57, abs=0.01)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("archive", "form", "files", "rows"),
    [
        ("20200318T003853.425987Z-ndt7-mlab3-syd03-ndt.tgz", NDT7, 114, 114),
        ("20190516T013026.744845Z-tcpinfo-mlab4-arn02-ndt.tgz", TCPINFO, 364, 10_791),
    ],
    ids=["ndt7", "tcpinfo"],
)
def test_every_member_of_the_real_archives_is_read(
    shared: Path, archive: str, form: object, files: int, rows: int
) -> None:
    counts: Counter[str] = Counter()
    with tarfile.open(shared / "data" / "inputs" / "mlab_ndt" / archive) as members:
        for member in members:
            stream = members.extractfile(member)
            if stream is not None:
                found = read(form, stream.read(), member.name)
                counts["files"] += 1
                counts["read"] += found.rows_read
                counts["kept"] += found.rows_kept
                counts["uses"] += len(found.uses("file"))

    assert (counts["files"], counts["read"], counts["kept"]) == (files, rows, rows)
    assert counts["uses"] == (114 if form is NDT7 else 14)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "form", "rows"),
    [("switch_disco_snmp.jsonl", DISCO, 16), ("scamper_traceroute.jsonl", SCAMPER, 4)],
    ids=["disco", "scamper"],
)
def test_the_real_lines_are_all_read(shared: Path, name: str, form: object, rows: int) -> None:
    found = read(form, (shared / "data" / "inputs" / "mlab_ndt" / name).read_bytes(), name)

    assert (found.rows_read, found.rows_kept) == (rows, rows)
    assert found.measurements()
