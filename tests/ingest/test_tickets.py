"""Trouble and complaint tickets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ingest.one_input import read

from sentio.ingest.formats.tickets import FORMAT
from sentio.model.record import Quality


def test_two_date_forms_a_clock_and_lines_in_the_text_are_read(samples: Path) -> None:
    content = (samples / "tickets" / "complaints.csv").read_bytes()

    found = read(FORMAT, content)

    first, second = found.records()
    assert FORMAT.sniff(content, "complaints.csv") > 0.8
    assert first["ts"] == 1_429_718_030 * 10**9  # 22 April 2015, 15:53:50
    assert first["end_ts"] == 1_429_783_200 * 10**9
    assert second["ts"] == 1_438_683_776 * 10**9  # 4 August, not 8 April
    assert second["end_ts"] is None
    assert (first["event_kind"], first["event_id"], first["account"]) == ("ticket", "T-1", "A-001")
    assert (first["severity"], second["severity"]) == ("major", "warning")
    assert (first["title"], first["state"]) == ("Internet", "Closed")
    assert found.reasons == {"bad_time": 1, "wrong_columns": 1}
    assert [row["line"] for row in found.rejected] == [5, 6]


def test_telephone_numbers_and_addresses_in_the_text_are_masked(samples: Path) -> None:
    found = read(FORMAT, (samples / "tickets" / "complaints.csv").read_bytes())

    first, second = (json.loads(record["attributes"]) for record in found.records())
    assert first["text"] == "Slow, call me on <number>\nor <email>"
    assert second["text"] == 'He said "no"'


@pytest.mark.parametrize(
    ("form", "closed"), [("2026-01-05", "2026-01-06"), ("05.01.2026", "06.01.2026")]
)
def test_a_ticket_closed_before_it_was_created_is_doubted(form: str, closed: str) -> None:
    header = "ticket_id,customer_id,created,closed,description"
    text = f"{header}\n1,A,{form},{closed},x\n2,A,{closed},{form},y\n"

    good, odd = read(FORMAT, text).records()

    assert (good["quality"], odd["quality"]) == (Quality.GOOD, Quality.SUSPECT)


def test_a_column_that_says_only_whether_it_was_resolved_is_no_time() -> None:
    text = "ticket_id,created,resolved,complaint\n1,2026-01-05,Yes,slow\n2,2026-01-05,no,slow\n"

    found = read(FORMAT, text)

    assert found.kept == 2
    assert [record["end_ts"] for record in found.records()] == [None, None]


def test_a_ticket_of_a_cell_names_it() -> None:
    text = "incident_id,created_at,cell_id,category\n1,2026-01-05T10:00:00Z,272-1-2-3,outage\n"

    (ticket,) = read(FORMAT, text).records()

    assert (ticket["element"], ticket["element_kind"]) == ("272-1-2-3", "cell")


def test_dates_can_be_said_to_be_american() -> None:
    text = "ticket_id,created,complaint\n1,04/08/2015,x\n"

    assert read(FORMAT, text).records()[0]["ts"] == 1_438_646_400 * 10**9
    assert read(FORMAT, text, date_order="mdy").records()[0]["ts"] == 1_428_451_200 * 10**9


@pytest.mark.parametrize(
    ("row", "reason", "field"),
    [
        ("1,soon,,x", "bad_time", "created"),
        ("1,,,x", "missing", "created"),
        ("1,2026-01-05,later,x", "bad_time", "closed"),
        ("1,2026-01-05", "wrong_columns", ""),
        ("1,9999-12-31,,x", "bad_time", "created"),
    ],
)
def test_a_bad_row_is_rejected_and_the_rest_goes_on(row: str, reason: str, field: str) -> None:
    text = f"ticket_id,created,closed,complaint\n{row}\n2,2026-01-05,,x\n"

    found = read(FORMAT, text)

    assert found.kept == 1
    assert [(r["reason"], r["field"], r["line"]) for r in found.rejected] == [(reason, field, 2)]


@pytest.mark.parametrize(
    "text",
    ["id,date,value\n1,2,3\n", "customer_id,date,nps,comment\n", "ts,imsi,status,type\n", "", "\0"],
)
def test_other_tables_are_left_to_others(text: str) -> None:
    assert FORMAT.sniff(text.encode(), "x.csv") == 0
