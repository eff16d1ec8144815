"""PM XML files (TS 32.435): values, suspect flags and granularity periods arrive as written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentio.ingest.formats.pm_xml import FORMAT
from sentio.ingest.piece import Origin, Piece, Reading
from sentio.ingest.wire.pm import dn
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind, Quality

HEAD = (
    '<measDataFile><fileHeader dnPrefix="DC=x"/><measData><measEntity localDn="ManagedElement=1"/>'
    '<measInfo><granPeriod duration="PT900S" endTime="2026-11-20T10:15:00Z"/>'
)
TAIL = "</measInfo></measData></measDataFile>"
ONE_CELL = HEAD + (
    "<measTypes>a</measTypes>"
    "<measValue measObjLdn='X=1'><measResults>1</measResults></measValue>" + TAIL
)
TEN_FIFTEEN_NS = 1_795_169_700_000_000_000


def read(
    content: bytes | str, *, start: int = 0, batch_rows: int = 65_536, **options: str
) -> list[Piece]:
    raw = content.encode() if isinstance(content, str) else content
    reading = Reading(
        origin=Origin(source="ems", name="pm-7.xml"),
        received_ns=1,
        options=options,
        batch_rows=batch_rows,
        start=start,
    )
    return list(FORMAT.read(io.BytesIO(raw), reading))


def rows(pieces: list[Piece]) -> list[dict[str, object]]:
    return [row for piece in pieces for row in piece.batch.to_pylist()]


def rejected(pieces: list[Piece]) -> list[dict[str, object]]:
    return [row for piece in pieces for row in piece.rejected.to_pylist()]


def test_a_vector_gives_a_record_for_each_bin_and_counts_as_one_row(samples: Path) -> None:
    pieces = read((samples / "pm_xml/nr_cells_lists.xml").read_bytes())

    assert [(piece.kind, piece.rows_read, piece.rows_kept) for piece in pieces] == [
        (Kind.MEASUREMENT, 9, 9)
    ]
    cqi = [row for row in rows(pieces)[:6] if row["indicator"] == "CARR.WBCQIDist"]
    assert [(row["bin"], row["value"]) for row in cqi] == [(0, 0.0), (1, 2.0), (2, 5.0), (3, 11.0)]


def test_a_single_value_has_no_bin_and_ends_with_its_period(samples: Path) -> None:
    first = rows(read((samples / "pm_xml/nr_cells_lists.xml").read_bytes()))[0]

    assert first == {
        "ts": TEN_FIFTEEN_NS,
        "granularity_ms": 900_000,
        "element": "DC=example.net,SubNetwork=West,ManagedElement=gnb-17"
        ",GNBDUFunction=1,NRCellDU=1",
        "element_kind": "cell",
        "indicator": "DRB.UEThpDl",
        "bin": None,
        "value": 48211.0,
        "unit": None,
        "quality": 0,
    }


def test_a_suspect_counter_is_kept_and_flagged(samples: Path) -> None:
    found = rows(read((samples / "pm_xml/nr_cells_lists.xml").read_bytes()))

    suspect = [row for row in found if str(row["element"]).endswith("NRCellDU=2")]
    assert len(suspect) == 6
    assert {row["quality"] for row in suspect} == {Quality.SUSPECT}
    assert {row["quality"] for row in found if str(row["element"]).endswith("NRCellDU=1")} == {0}


def test_a_missing_result_is_kept_as_null_and_incomplete(samples: Path) -> None:
    found = rows(read((samples / "pm_xml/nr_cells_lists.xml").read_bytes()))

    third = [row for row in found if str(row["element"]).endswith("NRCellDU=3")]
    gone = [(row["indicator"], row["bin"]) for row in third if row["value"] is None]
    assert gone == [("DRB.UEThpDl", None), ("CARR.WBCQIDist", 1)]
    assert {row["quality"] for row in third if row["value"] is None} == {Quality.PARTIAL}


def test_pairs_are_joined_by_p_whatever_their_order(samples: Path) -> None:
    found = rows(read((samples / "pm_xml/enb_pairs.xml").read_bytes()))

    cell = [(row["indicator"], row["bin"], row["value"]) for row in found[:5]]
    assert cell == [
        ("RRC.ConnEstabAtt", None, 140.0),
        ("RRC.ConnEstabSucc", None, 139.5),
        ("PHY.TxPowerDist", 0, 86.0),
        ("PHY.TxPowerDist", 1, 87.0),
        ("PHY.TxPowerDist", 2, 2.0),
    ]
    assert [(row["indicator"], row["value"], row["quality"]) for row in found[5:]] == [
        ("RRC.ConnEstabSucc", 139.0, Quality.GOOD),
        ("RRC.ConnEstabAtt", None, Quality.PARTIAL),
    ]


def test_a_file_without_namespace_is_read(samples: Path) -> None:
    (row,) = rows(read((samples / "pm_xml/no_namespace.xml").read_bytes()))

    assert (row["element_kind"], row["value"]) == ("link", 1.5e6)


@pytest.mark.parametrize(
    ("names", "joined"),
    [
        (("DC=a", "ManagedElement=1", "NRCellDU=2"), "DC=a,ManagedElement=1,NRCellDU=2"),
        (
            ("DC=a", "ME=1,ManagedElement=2", "ManagedElement=2,X=3"),
            "DC=a,ME=1,ManagedElement=2,X=3",
        ),
        (
            ("DC=a", "DC=a,ManagedElement=1", "DC=a,ManagedElement=1,X=3"),
            "DC=a,ManagedElement=1,X=3",
        ),
        (("", "ManagedElement=1", ""), "ManagedElement=1"),
        (("DC=a\\,b", "X=1"), "DC=a\\,b,X=1"),
    ],
)
def test_what_two_names_share_is_named_once(names: tuple[str, ...], joined: str) -> None:
    assert dn.join(*names) == joined


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ManagedElement=1,GNBDUFunction=1", "gnb"),
        ("ManagedElement=1,GNBCUCPFunction=1,NRCellCU=4", "cell"),
        ("RncFunction=RF-1,UtranCell=Gbg-997", "cell"),
        ("ManagedElement=1,vsDataEUtranCellFDD=1", "cell"),
        ("NRCellCU=4,NRCellRelation=9", "nr_cell_relation"),
        ("UPFFunction=1", "upf"),
        ("AMFFunction=1", "amf"),
        ("UPFFunction=1,EP_N3=2", "link"),
        ("NetworkSlice=embb", "slice"),
        ("BeamManager=1", "beam_manager"),
        ("objLdn", None),
        ("", None),
    ],
)
def test_the_last_class_of_a_name_says_what_it_is(name: str, kind: str | None) -> None:
    assert dn.kind_of(name) == kind


def test_every_bad_value_is_one_rejected_row_with_its_line(samples: Path) -> None:
    pieces = read((samples / "pm_xml/dirty_values.xml").read_bytes())

    assert [(row["line"], row["field"], row["reason"]) for row in rejected(pieces)] == [
        (7, "duration", "bad_time"),
        (9, "measResults", "wrong_columns"),
        (10, "measResults", "wrong_columns"),
        (11, "b", "not_a_number"),
        (14, "endTime", "bad_time"),
        (16, "endTime", "bad_time"),
        (23, "a", "out_of_range"),
        (24, "b", "not_a_number"),
        (25, "p", "wrong_columns"),
        (26, "p", "wrong_columns"),
        (30, "p", "duplicate"),
    ]
    assert [(row["indicator"], row["value"]) for row in rows(pieces)] == [
        ("a", 1.0),
        ("c", 3.0),
        ("a", 4.0),
        ("b", 5.0),
    ]
    assert sum(piece.rows_read for piece in pieces) == 15


def test_a_rejected_row_says_where_what_and_which_bytes(samples: Path) -> None:
    found = rejected(read((samples / "pm_xml/dirty_values.xml").read_bytes()))

    assert str(found[0]["message"]).startswith(
        'pm-7.xml:7: granularity "PT15X" is no ISO 8601 duration such as PT900S (TS 32.435)'
    )
    assert b'duration="PT15X"' in found[0]["raw"]  # type: ignore[operator]
    assert b">1e999</r>" in found[6]["raw"]  # type: ignore[operator]


def test_values_without_a_granularity_are_kept_as_incomplete(samples: Path) -> None:
    found = rows(read((samples / "pm_xml/dirty_values.xml").read_bytes()))[:2]

    assert {(row["granularity_ms"], row["quality"]) for row in found} == {(None, Quality.PARTIAL)}


@pytest.mark.parametrize("value", ["nan", "inf", "1_000", "٣", "1e5e5", "--1", "0x10", "1e"])
def test_what_python_would_take_for_a_number_is_not_taken(value: str) -> None:
    pieces = read(ONE_CELL.replace(">1<", f">{value}<"))

    assert rows(pieces) == []
    assert [row["reason"] for row in rejected(pieces)] == ["not_a_number"]


def test_results_of_nobody_are_rejected() -> None:
    content = (
        f"{HEAD}<measTypes>a</measTypes><measValue><measResults>1</measResults></measValue>{TAIL}"
    )

    pieces = read(content.replace("DC=x", "").replace("ManagedElement=1", ""))

    assert [(row["field"], row["reason"]) for row in rejected(pieces)] == [
        ("measObjLdn", "missing")
    ]


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE measDataFile [<!ENTITY a "x">]>',
        '<!-- a --><?b c?>\n<!DOCTYPE measDataFile SYSTEM "http://example.net/a.dtd">',
        '<!DOCTYPE measDataFile [<!ENTITY f SYSTEM "file:///etc/hostname">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_refuses_the_whole_file(prolog: str, encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?>{prolog}{HEAD}{TAIL}'.encode(encoding)

    pieces = read(content)

    assert rows(pieces) == []
    assert [row["reason"] for row in rejected(pieces)] == ["unsafe"]


def test_a_document_type_cannot_hide_behind_utf_16() -> None:
    # U+3E3F is the bytes "?>": whoever looks at bytes sees the instruction end too early
    content = '<?xml version="1.0"?><?a \u3e3f<!-- ?><!DOCTYPE x [<!ENTITY a "b">]><measDataFile/>'

    pieces = read(content.encode("utf-16"))

    assert [row["reason"] for row in rejected(pieces)] == ["unsafe"]


def test_an_encoding_in_which_markup_could_hide_is_refused() -> None:
    pieces = read(b'<?xml version="1.0" encoding="UTF-7"?><measDataFile/>')

    assert [row["reason"] for row in rejected(pieces)] == ["encoding"]


def test_a_comment_may_speak_of_doctypes() -> None:
    pieces = read("<!-- <!DOCTYPE x> -->" + ONE_CELL)

    assert len(rows(pieces)) == 1


def test_what_was_read_before_the_break_stays(samples: Path) -> None:
    pieces = read((samples / "pm_xml/dirty_truncated.xml").read_bytes())

    assert sum(piece.rows_kept for piece in pieces) == 5
    assert [(row["line"], row["reason"]) for row in rejected(pieces)] == [(22, "unreadable")]
    cut_off = [row for row in rows(pieces) if row["quality"] == Quality.PARTIAL]
    assert {row["element_kind"] for row in cut_off} == {"gnb"}


@pytest.mark.parametrize(
    "content",
    [b"", b"plain text", b"<html><body/></html>", b"\0\xff\xfe", b"<?xml version='1.0'?>"],
)
def test_what_is_no_such_file_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(FormatError, match=r"pm-7\.xml: .*measCollecFile"):
        read(content)


@pytest.mark.parametrize(
    ("end_time", "options", "ns"),
    [
        ("2026-11-20T10:15:00Z", {}, TEN_FIFTEEN_NS),
        ("2026-11-20T11:15:00+01:00", {"timezone": "Asia/Tokyo"}, TEN_FIFTEEN_NS),
        ("2026-11-20T19:15:00", {"timezone": "Asia/Tokyo"}, TEN_FIFTEEN_NS),
        ("2026-11-20T10:15:00", {}, TEN_FIFTEEN_NS),
        ("2026-11-20T24:00:00Z", {}, 1_795_219_200_000_000_000),
    ],
)
def test_a_time_without_zone_is_local_where_the_option_says_so(
    end_time: str, options: dict[str, str], ns: int
) -> None:
    content = ONE_CELL

    (row,) = rows(read(content.replace("2026-11-20T10:15:00Z", end_time), **options))

    assert row["ts"] == ns


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(FormatError, match="no time zone is called 'Mars/Base'"):
        read(HEAD + TAIL, timezone="Mars/Base")


@pytest.mark.parametrize(
    ("duration", "ms"),
    [("PT15M", 900_000), ("PT0.5S", 500), ("P1DT1H", 90_000_000), ("P1W", 604_800_000)],
)
def test_a_granularity_may_be_written_in_any_unit(duration: str, ms: int) -> None:
    content = ONE_CELL

    (row,) = rows(read(content.replace("PT900S", duration)))

    assert row["granularity_ms"] == ms


@pytest.mark.parametrize("duration", ["PT0S", "P1M", "P1Y", "900", "", "PT-5M", "P"])
def test_a_granularity_of_no_fixed_length_is_rejected(duration: str) -> None:
    pieces = read(f"{HEAD}{TAIL}".replace("PT900S", duration))

    assert [row["field"] for row in rejected(pieces)] == ["duration"]


def test_a_vector_wider_than_a_batch_is_spread_over_pieces(samples: Path) -> None:
    content = (samples / "pm_xml/nr_cells_lists.xml").read_bytes()

    small = read(content, batch_rows=2)

    assert max(piece.batch.num_rows for piece in small) == 2
    assert rows(small) == rows(read(content))
    assert sum(piece.rows_read for piece in small) == 9


def test_reading_resumes_where_it_stopped(samples: Path) -> None:
    content = (samples / "pm_xml/nr_cells_lists.xml").read_bytes()
    whole = read(content, batch_rows=3)

    rest = read(content, batch_rows=3, start=whole[2].position)

    assert [piece.position for piece in rest] == [piece.position for piece in whole[3:]]
    assert rows(rest) == rows(whole[3:])


class Drip(io.RawIOBase):
    """An endless-looking file that knows how much of it was asked for."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        part = next(self._parts, b"")[: len(buffer)]
        buffer[: len(part)] = part
        self.given += len(part)
        return len(part)


