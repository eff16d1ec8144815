"""Drive tests: seconds of downloads, minutes of video, and the dirt of real logs."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import pytest
from tests.ingest.active_reading import SECOND_NS, Outcome, read

from sentio.ingest.formats.gnettrack import FORMAT
from sentio.ingest.wire.csv import records
from sentio.kernel.errors import FormatError
from sentio.model.record import Quality

HEADER = (
    "Timestamp,Longitude,Latitude,Operatorname,CELLHEX,NODEHEX,RSRP,SNR,DL_bitrate,UL_bitrate,State"
)


def log(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def second(at: str, rate: int | str = 1000, state: str = "D", rsrp: int | str = -90) -> str:
    return f"2026.03.02_{at},-3.7,40.4,Example,B,1A2B,{rsrp},10,{rate},50,{state}"


def test_a_download_gives_a_use_of_file_for_each_second(samples: Path) -> None:
    path = samples / "gnettrack" / "download_2026.03.02_09.15.00.csv"

    found = read(FORMAT, path.read_bytes(), path.name)

    first = found.uses("file")[0]
    assert first["throughput_dl_kbps"] == 48000
    assert first["cell"] == "Example-1A2B-B"
    assert first["gnb"] == "Example-1A2B"
    assert first["segment"] == "Example"
    assert (first["rtt_ms"], first["packet_loss_ratio"]) == (42.0, 0.1)
    assert (first["radio_technology"], first["duration_ms"]) == ("5G", 1000)
    assert first["device_serial"] == "feed/download"


def test_an_idle_second_of_a_download_is_a_measurement_of_the_cell(samples: Path) -> None:
    path = samples / "gnettrack" / "download_2026.03.02_09.15.00.csv"

    found = read(FORMAT, path.read_bytes(), path.name)

    assert found.rows_kept == 8
    assert len(found.uses()) == 7
    assert {row["element"] for row in found.measurements()} == {"Example-1A2B-B"}
    assert found.measured()["RSRP"] == [-92]


def test_a_stalled_second_of_a_download_stays_a_use() -> None:
    found = read(FORMAT, log(second("09.15.00", 0, "D")), "run.csv")

    assert [use["throughput_dl_kbps"] for use in found.uses()] == [0]


def test_a_video_run_gives_a_trace_for_each_minute(samples: Path) -> None:
    path = samples / "gnettrack" / "netflix_2026.03.02_09.15.00.csv"

    found = read(FORMAT, path.read_bytes(), path.name)

    uses = found.uses("stream_trace")
    assert [len(use["throughput_trace_kbps"]) for use in uses] == [60, 30, 38]
    assert [use["duration_ms"] for use in uses] == [60_000, 30_000, 38_000]
    assert uses[0]["cell"] == "Example-1A2B-B"
    assert uses[1]["cell"] == "Example-1A2B-C"
    assert uses[0]["app"] == "netflix"
    assert found.rows_kept == 126


def test_a_second_without_a_row_has_the_rate_measured_over_it() -> None:
    content = log(second("09.15.00", 100), second("09.15.03", 400), second("09.15.04", 500))

    trace = read(FORMAT, content, "netflix.csv").uses()[0]["throughput_trace_kbps"]

    assert trace == [100, 400, 400, 400, 500]


def test_two_rows_of_one_second_are_averaged_in_the_trace_and_both_count() -> None:
    content = log(second("09.15.00", 100), second("09.15.00", 300), second("09.15.01", 500))

    found = read(FORMAT, content, "netflix.csv")

    assert found.uses()[0]["throughput_trace_kbps"] == [200, 500]
    assert found.rows_kept == 3


def test_a_long_silence_ends_the_run() -> None:
    content = log(second("09.15.00"), second("09.15.01"), second("09.15.30"))

    uses = read(FORMAT, content, "netflix.csv").uses()

    assert [len(use["throughput_trace_kbps"]) for use in uses] == [2, 1]


def test_a_jump_of_years_makes_no_trace_of_years() -> None:
    content = log(second("09.15.00"), second("09.15.01").replace("2026", "2099"))

    uses = read(FORMAT, content, "netflix.csv").uses()

    assert [len(use["throughput_trace_kbps"]) for use in uses] == [1, 1]


def test_the_radio_of_a_minute_is_the_median() -> None:
    content = log(*(second(f"09.15.0{i}", rsrp=v) for i, v in enumerate((-80, -90, "-", -120))))

    use = read(FORMAT, content, "netflix.csv").uses()[0]

    assert use["rsrp_dbm"] == -90


def test_a_value_that_cannot_be_true_is_left_out_and_the_row_is_suspect() -> None:
    use = read(FORMAT, log(second("09.15.00", rsrp=-200)), "run.csv").uses()[0]

    assert use["rsrp_dbm"] is None
    assert use["quality"] == Quality.SUSPECT


def test_a_dash_is_no_value_and_no_fault() -> None:
    use = read(FORMAT, log(second("09.15.00", rsrp="-")), "run.csv").uses()[0]

    assert (use["rsrp_dbm"], use["quality"]) == (None, Quality.GOOD)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (second("09.15.99"), "Timestamp", "bad_time"),
        (second("09.15.01").replace("03.02", "02.30"), "Timestamp", "bad_time"),
        (second("09.15.01", "fast"), "DL_bitrate", "not_a_number"),
        ("2026.03.02_09.15.01,1,2", "", "wrong_columns"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_the_rest_goes_on(
    row: str, field: str, reason: str
) -> None:
    found = read(FORMAT, log(second("09.15.00"), row, second("09.15.02")), "run.csv")

    [rejected] = found.rejected
    assert (rejected["line"], rejected["field"], rejected["reason"]) == (3, field, reason)
    assert rejected["raw"] == row.encode()
    assert len(found.uses()) == 2


def test_a_log_that_is_no_utf8_is_latin_1() -> None:
    content = log(second("09.15.00").replace("Example", "Téléphone")).encode("latin-1")

    [use] = read(FORMAT, content, "run.csv").uses()

    assert use["segment"] == "Téléphone"


def test_a_quoted_field_may_hold_the_delimiter() -> None:
    content = log(second("09.15.00").replace("Example", '"Example, Ltd"'))

    [use] = read(FORMAT, content, "run.csv").uses()

    assert use["segment"] == "Example, Ltd"


def test_what_stands_before_the_header_is_no_row() -> None:
    found = read(FORMAT, "G-NetTrack; Pro; log\n\n" + log(second("09.15.00")), "run.csv")

    assert (found.rows_read, len(found.uses())) == (1, 1)


def test_stamps_are_local_times_of_the_zone_that_is_named() -> None:
    content = log(second("09.15.00").replace("2026.03.02", "2026.07.02"))

    utc = read(FORMAT, content, "run.csv").uses()[0]["ts"]
    dublin = read(FORMAT, content, "run.csv", timezone="Europe/Dublin").uses()[0]["ts"]

    assert utc - dublin == 3600 * SECOND_NS


def test_a_zone_that_does_not_exist_is_said_not_to() -> None:
    with pytest.raises(FormatError, match="Mars/Base"):
        read(FORMAT, log(second("09.15.00")), "run.csv", timezone="Mars/Base")


def test_a_log_with_other_names_and_decimal_commas_is_read(samples: Path) -> None:
    path = samples / "gnettrack" / "semicolon_log.txt"

    found = read(FORMAT, path.read_bytes(), path.name)

    first = found.uses()[0]
    assert (first["rsrp_dbm"], first["rsrq_db"], first["speed_kmh"]) == (-95, -12, 12.5)
    assert first["latitude_deg"] == pytest.approx(40.41670)
    assert first["cell"] == "Example-4711"
    assert found.rows_read == 8


def test_the_service_may_be_told() -> None:
    found = read(FORMAT, log(second("09.15.00")), "run.csv", service="stream_trace")

    assert len(found.uses("stream_trace")) == 1


def test_an_upload_run_is_judged_by_its_uplink() -> None:
    use = read(FORMAT, log(second("09.15.00")), "upload/run.csv").uses()[0]

    assert use["throughput_ul_kbps"] == 50
    assert "throughput_dl_kbps" not in use


def test_the_pieces_are_the_same_however_often_they_are_read(samples: Path) -> None:
    content = (samples / "gnettrack" / "netflix_2026.03.02_09.15.00.csv").read_bytes()

    once, again = read(FORMAT, content, "netflix.csv"), read(FORMAT, content, "netflix.csv")

    assert once.uses() == again.uses()


def test_windows_do_not_depend_on_where_blocks_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "BLOCK_BYTES", 1 << 16)
    rows = [
        second(f"{9 + i // 3600:02d}.{i // 60 % 60:02d}.{i % 60:02d}", i) for i in range(12_000)
    ]
    content = log(*rows)
    assert len(content) > 4 * records.BLOCK_BYTES

    uses = read(FORMAT, content, "netflix.csv").uses()

    assert [len(use["throughput_trace_kbps"]) for use in uses] == [60] * 200
    assert [use["throughput_trace_kbps"][0] for use in uses] == [60 * i for i in range(200)]


def test_a_table_of_something_else_is_refused() -> None:
    assert FORMAT.sniff(b"radio,mcc,net,area,cell,lon,lat\nLTE,1,2,3,4,5,6\n", "x.csv") == 0

    with pytest.raises(FormatError, match="no header"):
        read(FORMAT, "radio,mcc,net\nLTE,1,2\n")


@pytest.mark.shared
def test_all_rows_of_the_real_drives_are_accounted_for(shared: Path) -> None:
    archive = shared / "data" / "inputs" / "uccmisl_5g" / "5G-production-dataset.zip"
    counts: Counter[str] = Counter()
    with zipfile.ZipFile(archive) as drives:
        names = [n for n in drives.namelist() if n.endswith(".csv") and "__MACOSX" not in n]
        for name in names:
            found: Outcome = read(FORMAT, drives.read(name), f"{archive}!{name}")
            counts["read"] += found.rows_read
            counts["kept"] += found.rows_kept
            counts["file"] += len(found.uses("file"))
            counts["stream_trace"] += len(found.uses("stream_trace"))
            counts["idle"] += len(found.measured().get("RSRP", []))

    assert len(names) == 83
    assert counts["read"] == counts["kept"] == 188_711
    assert counts["file"] + counts["idle"] == 43_208  # all rows of the 21 download logs
    assert counts["stream_trace"] > 2_400
