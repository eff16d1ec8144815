"""Output of ping: losses out of gaps, late answers, wraps, and lines that cannot be believed."""

from __future__ import annotations

import re
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from tests.ingest.active_reading import RECEIVED_NS, SECOND_NS, Outcome, read

from sentio.ingest.formats.ping import FORMAT
from sentio.ingest.wire.active.operators import operator_in
from sentio.ingest.wire.text.blocks import BLOCK_BYTES
from sentio.kernel.errors import ConfigError
from sentio.model.record import Quality

START_S = 1_772_442_910


def answer(seq: int, sent_s: float, rtt_ms: float = 20.0, extra: str = "") -> str:
    came_s = START_S + sent_s + rtt_ms / 1000
    said = f"64 bytes from 198.51.100.7: icmp_seq={seq} ttl=52 time={rtt_ms} ms{extra}"
    return f"[{came_s:.6f}] {said}\n"


def latencies(found: Outcome) -> list[float | None]:
    return [latency for use in found.uses() for latency in use["message_latency_ms"]]


def lost(found: Outcome) -> int:
    return int(sum(use["lost_count"] for use in found.uses()))


def test_a_gap_in_the_numbers_is_lost_messages_at_their_interpolated_time() -> None:
    found = read(FORMAT, answer(1, 0.5) + answer(4, 3.5))

    uses = found.uses("vehicle")
    assert [use["message_latency_ms"] for use in uses] == [[20.0], [None], [None], [20.0]]
    assert [(use["ts"] // SECOND_NS) - START_S for use in uses] == [0, 1, 2, 3]
    assert [use["lost_count"] for use in uses] == [0, 1, 1, 0]
    assert [use["rtt_ms"] for use in uses] == [20.0, None, None, 20.0]


def test_the_sample_of_linux_counts_gaps_and_the_tail_and_the_double_once(samples: Path) -> None:
    found = read(FORMAT, (samples / "ping" / "linux_epoch.txt").read_bytes())

    assert sum(use["message_count"] for use in found.uses()) == 15
    assert lost(found) == 5
    assert latencies(found)[3:5] == [None, None]
    assert latencies(found)[6] == 27
    assert found.uses()[0]["transfer_interval_ms"] == pytest.approx(200, abs=1)
    assert {use["server"] for use in found.uses()} == {"198.51.100.7"}


def test_a_window_holds_what_was_sent_in_it_not_what_came_back_in_it() -> None:
    content = answer(1, 0.1, 1900.0) + answer(2, 1.1, 20.0)

    uses = read(FORMAT, content).uses()

    assert [use["message_latency_ms"] for use in uses] == [[1900.0], [20.0]]


def test_an_answer_that_comes_out_of_order_finds_its_place() -> None:
    content = answer(1, 0.0) + answer(3, 0.4) + answer(2, 0.2, 700.0) + answer(4, 0.6)

    found = read(FORMAT, content)

    assert latencies(found) == [20.0, 700.0, 20.0, 20.0]
    assert lost(found) == 0


def test_the_number_wraps_after_16_bits() -> None:
    content = answer(65534, 0) + answer(65535, 1) + answer(1, 3)

    found = read(FORMAT, content)

    assert latencies(found) == [20.0, 20.0, None, 20.0]


def test_a_jump_of_the_number_is_a_damaged_line_and_no_outage() -> None:
    content = answer(1, 0) + answer(2, 1) + answer(60003, 2) + answer(4, 3) + answer(5, 4)

    found = read(FORMAT, content)

    assert found.reasons == [(3, "out_of_range")]
    assert len(latencies(found)) == 5


def test_a_jump_of_years_is_a_damaged_line_and_no_windows_of_years() -> None:
    content = answer(1, 0) + answer(2, 1) + answer(3, 1e9) + answer(4, 3) + answer(5, 4)

    found = read(FORMAT, content)

    assert found.reasons == [(3, "out_of_range")]
    assert len(found.uses()) == 5


def test_a_run_that_begins_again_loses_nothing_between() -> None:
    first = "".join(answer(i, i) for i in range(1, 6))
    second = "".join(answer(i, 20 + i) for i in range(1, 6))

    found = read(FORMAT, first + second)

    assert (len(latencies(found)), lost(found)) == (10, 0)


def test_many_small_runs_cannot_make_up_millions_of_losses() -> None:
    run = "PING 198.51.100.7 (198.51.100.7) 56(84) bytes of data.\n{}"
    content = "".join(run.format(answer(20_000, 30 * i)) for i in range(60))

    found = read(FORMAT, content, window_ms="60000")

    assert sum(use["message_count"] for use in found.uses()) < 520_000
    assert found.rows_read == 120


def test_a_run_that_nobody_answered_is_lost_wholly() -> None:
    content = (
        f"Start time: {START_S}000\n"
        "[2026-03-02 10:15:40.0] PING 198.51.100.7 (198.51.100.7) 38(66) bytes of data.\n"
        "[2026-03-02 10:15:40.0] --- 198.51.100.7 ping statistics ---\n"
        "[2026-03-02 10:15:40.0] 11 packets transmitted, 0 received, 100% packet loss, "
        "time 10000ms\n"
    )

    found = read(FORMAT, content)

    assert latencies(found) == [None] * 11
    assert found.uses()[0]["ts"] == START_S * SECOND_NS
    assert found.uses()[-1]["ts"] == (START_S + 10) * SECOND_NS


def test_local_stamps_find_their_zone_by_the_start_time(samples: Path) -> None:
    found = read(FORMAT, (samples / "ping" / "dated_vodafone.out").read_bytes(), "x.out")

    assert found.uses()[0]["ts"] == 1_772_442_910 * SECOND_NS  # 09:15:10 UTC, printed as 10:15:10


def test_a_zone_that_is_named_is_kept() -> None:
    line = "[2026-07-02 10:15:10.030] 64 bytes from 198.51.100.7: icmp_seq=1 ttl=49 time=30 ms\n"

    utc = read(FORMAT, line).uses()[0]["ts"]
    berlin = read(FORMAT, line, timezone="Europe/Berlin").uses()[0]["ts"]

    assert utc - berlin == 7200 * SECOND_NS


def test_busybox_counts_from_zero_and_says_how_many_it_sent(samples: Path) -> None:
    found = read(FORMAT, (samples / "ping" / "busybox.txt").read_bytes())

    assert latencies(found) == [18.125, 19.125, None, 21.125, 22.125, None]


def test_lines_of_windows_have_no_numbers_and_count_in_order(samples: Path) -> None:
    found = read(FORMAT, (samples / "ping" / "windows.txt").read_bytes())

    assert latencies(found) == [23.0, None, 1.0, None]
    assert found.rows_read == found.rows_kept == 9


def test_answers_without_a_time_end_when_the_input_arrived_and_say_so(samples: Path) -> None:
    uses = read(FORMAT, (samples / "ping" / "busybox.txt").read_bytes()).uses()

    assert uses[-1]["ts"] == RECEIVED_NS
    assert {use["quality"] for use in uses} == {Quality.CLOCK}


def test_no_answer_yet_is_a_loss_unless_the_answer_comes(samples: Path) -> None:
    found = read(FORMAT, (samples / "ping" / "unreachable.txt").read_bytes())

    assert latencies(found) == [20.0, None, 1200.0, None, 20.0]


def test_a_redirect_is_no_loss() -> None:
    content = answer(1, 0) + "From 192.0.2.1: icmp_seq=2 Redirect Host(New nexthop: 192.0.2.2)\n"

    found = read(FORMAT, content + answer(2, 1))

    assert lost(found) == 0
    assert found.rows_kept == 3


def test_lines_that_nobody_understands_are_rejected_and_the_rest_goes_on(samples: Path) -> None:
    found = read(FORMAT, (samples / "ping" / "dirty_numbers.txt").read_bytes())

    assert sorted(found.reasons) == [
        (4, "out_of_range"),  # 60000 amidst 0 and 1
        (6, "out_of_range"),  # a time 31 years later
        (8, "unreadable"),
        (9, "out_of_range"),  # an answer after 20 minutes
        (11, "unreadable"),
    ]
    assert found.rows_read == 11


def test_windows_do_not_depend_on_where_blocks_end() -> None:
    missing = {5000, 9001, 9002, 9003}
    lines = [answer(i % 65536, i / 5, 20 + i % 7) for i in range(20_000) if i not in missing]
    assert sum(map(len, lines)) > 4 * BLOCK_BYTES

    found = read(FORMAT, "".join(lines))

    assert len(found.pieces) > 4
    assert len(found.uses()) == 4000
    assert {len(use["message_latency_ms"]) for use in found.uses()} == {5}
    assert {i for i, latency in enumerate(latencies(found)) if latency is None} == missing


def test_an_operator_in_the_path_is_the_segment() -> None:
    found = read(FORMAT, answer(1, 0), "drive/05_13/vodafone/run_1/ping.out")

    assert found.uses()[0]["segment"] == "vodafone"
    assert found.uses()[0]["device_serial"] == "feed/vodafone"
    assert operator_in("kidney/bellevue/antimony.out") == ""


def test_options_set_window_service_interval_and_names() -> None:
    given = {"window_ms": "500", "service": "plc", "transfer_interval_ms": "250"}
    names = {"segment": "fleet-1", "subject": "robot-9", "slice": "1-000001"}

    found = read(FORMAT, answer(1, 0.0) + answer(2, 0.6), **given, **names)

    first = found.uses("plc")[0]
    assert (first["duration_ms"], first["transfer_interval_ms"]) == (500, 250)
    assert (first["segment"], first["device_serial"], first["slice"]) == (
        "fleet-1",
        "robot-9",
        "1-000001",
    )


@pytest.mark.parametrize("window", ["0", "-1", "nan", "long", "1e9"])
def test_a_window_without_length_is_a_mistake_of_the_settings(window: str) -> None:
    with pytest.raises(ConfigError, match="window_ms"):
        read(FORMAT, answer(1, 0), window_ms=window)


def test_a_log_without_answers_is_known_by_its_name_only() -> None:
    content = b"Start time: 1772442909400\nEnd time: 1772442911500\n"

    assert FORMAT.sniff(content, "ping_1.out") > 0.5
    assert FORMAT.sniff(content, "job.log") == 0
    assert FORMAT.sniff(b"the server bytes from nowhere: seq=1\n", "ping.txt") == 0


PRINTED = re.compile(r"icmp_seq=(\d+) ttl=\d+ time=")
SENT = re.compile(r"(\d+) packets transmitted")


@pytest.mark.shared
@pytest.mark.slow
def test_the_losses_of_the_real_drives_are_those_of_a_plain_count(shared: Path) -> None:
    archive = shared / "data" / "inputs" / "pam2025_multicarrier" / "pam25_ping_raw.tar.xz"
    counts: Counter[str] = Counter()
    with tarfile.open(archive) as logs:
        for member in logs:
            stream = logs.extractfile(member) if member.name.endswith(".out") else None
            if stream is None:
                continue
            content = stream.read()
            found = read(FORMAT, content, f"{archive}!{member.name}")
            printed = [int(seq) for seq in PRINTED.findall(content.decode())]
            told = SENT.search(content.decode())
            sent = int(told[1]) if told else max(printed, default=0)
            counts["files"] += 1
            counts["printed"] += len(printed)
            counts["rows"] += found.rows_read
            counts["non-blank"] += sum(bool(line.strip()) for line in content.splitlines())
            counts["rejected"] += len(found.rejected)
            counts["lost"] += lost(found)
            counts["answered"] += sum(latency is not None for latency in latencies(found))
            assert lost(found) == sent - len(set(printed)), member.name
            assert found.uses() == [] or found.uses()[0]["segment"] in (
                "atnt",
                "tmobile",
                "verizon",
            )

    assert counts["files"] == 1266
    assert counts["printed"] == 186_792
    assert counts["answered"] == 186_792 - 138  # as many are doubles
    assert counts["rows"] == counts["non-blank"]
    assert counts["rejected"] == 0
