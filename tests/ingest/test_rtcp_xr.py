"""RTCP extended reports as packets: three layouts, times, and damage between packets."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from tests.ingest.active_reading import RECEIVED_NS, SECOND_NS, read

from sentio.ingest.formats.rtcp_xr import FORMAT
from sentio.kernel.errors import FormatError
from sentio.model.record import Quality

START_NS = 1_772_442_910 * SECOND_NS


def packet(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0x80, kind, len(body) // 4) + body


def voip(loss: int = 64, burst: int = 128, burst_ms: int = 1000, gap_ms: int = 9000) -> bytes:
    densities = struct.pack(">4B", loss, 0, burst, 0)
    delays = struct.pack(">4H", burst_ms, gap_ms, 80, 120)
    return (
        struct.pack(">BBHI", 7, 0, 8, 0xCAFE)
        + densities
        + delays
        + struct.pack(">2b2B4B2B3H", -20, -66, 127, 16, 84, 127, 41, 127, 0, 0, 40, 60, 200)
    )


def extended(*blocks: bytes) -> bytes:
    return packet(207, struct.pack(">I", 1) + b"".join(blocks))


def test_rates_are_parts_of_256_and_scores_tenths() -> None:
    [use] = read(FORMAT, extended(voip())).uses("voice_nb")

    assert use["packet_loss_ratio"] == 0.25
    assert use["reported_mos_lq"] == 4.1
    assert use["reported_mos_cq"] is None  # 127: unavailable
    assert (use["rtt_ms"], use["one_way_delay_ms"]) == (80, 160)
    assert use["session_key"] == "0000cafe"


def test_burst_ratio_is_the_mean_run_over_that_of_random_loss() -> None:
    [use] = read(FORMAT, extended(voip())).uses()

    # Half of a tenth of the time is lost: p = 0.05, runs of 1 / (1 - 0.5) = 2 packets.
    assert use["burst_ratio"] == pytest.approx(2 * (1 - 0.05))


def test_the_sender_report_before_it_tells_the_time(samples: Path) -> None:
    first, second = read(FORMAT, (samples / "rtcp_xr" / "call.bin").read_bytes()).uses()

    assert first["ts"] == START_NS + SECOND_NS // 2
    assert second["ts"] == first["ts"]


def test_bursts_without_any_loss_are_suspect(samples: Path) -> None:
    second = read(FORMAT, (samples / "rtcp_xr" / "call.bin").read_bytes()).uses()[1]

    assert second["quality"] == Quality.SUSPECT
    assert second["burst_ratio"] is None
    assert second["rtt_ms"] is None  # 0 ms there and back while the ends take 177


def test_a_packet_that_knows_no_time_has_that_of_its_arrival() -> None:
    assert read(FORMAT, extended(voip())).uses()[0]["ts"] == RECEIVED_NS


@pytest.mark.parametrize(
    ("name", "rows"), [("call.bin", 4), ("call_rfc4571.bin", 4), ("call_hex.txt", 2)]
)
def test_all_layouts_give_the_same_calls(samples: Path, name: str, rows: int) -> None:
    found = read(FORMAT, (samples / "rtcp_xr" / name).read_bytes())

    assert found.rows_kept == rows
    assert [use["packet_loss_ratio"] for use in found.uses()] == [3 / 256, 0.0]


def test_a_line_of_hex_may_carry_its_time(samples: Path) -> None:
    first, second = read(FORMAT, (samples / "rtcp_xr" / "call_hex.txt").read_bytes()).uses()

    assert first["ts"] == START_NS
    assert second["ts"] == 1_772_442_915_500_000_000


def test_a_line_of_hex_with_a_time_that_cannot_be_has_that_of_its_arrival() -> None:
    line = f"9772442915.5 {extended(voip()).hex()}\n".encode()

    [use] = read(FORMAT, line).uses()

    assert use["ts"] < 2**62


def test_other_blocks_are_passed_over_and_several_give_several() -> None:
    loss_runs = struct.pack(">BBHIHHHH", 1, 0, 3, 5, 0, 100, 0x8001, 0)

    found = read(FORMAT, extended(loss_runs, voip(), voip(loss=0, burst=0)))

    assert (found.rows_kept, len(found.uses())) == (1, 2)


def test_what_is_damaged_between_packets_is_rejected_and_the_next_is_found(samples: Path) -> None:
    call = (samples / "rtcp_xr" / "call.bin").read_bytes()

    found = read(FORMAT, call + b"\x00\x11noise" + call)

    assert found.reasons == [(5, "unreadable")]
    assert found.rejected[0]["raw"] == b"\x00\x11noise"
    assert len(found.uses()) == 4


def test_a_block_that_runs_over_its_packet_is_rejected() -> None:
    body = struct.pack(">IBBH", 1, 7, 0, 4000) + bytes(8)

    found = read(FORMAT, extended(voip()) + packet(207, body))

    assert [reason for _, reason in found.reasons] == ["incomplete"]
    assert len(found.uses()) == 1


def test_a_length_that_is_wrong_for_the_metrics_is_rejected() -> None:
    short = struct.pack(">BBH", 7, 0, 2) + bytes(8)

    found = read(FORMAT, extended(short))

    assert [reason for _, reason in found.reasons] == ["wrong_columns"]


def test_the_codec_that_is_told_chooses_the_service() -> None:
    [use] = read(FORMAT, extended(voip()), codec="g722").uses("voice_wb")

    assert use["voice_codec"] == "g722"


def test_blocks_larger_than_a_read_are_not_cut() -> None:
    call = extended(voip())

    found = read(FORMAT, call * 24_000)

    assert len(call) * 24_000 > 1 << 20
    assert found.rows_kept == 24_000
    assert found.rejected == []


def test_bytes_of_something_else_are_refused() -> None:
    assert FORMAT.sniff(b"\x80\xcf\x00\x01" + b"\x00" * 40, "x.bin") == 0.0
    assert FORMAT.sniff(b"deadbeef" * 10, "x.txt") == 0.0

    with pytest.raises(FormatError, match="RTCP"):
        read(FORMAT, b"\x00" * 100)
