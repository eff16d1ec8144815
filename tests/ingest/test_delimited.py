"""Column maps over delimited text: layouts, times, units, sentinels, quotes, and what is wrong."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from sentio.ingest.formats import delimited, ndjson
from sentio.ingest.maps import parse, shipped
from sentio.ingest.piece import Origin, Piece, Reading
from sentio.kernel.errors import DefinitionError, FormatError, UnknownName


def read(text: str | bytes, options: Mapping[str, str] | None = None) -> list[Piece]:
    content = text.encode() if isinstance(text, str) else text
    origin = Origin(source="t", name="x.csv")
    reading = Reading(origin=origin, received_ns=0, options=dict(options or {}))
    return list(delimited.read(io.BytesIO(content), reading))


def s1u(**fields: str) -> str:
    layout = shipped()["s1u_http"].layout
    row = dict.fromkeys(layout, "")
    row |= {"IMSI": "460001", "Procedure_Start_Time": "1795000000000", "App_Sub_type": "7"}
    row |= {"tcp_suc_first_req_delay_ms": "30", "last_http_content_delay_ms": "570", **fields}
    return "|".join(row.values())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1795000000", 1_795_000_000.0),
        ("1795000000123", 1_795_000_000.123),
        ("1795000000123456", 1_795_000_000.123456),
        ("1795000000.5", 1_795_000_000.5),
        ("20261118110640", 1_795_000_000.0),
        ("20261118110640250", 1_795_000_000.25),
        ("2026-11-18 11:06:40", 1_795_000_000.0),
        ("2026-11-18T11:06:40.125Z", 1_795_000_000.125),
        ("2026-11-18T13:06:40+02:00", 1_795_000_000.0),
        ("2026/11/18 11:06:40", 1_795_000_000.0),
    ],
)
def test_times_of_many_forms_are_understood(text: str, seconds: float) -> None:
    piece = read(s1u(Procedure_Start_Time=text), {"map": "s1u_http"})[0]

    assert piece.batch.column("ts").to_pylist() == [pytest.approx(seconds * 1e9, abs=1000)]


def test_local_time_is_taken_in_the_named_zone() -> None:
    row = s1u(Procedure_Start_Time="2026-11-18 19:06:40")

    piece = read(row, {"map": "s1u_http", "timezone": "Asia/Shanghai"})[0]

    assert piece.batch.column("ts").to_pylist() == [1_795_000_000 * 10**9]


def test_a_layout_without_header_is_recognised_by_its_width_and_times() -> None:
    assert delimited.sniff(s1u().encode(), "x") > 0.8
    assert delimited.sniff(s1u(Procedure_Start_Time="hello").encode(), "x") == 0


def test_a_header_in_any_order_is_recognised_by_its_names() -> None:
    layout = shipped()["s1u_http"].layout
    row = dict(zip(layout, s1u().split("|"), strict=True))
    names = sorted(layout, reverse=True)
    text = ",".join(names) + "\n" + ",".join(row[name] for name in names) + "\n"

    piece = read(text)[0]

    assert piece.batch.column("page_load_ms").to_pylist() == [600.0]


def test_a_sentinel_is_no_value() -> None:
    piece = read(s1u(first_req_first_resp_delay_ms="-1"), {"map": "s1u_http"})[0]

    assert piece.batch.column("first_response_ms").to_pylist() == [None]


def test_only_the_model_part_of_an_imei_is_kept() -> None:
    piece = read(s1u(IMEI="35123456789012"), {"map": "s1u_http"})[0]

    assert piece.batch.column("device_model").to_pylist() == ["35123456"]
    assert "imei" not in piece.batch.schema.names


def test_quotes_and_line_ends_of_windows_are_understood() -> None:
    text = 'ts,imsi,app,page_load_ms\r\n1795000000000,460001,"a ""b"", c",700\r\n'

    piece = read(text, {"service": "web"})[0]

    assert piece.batch.column("app").to_pylist() == ['a "b", c']


def test_a_lone_quote_in_a_piped_feed_swallows_nothing() -> None:
    text = "\n".join([s1u(URI='he said "hi'), s1u(), s1u(URI='"')])

    pieces = read(text, {"map": "s1u_http"})

    assert sum(piece.batch.num_rows for piece in pieces) == 3


def test_each_bad_row_names_line_field_and_reason() -> None:
    rows = [s1u(), s1u(tcp_suc_first_req_delay_ms="12x"), "short|row", s1u()]

    piece = read("\n".join(rows) + "\n", {"map": "s1u_http"})[0]

    assert piece.rows_read == 4
    assert piece.rows_kept == 2
    found = {(row["line"], row["field"], row["reason"]) for row in piece.rejected.to_pylist()}
    assert found == {(2, "tcp_suc_first_req_delay_ms", "not_a_number"), (3, "", "wrong_columns")}


def test_the_position_of_the_second_reading_is_behind_the_first_rows() -> None:
    text = s1u() + "\n" + s1u(App_Sub_type="8") + "\n"
    start = len(s1u()) + 1
    origin = Origin(source="t", name="x.csv")
    reading = Reading(origin=origin, received_ns=0, options={"map": "s1u_http"}, start=start)

    pieces = list(delimited.read(io.BytesIO(text.encode()), reading))

    assert [piece.batch.column("app").to_pylist() for piece in pieces] == [["8"]]


def test_one_row_may_give_two_records_and_is_counted_once() -> None:
    text = (
        "TIME_STAMP_x,DLtput_x,modified_tech_x,handover_status_x,TIME_STAMP_y,DLtput_y,"
        "modified_tech_y,handover_status_y,timediff\n"
        "1691351180.25,30.5,5G-mid,,1691351180.75,2,LTE,Start,0.5\n"
    )

    pieces = read(text)

    assert [piece.batch.column("throughput_dl_kbps").to_pylist() for piece in pieces] == [
        [30_500.0],
        [2_000.0],
    ]
    assert sum(piece.rows_read for piece in pieces) == 1


def test_an_unknown_layout_is_refused_with_advice() -> None:
    with pytest.raises(FormatError, match="sentio catalog maps"):
        read("name,colour\nx,red\n")


def test_a_map_with_an_unknown_column_is_refused_at_once() -> None:
    text = 'name="m"\ntitle="t"\n[[record]]\n[record.columns]\npage_lod_ms={from="a"}\n'

    with pytest.raises(UnknownName, match="page_load_ms"):
        parse(text, where="m.toml")


def test_a_map_with_a_unit_of_another_kind_is_refused() -> None:
    text = 'name="m"\ntitle="t"\n[[record]]\n[record.columns]\nrtt_ms={from="a",unit="km"}\n'

    with pytest.raises(DefinitionError, match="'km' cannot become 'ms'"):
        parse(text, where="m.toml")


def test_ndjson_rows_of_one_broken_line_keep_the_others() -> None:
    text = (
        b'{"ts": 1795000000000, "imsi": "1", "page_load_ms": 700, "service": "web"}\n'
        b"{broken\n"
        b'{"ts": 1795000000001, "imsi": "2", "page_load_ms": 900, "service": "web"}\n'
    )
    reading = Reading(origin=Origin(source="t", name="x"), received_ns=0)

    pieces = list(ndjson.read(io.BytesIO(text), reading))

    assert sum(piece.rows_kept for piece in pieces) == 2
    assert [row["line"] for row in pieces[0].rejected.to_pylist()] == [2]