def test_the_first_piece_comes_before_the_file_ends() -> None:
    value = b"<measValue measObjLdn='X=1'><measResults>1</measResults></measValue>\n" * 50
    drip = Drip(iter([f"{HEAD}<measTypes>a</measTypes>".encode(), *[value] * 200, TAIL.encode()]))
    reading = Reading(origin=Origin(source="s", name="f"), received_ns=1, batch_rows=100)

    next(FORMAT.read(io.BufferedReader(drip, 4096), reading))

    assert drip.given < 200 * len(value) / 2


def test_a_line_number_is_right_beyond_the_65535th() -> None:
    blank = "\n" * 70_000
    pieces = read(ONE_CELL.replace("<measValue", blank + "<measValue").replace(">1<", ">x<"))

    assert [row["line"] for row in rejected(pieces)] == [70_001]


@pytest.mark.parametrize(
    "head",
    [
        b'<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns"/>',
        b"<rss><measDataFile/></rss>",
        b"<measDataFileX/>",
        b'{"measDataFile": 1}',
        b"",
        b"\xff\xfe\x00",
    ],
)
def test_other_files_are_not_taken_for_it(head: bytes) -> None:
    assert FORMAT.sniff(head, "pm.xml") == 0.0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_it_is_recognised_in_any_of_its_encodings(encoding: str) -> None:
    head = "<?xml version='1.0'?>\n<!-- pm --><x:measCollecFile xmlns:x='urn:x'>"

    assert FORMAT.sniff(head.encode(encoding), "noname") > 0.9


