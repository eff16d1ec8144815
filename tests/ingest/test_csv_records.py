"""CSV cut into records, and their text into numbers, times and masked text (RFC 4180)."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pytest

from sentio.ingest.piece import Origin, Reading
from sentio.ingest.wire.csv.records import records_of, text_of
from sentio.ingest.wire.csv.tables import tables
from sentio.ingest.wire.csv.values import masked, numbers, objects, truths
from sentio.ingest.wire.times.columns import moments, order_of, times_ns
from sentio.kernel.errors import FormatError

DAY_NS = 86_400 * 10**9
APRIL_22 = 16_547 * DAY_NS  # 2015-04-22


def reading(**options: str) -> Reading:
    return Reading(origin=Origin(source="t", name="t.csv"), received_ns=0, options=options)


def cut(content: bytes) -> list[tuple[int, bytes, bool]]:
    return [
        (int(records.lines[i]), records.raw(i), bool(records.is_broken[i]))
        for records in records_of(text_of(io.BytesIO(content)))
        for i in range(len(records))
    ]


@pytest.mark.parametrize(
    ("content", "records"),
    [
        (b"a,b\n1,2", [(1, b"a,b"), (2, b"1,2")]),
        (b"a,b\r\n\r\n1,2\r\n", [(1, b"a,b"), (3, b"1,2")]),
        (b'a,b\n1,"x\ny"\n3,4\n', [(1, b"a,b"), (2, b'1,"x\ny"'), (4, b"3,4")]),
        (b'a,b\n1,"x ""q"" y"\n', [(1, b"a,b"), (2, b'1,"x ""q"" y"')]),
        (b'a,b\n1,5" pipe\n3,4\n', [(1, b"a,b"), (2, b'1,5" pipe'), (3, b"3,4")]),
        (b"", []),
        (b"\n\n", []),
    ],
)
def test_records_end_where_lines_end_outside_quotes(content: bytes, records: list) -> None:
    assert [(line, raw) for line, raw, _ in cut(content)] == records


def test_a_quote_that_is_never_closed_harms_its_own_row_alone() -> None:
    found = cut(b'a,b\n1,"open\n' + b"3,4\n" * 20_000)

    assert [is_broken for *_, is_broken in found[:4]] == [False, True, False, False]
    assert len(found) == 20_002


def test_records_are_the_same_however_short_the_reads_are() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 1, 7) if size != -1 else -1)

    content = b"id,text\n" + b'1,"two\nlines"\n' * 500
    slow = [r.raw(i) for r in records_of(text_of(Slow(content))) for i in range(len(r))]

    assert slow == [raw for _, raw, _ in cut(content)]


def test_rows_of_another_encoding_are_rejected_unless_it_is_named() -> None:
    content = "name,n\nZoë,1\nAnn,2\n".encode("latin-1")

    (plain,) = tables(io.BytesIO(content), reading())
    (named,) = tables(io.BytesIO(content), reading(encoding="latin-1"))

    assert plain.column("name").to_pylist() == ["Ann"]
    assert plain.faults[1].rows.tolist() == [True, False]
    assert named.column("name").to_pylist() == ["Zoë", "Ann"]


def test_an_encoding_that_does_not_exist_is_said_not_to() -> None:
    with pytest.raises(FormatError, match="no text encoding"):
        list(tables(io.BytesIO(b"a,b\n"), reading(encoding="zip")))


def test_odd_quotes_never_lose_or_invent_a_row() -> None:
    rows = [b'1,"a"b,3', b'"1,2', b'1,""",3', b'",",","', b"1,2,3", b'"""",2,3']
    content = b"x,y,z\n" + b"\n".join(rows) + b"\n"

    (table,) = tables(io.BytesIO(content), reading())

    bad = sum(fault.rows.sum() for fault in table.faults)
    assert len(table) + bad == len(table.records)
    assert "1,2,3" in {
        ",".join(cells) for cells in zip(*(table.column(c).to_pylist() for c in "xyz"), strict=True)
    }


@pytest.mark.parametrize(
    ("text", "days", "seconds"),
    [
        ("2015-04-22", 0, 0),
        ("22-04-15", 0, 0),
        ("22-Apr-15", 0, 0),
        ("4/22/2015", 0, 0),
        ("Apr 22, 2015", 0, 0),
        ("22.04.2015 3:53:50 PM", 0, 57_230),
        ("20150422", 0, 0),
        ("20150422103000", 0, 37_800),
        ("2015-04-22T10:30:00+02:00", 0, 30_600),
        ("Wed, 22 Apr 2015 23:30:00 -0100", 1, 1800),
        ("1429660800", 0, 0),
        ("1429660800000", 0, 0),
        ("12:00:00", None, 0),
        ("31-02-15", None, 0),
        ("2015-13-13", None, 0),
        ("9999-12-31", None, 0),
        ("1e999", None, 0),
        ("99999999999999999999", None, 0),
    ],
)
def test_times_are_understood_in_their_usual_forms(
    text: str, days: int | None, seconds: int
) -> None:
    ns, is_time = times_ns(pa.array([text]))

    assert bool(is_time[0]) is (days is not None)
    if days is not None:
        assert ns[0] == APRIL_22 + days * DAY_NS + seconds * 10**9


def test_dates_that_leave_no_doubt_decide_for_those_that_do() -> None:
    assert order_of(pa.array(["04-08-15", "22-04-15"]), reading=reading()) == "dmy"
    assert order_of(pa.array(["04-08-15", "04-22-15"]), reading=reading()) == "mdy"
    assert order_of(pa.array(["15-04-08", "99-04-08"]), reading=reading()) == "ymd"
    assert order_of(pa.array(["04-08-15"]), reading=reading()) == "dmy"
    assert order_of(pa.array(["22-04-15"]), reading=reading(date_order="mdy")) == "mdy"


def test_times_without_a_zone_are_of_the_zone_that_is_given() -> None:
    there, _ = moments(
        pa.array(["2015-07-22 10:00", "", "soon"]), reading(timezone="Europe/Dublin"), order="dmy"
    )

    assert there.to_pylist() == [1_437_555_600 * 10**9, None, None]  # 09:00 UTC


def test_a_zone_that_does_not_exist_is_said_not_to() -> None:
    with pytest.raises(FormatError, match="time zone"):
        times_ns(pa.array(["2015-07-22 10:00"]), zone="Mars/Olympus")


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ("n,m\n29.85,x\n", [29.85]),
        ('n,m\n"1,889.50",x\n', [1889.5]),
        ('n,m\n"29,85",x\n', [29.85]),
        ("n;m\n1.889,50;x\n", [1889.5]),
        ("n,m\n$ 20,x\n20 EUR,x\n15%,x\n", [20, 20, 15]),
        ("n,m\nN/A,x\n-,x\n,x\n", [None, None, None]),
        ("n,m\n1e999,x\nnan,x\ninf,x\n0x1F,x\ntwelve,x\n", [None] * 5),
    ],
)
def test_numbers_are_read_as_people_write_them(content: str, values: list) -> None:
    (table,) = tables(io.BytesIO(content.encode()), reading())

    found, is_bad = numbers(table.column("n"), table)

    assert found.to_pylist() == values
    assert is_bad.any() == ("e999" in content)


def test_yes_and_no_have_many_forms() -> None:
    found, is_bad = truths(pa.array(["Yes", "no", "1", "FALSE", "Churned", "", "perhaps"]))

    assert found.to_pylist() == [True, False, True, False, True, None, None]
    assert is_bad.tolist() == [False] * 6 + [True]


@pytest.mark.parametrize(
    "text",
    [
        "+353 87 123 4567",
        "(087) 123-4567",
        "0871234567",
        "eve.b+x@mail.example.co.uk",
        "192.0.2.14",
        "aa:bb:cc:dd:ee:0f",
        "2001:db8::8a2e:370:7334:1:2",
        "272011234567890",
        "٠٨٧١٢٣٤٥٦٧",
    ],
)
def test_what_names_somebody_is_masked(text: str) -> None:
    (found,) = masked(pa.array([f"before {text} after"])).to_pylist()

    assert text not in found
    assert found.startswith("before <")
    assert found.endswith("> after")


def test_ordinary_text_is_left_alone() -> None:
    text = "no signal since 10:30 on floor 12, 5G and 4G, ticket 4711"

    assert masked(pa.array([text])).to_pylist() == [text]


def test_attributes_are_json_whatever_is_in_them() -> None:
    columns = {'na"me': pa.array(['a"b\\c\nd\x01', "", "x"]), "n": pa.array(["1.50", "007", ""])}

    found = [json.loads(text) for text in objects(columns, 3).to_pylist()]

    assert found == [{'na"me': 'a"b\\c\nd ', "n": 1.5}, {"n": "007"}, {'na"me': "x"}]
