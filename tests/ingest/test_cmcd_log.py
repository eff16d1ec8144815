"""Video sessions rebuilt from access logs with CMCD."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.ingest.one_input import read

from sentio.ingest.formats.cmcd_log import FORMAT
from sentio.model.record import Quality

START_S = 1_772_395_200.0  # 2026-03-01T20:00:00Z


def line(at_s: float, cmcd: str, *, ip: str = "192.0.2.1", **more: object) -> str:
    time = datetime.fromtimestamp(START_S + at_s, UTC).isoformat()
    url = f"https://cdn.example/v.m4s?CMCD={quote(cmcd, safe='')}"
    return json.dumps({"time": time, "client_ip": ip, "url": url, **more})


def segment(at_s: float, sid: str = "s", more: str = "", *, bl: int = 0, br: int = 2000) -> str:
    return line(at_s, f'bl={bl},br={br},d=4000,ot=v,sid="{sid}"{more}')


class Player:
    """A player whose every stall is known: 4 s segments, one at a time, over a given link."""

    def __init__(self, kbps: Callable[[float], float]) -> None:
        self.kbps = kbps
        self.lines: list[str] = []
        self.stalls: list[list[float]] = []
        self.started_s = 0.0

    def play(self, segments: int) -> None:
        now = buffer_s = played_s = 0.0
        is_starved = False
        for number in range(segments):
            marks = (",bs" if is_starved else "") + (",su" if number == 0 else "")
            self.lines.append(segment(now, "p", marks, bl=round(buffer_s * 10) * 100))
            is_starved, left = False, 2000 * 4.0
            while left > 0:
                left -= self.kbps(now) * 0.01
                now += 0.01
                if number and buffer_s > 0:
                    buffer_s, played_s = buffer_s - 0.01, played_s + 0.01
                elif number:
                    if not is_starved:
                        self.stalls.append([played_s, 0.0])
                    is_starved = True
                    self.stalls[-1][1] += 0.01
            buffer_s += 4.0
            if number == 0:
                self.started_s = now
            while buffer_s > 12:
                now, buffer_s, played_s = now + 0.01, buffer_s - 0.01, played_s + 0.01


def test_a_starvation_is_joined_back_to_the_request_before_it(samples: Path) -> None:
    found = read(FORMAT, (samples / "cmcd_log" / "cloudfront.log").read_bytes())

    (session,) = found.records()
    assert session["stall_position_s"] == [0.0, 8.0]
    # asked at 20:00:05 with 4 s in the buffer, at 20:00:15 again 4 s: 10 s passed, 4 s were played
    assert session["stall_duration_s"][1] == pytest.approx(6.0)
    assert session["segment_bitrate_kbps"] == [2000, 2000, 2000, 1000]
    assert session["segment_duration_s"] == [4.0] * 4
    assert session["initial_delay_ms"] == pytest.approx(1100)
    assert session["server"] == "DUB2-C1"
    assert session["device_class"] == "tv"
    assert session["session_key"] == "s-1"
    assert session["volume_dl_bytes"] == 3_501_200
    assert found.kept == 5
    assert found.reasons == {"not_telemetry": 1}


@pytest.mark.parametrize(
    ("begin_s", "length_s", "kbps"), [(20, 25, 300), (31, 12, 150), (50, 40, 900)]
)
def test_the_stalls_of_a_player_are_found_again(begin_s: int, length_s: int, kbps: int) -> None:
    player = Player(lambda now: kbps if begin_s < now < begin_s + length_s else 8000)
    player.play(40)

    (session,) = read(FORMAT, "\n".join(player.lines)).records()

    assert len(session["segment_duration_s"]) == 40
    assert session["initial_delay_ms"] == pytest.approx(player.started_s * 1000, abs=100)
    assert session["stall_count"] == len(player.stalls)
    assert session["stall_total_ms"] == pytest.approx(
        1000 * sum(length for _, length in player.stalls), abs=150 * (1 + len(player.stalls))
    )
    for found, (position, _) in zip(session["stall_position_s"][1:], player.stalls, strict=True):
        assert found == pytest.approx(position, abs=0.2)


def test_nginx_requests_without_session_id_are_joined_by_address_agent_and_content(
    samples: Path,
) -> None:
    found = read(FORMAT, (samples / "cmcd_log" / "nginx.log").read_bytes())

    (session,) = found.records()
    assert session["ip"] == "198.51.100.4"
    assert session["session_key"] is None
    assert session["segment_bitrate_kbps"] == [3000.0, 3000.0]  # the 503 brought no segment
    assert found.reasons == {"not_telemetry": 1}  # the preflight repeats the query of its request


def test_version_two_lists_headers_and_told_lengths_are_used(samples: Path) -> None:
    found = read(FORMAT, (samples / "cmcd_log" / "access.ndjson").read_bytes())

    (session,) = found.records()
    assert session["segment_bitrate_kbps"] == [2500.0] * 3
    assert session["initial_delay_ms"] == 700
    assert session["stall_duration_s"] == [0.7, 3.0]
    assert found.reasons == {"incomplete": 1}  # a session of audio alone


def test_audio_and_manifests_are_rows_but_no_segments() -> None:
    lines = [
        line(0, 'ot=m,sid="s",su'),
        segment(1),
        line(1, 'br=128,d=4000,ot=a,sid="s"'),
        segment(5),
    ]

    found = read(FORMAT, "\n".join(lines))

    assert found.records()[0]["segment_bitrate_kbps"] == [2000.0, 2000.0]
    assert found.kept == 4


def test_a_starvation_told_with_the_audio_request_counts_once() -> None:
    lines = [
        segment(0, more=",su"),
        segment(2, bl=4000),
        line(12, 'bl=0,br=128,bs,d=4000,ot=a,sid="s"'),
        segment(12, bl=4000),
        segment(14, bl=6000),
    ]

    session = read(FORMAT, "\n".join(lines)).records()[0]

    assert session["stall_count"] == 1
    assert session["stall_total_ms"] == pytest.approx(6000)


def test_a_session_that_goes_idle_is_emitted_and_the_next_begins_anew() -> None:
    lines = [segment(0), segment(4), segment(4 + 121, "other"), segment(4 + 122)]

    found = read(FORMAT, "\n".join(lines))

    lengths = [len(record["segment_duration_s"]) for record in found.records()]
    assert sorted(lengths) == [1, 1, 2]
    assert lengths[0] == 2


def test_one_line_from_the_far_future_ends_no_session() -> None:
    lines = [segment(0), segment(400 * 86_400, "future"), segment(4), segment(8)]

    found = read(FORMAT, "\n".join(lines))

    assert sorted(len(record["segment_duration_s"]) for record in found.records()) == [1, 3]


def test_beyond_the_open_sessions_the_longest_idle_is_emitted_as_partial() -> None:
    lines = [segment(0, "a"), segment(1, "b"), segment(2, "a"), segment(3, "c"), segment(4, "a")]

    found = read(FORMAT, "\n".join(lines), max_open="2")

    by_key = {record["session_key"]: record for record in found.records()}
    assert by_key["b"]["quality"] == Quality.PARTIAL
    assert len(by_key["a"]["segment_duration_s"]) == 3
    assert found.kept == 5


def test_lines_of_one_second_out_of_order_are_put_in_order_by_the_players_clock() -> None:
    early = line(0, f'br=1000,d=4000,ot=v,sid="s",ts={int(START_S * 1000)}')
    late = line(0, f'br=3000,d=4000,ot=v,sid="s",ts={int(START_S * 1000) + 700}')

    (session,) = read(FORMAT, f"{late}\n{early}").records()

    assert session["segment_bitrate_kbps"] == [1000.0, 3000.0]


def test_real_time_logs_have_no_header_and_their_own_cmcd_fields() -> None:
    cells = ["-"] * 64
    cells[0], cells[1], cells[4], cells[6] = "1772395200.250", "192.0.2.3", "200", "GET"
    cells[11] = "DUB2-C1"
    cells[46], cells[47], cells[48], cells[50] = "2400", "8000", "false", "4000"
    cells[55], cells[59] = "v", '"rt-1"'
    more = [*cells[:46], "1200", *cells[47:]]

    found = read(FORMAT, "\t".join(cells) + "\n" + "\t".join(more) + "\n")

    assert FORMAT.sniff("\t".join(cells).encode(), "log") > 0.9
    assert found.records()[0]["segment_bitrate_kbps"] == [2400.0, 1200.0]
    assert found.records()[0]["server"] == "DUB2-C1"


def test_fields_of_a_log_without_directive_can_be_named() -> None:
    row = "192.0.2.3 2026-03-01T20:00:00Z CMCD=br%3D2000%2Cd%3D4000%2Cot%3Dv%2Csid%3D%22s%22"

    found = read(FORMAT, row, fields="c-ip,timestamp,cs-uri-query")

    assert found.records()[0]["ip"] == "192.0.2.3"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("not a log line at all", "unreadable"),
        ('{"url":"/x?CMCD=br%3D1","client_ip":"1"}', "missing"),
        ('{"time":"soon","url":"/x?CMCD=br%3D1"}', "bad_time"),
        ('{"time":"2262-04-11T23:47:16.854775Z","url":"/x?CMCD=br%3D1"}', "bad_time"),
        ('{"time":"2026-03-01T20:00:00Z","url":"/x?CMCD=sid%3D%22cut"}', "unreadable"),
        ('{"time":1e999}', "unreadable"),
        ("[" * 5000, "unreadable"),
    ],
)
def test_a_bad_line_is_rejected_and_the_rest_goes_on(row: str, reason: str) -> None:
    found = read(FORMAT, "\n".join([segment(0), row, segment(4)]))

    assert found.reasons == {reason: 1}
    assert found.rejected[0]["line"] == 2
    assert len(found.records()[0]["segment_duration_s"]) == 2


def test_reading_again_from_a_position_gives_the_pieces_behind_it() -> None:
    text = "\n".join(segment(200 * i, f"s{i}") for i in range(8))
    whole = read(FORMAT, text, batch_rows=2)

    rest = read(FORMAT, text, batch_rows=2, start=whole.pieces[1].position)

    assert [p.position for p in rest.pieces] == [p.position for p in whole.pieces[2:]]
    assert rest.records() == whole.records()[-len(rest.records()) :]


def test_what_the_log_lacks_can_be_given() -> None:
    (session,) = read(FORMAT, segment(0), segment="fixed", server="other").records()

    assert (session["segment"], session["server"]) == ("fixed", "cdn.example")


@pytest.mark.shared
def test_test_files_of_a_library_are_no_logs(shared: Path) -> None:
    for path in sorted((shared / "data/inputs/cmcd").glob("*.ts.txt")):
        assert FORMAT.sniff(path.read_bytes()[:65_536], path.name) == 0
