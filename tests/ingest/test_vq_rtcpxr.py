"""Voice quality reports of SIP endpoints: percent, 127, folded lines, contradictions."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ingest.active_reading import read

from sentio.ingest.formats.vq_rtcpxr import FORMAT
from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.ingest.wire.voice.call_quality import CallQuality, codec_of, service_of
from sentio.kernel.errors import FormatError
from sentio.model.record import Quality


def test_percent_becomes_a_share_and_127_nothing(samples: Path) -> None:
    found = read(FORMAT, (samples / "vq_rtcpxr" / "session.txt").read_bytes())

    [use] = found.uses("voice_nb")
    assert (use["packet_loss_ratio"], use["discard_ratio"]) == (0.015, 0.005)
    assert (use["reported_mos_lq"], use["reported_mos_cq"]) == (4.0, 3.9)
    assert (use["rtt_ms"], use["one_way_delay_ms"], use["jitter_ms"]) == (80, 102, 6)
    assert use["duration_ms"] == 212_000
    assert use["ts"] == time_ns("2026-03-02T09:15:10Z")


def test_burst_ratio_follows_from_bursts_and_gaps(samples: Path) -> None:
    [use] = read(FORMAT, (samples / "vq_rtcpxr" / "session.txt").read_bytes()).uses()

    # 20 % lost for 1 s, 1 % for 9 s: p = .029; run starts .1 * .2 * .8 + .9 * .01 * .99 = .02491.
    assert use["burst_ratio"] == pytest.approx(0.029 / 0.02491 * 0.971)


def test_random_loss_has_a_burst_ratio_of_one() -> None:
    isolated = CallQuality(burst_density=0.0, burst_ms=0, gap_density=0.02, gap_ms=60_000)

    assert isolated.burst_ratio() == pytest.approx(1.0)


def test_a_call_number_is_not_kept_and_addresses_are_identifiers(samples: Path) -> None:
    [use] = read(FORMAT, (samples / "vq_rtcpxr" / "session.txt").read_bytes()).uses()

    assert use.pop("ip") == "192.0.2.20"
    assert "192.0.2.20" not in str(use)
    assert "7c1de0a4" not in str(use)


def test_concealment_is_part_of_the_codec(samples: Path) -> None:
    [use] = read(FORMAT, (samples / "vq_rtcpxr" / "session.txt").read_bytes()).uses()

    assert use["voice_codec"] == "g711-plc"


def test_both_sides_of_a_report_give_a_record_with_their_own_codec(samples: Path) -> None:
    found = read(FORMAT, (samples / "vq_rtcpxr" / "publish.txt").read_bytes())

    [local], [remote] = found.uses("voice_wb"), found.uses("voice_fb")
    assert (local["ip"], local["voice_codec"]) == ("192.0.2.20", "g722")
    assert (remote["ip"], remote["voice_codec"]) == ("2001:db8::7", "opus")
    assert (remote["packet_loss_ratio"], remote["discard_ratio"]) == (0.05, None)
    assert remote["one_way_delay_ms"] == 240
    assert found.rows_kept == 2


def test_bursts_without_loss_contradict_themselves(samples: Path) -> None:
    [local] = read(FORMAT, (samples / "vq_rtcpxr" / "publish.txt").read_bytes()).uses("voice_wb")

    assert local["quality"] == Quality.SUSPECT
    assert local["burst_ratio"] is None
    assert local["rtt_ms"] is None
    assert local["reported_mos_lq"] is None


def test_an_alert_is_an_alarm_and_no_second_use(samples: Path) -> None:
    [alarm] = read(FORMAT, (samples / "vq_rtcpxr" / "publish.txt").read_bytes()).events()

    assert (alarm["event_kind"], alarm["severity"]) == ("alarm", "critical")
    assert alarm["title"] == "voice quality: NLR crossed"
    assert alarm["ts"] == time_ns("2026-03-02T09:16:10Z")


def test_damaged_reports_are_rejected_each_for_its_reason(samples: Path) -> None:
    found = read(FORMAT, (samples / "vq_rtcpxr" / "dirty_reports.txt").read_bytes())

    assert found.reasons == [
        (1, "incomplete"),
        (2, "missing"),
        (5, "bad_time"),
        (21, "too_large"),
    ]
    assert len(found.uses()) == 1


def test_a_text_without_reports_is_refused() -> None:
    assert FORMAT.sniff(b"a VQSessionReport was sent\n", "mail.txt") == 0

    with pytest.raises(FormatError, match="RFC 6035"):
        read(FORMAT, "SIP/2.0 200 OK\n\n")


@pytest.mark.parametrize(
    ("name", "payload_type", "rate", "codec", "service"),
    [
        ("PCMU", None, 8000, "g711", "voice_nb"),
        ("", 18, None, "g729", "voice_nb"),
        ("AMR-WB", 97, 16000, "amr-wb-12.65", "voice_wb"),
        ("EVS", 98, 16000, "evs", "voice_wb"),
        ("opus", 111, 48000, "opus", "voice_fb"),
        ("", 101, 16000, "", "voice_wb"),
        ("", None, None, "", "voice_nb"),
    ],
)
def test_the_band_of_the_codec_chooses_the_service(
    name: str, payload_type: int | None, rate: int | None, codec: str, service: str
) -> None:
    assert codec_of(name, payload_type, None) == codec
    assert service_of(codec, rate) == service


@pytest.mark.shared
def test_the_report_in_the_layout_of_a_real_phone_is_read(shared: Path) -> None:
    path = shared / "data" / "inputs" / "rtcp_xr" / "vq-rtcpxr_example.txt"

    found = read(FORMAT, path.read_bytes(), path.name)

    [use] = found.uses("voice_nb")
    assert (use["packet_loss_ratio"], use["voice_codec"]) == (0.012, "g711-plc")
    assert found.rows_kept == 1
