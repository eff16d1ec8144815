"""The fast lane reads what the general reader reads, or leaves it alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.ingest.formats.delimited import CODED, _parse
from sentio.ingest.layout import Layout
from sentio.ingest.maps import parse
from sentio.ingest.wire.csv.scan import scan

MAP = parse(
    """
name = "three"
title = "Three columns"
[[record]]
service = "web"
[record.columns]
ts = { from = "when" }
app = { from = "what" }
page_load_ms = { from = "long" }
""",
    where="test",
)
NAMES = ("when", "skipped", "what", "long", "rest")
TYPES = {"when": pa.int64(), "what": CODED, "long": pa.float64()}
CLOCKS = {"when": pa.timestamp("ns"), "rest": pa.string()}
LAYOUT = Layout(delimiter="|", has_header=False, has_quotes=False, names=NAMES, map=MAP, sample=())

number = st.one_of(
    st.integers(0, 10**15).map(str),
    st.floats(0, 1e6, allow_nan=False).map(lambda x: f"{x:.4f}"),
    st.sampled_from(["", "-", "NULL", "0", "-5", "007", "1."]),
)
text = st.text(st.characters(codec="ascii", exclude_characters='|\n\r"\0'), max_size=9)
row = st.tuples(
    st.one_of(st.integers(0, 10**17).map(str), st.just("")), text, text, number, text
).map("|".join)
broken = st.sampled_from(["a|b", "", "1|2|3|4|5|6", "|||"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(row, row, row, broken), min_size=1, max_size=30), st.booleans())
def test_both_lanes_give_the_same_columns(lines: list[str], ends_open: bool) -> None:
    content = ("\n".join(lines) + ("" if ends_open else "\n")).encode()

    fast = scan(content, NAMES, TYPES, delimiter="|", nulls=MAP.nulls)

    if fast is None:
        return
    general, skipped = _parse(content, LAYOUT, TYPES)
    batch, fast_skipped = fast
    assert fast_skipped == skipped
    for name in TYPES:
        ours, theirs = batch.column(name), general.column(name)
        if pa.types.is_dictionary(ours.type):
            ours, theirs = ours.dictionary_decode(), theirs.dictionary_decode()
        assert ours.cast(theirs.type).equals(theirs), name


clock = st.one_of(
    st.integers(0, 7_289_568_000 * 10**6).map(
        lambda us: str(np.datetime64(us, "us")).replace("T", " ")
    ),
    st.sampled_from(["", "2024-02-29 23:59:59.5", "2026-11-28T07:00:48.123456789"]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(clock, min_size=1, max_size=30), st.sampled_from(["\n", "\r\n"]))
def test_times_and_line_ends_are_read_as_the_general_reader_does(
    times: list[str], line_end: str
) -> None:
    content = "".join(f"{when}|x|app|1|end{line_end}" for when in times).encode()

    fast = scan(content, NAMES, CLOCKS, delimiter="|", nulls=MAP.nulls)

    general, _ = _parse(content.replace(b"\r\n", b"\n"), LAYOUT, CLOCKS)
    assert fast is not None
    assert fast[0].equals(general)


@pytest.mark.parametrize(
    "when", ["2026-02-30 00:00:00", "2025-02-29 00:00:00", "2026-1-1 0:0:0", "2026-11-28 24:00:00",
             "2026-11-28 07:00:48Z", "2026-11-28 07:00:48.", "2300-01-01 00:00:00", "yesterday"],
)  # fmt: skip
def test_other_times_are_left_to_the_general_reader(when: str) -> None:
    content = f"{when}|x|app|1|end\n".encode()

    assert scan(content, NAMES, CLOCKS, delimiter="|", nulls=MAP.nulls) is None


def test_a_blank_line_with_a_return_is_blank() -> None:
    content = b"1|x|app|1|end\r\n\r\n1|x\r\n2|x|app|2|end\r\n"

    found = scan(content, NAMES, TYPES, delimiter="|", nulls=MAP.nulls)

    assert found is not None
    assert found[0].column("when").to_pylist() == [1, 2]
    assert found[1] == [2]


def test_plain_numbers_do_take_the_fast_lane() -> None:
    content = b"1795000000000|x|app|12.5|y\n1795000000001|x|app||y\n"

    found = scan(content, NAMES, TYPES, delimiter="|", nulls=MAP.nulls)

    assert found is not None
    assert found[0].column("long").to_pylist() == [12.5, None]
