"""Times as sources write them: one at a time, and whole columns; both give the same moment."""

from __future__ import annotations

import pyarrow as pa
import pytest

from sentio.ingest.wire.times.columns import times_ns, year_first_ns
from sentio.ingest.wire.times.iso8601 import any_time_ns, time_ns

SECOND_NS = 10**9
NOON_NS = 1_574_683_200 * SECOND_NS  # 2019-11-25 12:00 UTC

WRITTEN = [
    ("2019-11-25T12:00:00Z", NOON_NS),
    ("2019.11.25_12.00.00", NOON_NS),
    ("2019/11/25 12:00:00 UTC", NOON_NS),
    ("2019-11-25 12:00:00.123456789", NOON_NS + 123_456_789),
    ("2019-11-25 12:00:00,5", NOON_NS + SECOND_NS // 2),
    ("2019-11-25T13:30:00+01:30", NOON_NS),
    ("2019-11-25T11:00:00 -0100", NOON_NS),
    ("2019-11-25T11:59:60Z", NOON_NS),
]


@pytest.mark.parametrize(("text", "ns"), WRITTEN)
def test_a_time_is_the_same_alone_and_in_a_column(text: str, ns: int) -> None:
    for read in (lambda column: year_first_ns(column, "UTC"), times_ns):
        found, good = read(pa.array([text]))

        assert (found.tolist(), good.tolist()) == ([ns], [True])
    assert time_ns(text) == ns


@pytest.mark.parametrize("text", ["25/11/2019 12:00:00", "2019-11-25", "2019-11-31 12:00:00", "x"])
def test_where_the_year_comes_first_nothing_is_guessed(text: str) -> None:
    _, good = year_first_ns(pa.array([text]), "UTC")

    assert good.tolist() == [False]


@pytest.mark.parametrize(
    ("text", "ns"),
    [("1574683200", NOON_NS), ("1700121512345", 1_700_121_512_345_000_000), ("20191125", None)],
)
def test_digits_are_an_epoch_unless_they_are_a_date(text: str, ns: int | None) -> None:
    assert any_time_ns(text) == (ns if ns is not None else NOON_NS - 12 * 3600 * SECOND_NS)