@pytest.mark.shared
def test_every_public_sample_is_read_to_the_last_value(shared: Path) -> None:
    files = sorted((shared / "data/inputs/3gpp_pm_xml").glob("*.xml"))

    for file in files:
        pieces = read(file.read_bytes())
        raw = file.read_text()
        values = raw.count("<r p=") + sum(
            len(part.split("<")[0].split()) for part in raw.split("<measResults>")[1:]
        )
        assert FORMAT.sniff(raw.encode(), file.name) > 0.9
        assert rejected(pieces) == []
        assert sum(piece.rows_kept for piece in pieces) == values
    assert len(files) == 12


@pytest.mark.shared
def test_what_lies_beside_the_public_samples_is_left_alone(shared: Path) -> None:
    for folder in (shared / "data/inputs").iterdir():
        for file in folder.glob("*") if folder.is_dir() else ():
            if file.suffix != ".xml" or folder.name != "3gpp_pm_xml":
                with file.open("rb") as stream:
                    assert FORMAT.sniff(stream.read(65_536), file.name) == 0.0, file


@pytest.mark.parametrize(
    ("group", "kind"), [("NRCellDU", "cell"), ("UPFFunction", "upf"), ("Hourly", None), ("", None)]
)
def test_a_plain_name_is_of_the_class_that_its_counters_are_called_by(
    group: str, kind: str | None
) -> None:
    content = ONE_CELL.replace(' dnPrefix="DC=x"', "").replace(' localDn="ManagedElement=1"', "")
    content = content.replace("<measInfo>", f'<measInfo measInfoId="{group}">')

    (row,) = rows(read(content.replace("X=1", "cell-1")))

    assert (row["element"], row["element_kind"]) == ("cell-1", kind)
