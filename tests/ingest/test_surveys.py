"""Survey answers: NPS, CSAT and CES."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ingest.one_input import read

from sentio.ingest.formats.surveys import FORMAT


def test_answers_are_events_with_their_scale(samples: Path) -> None:
    content = (samples / "surveys" / "nps.csv").read_bytes()

    found = read(FORMAT, content)

    first, second, third = found.records()
    assert FORMAT.sniff(content, "nps.csv") > 0.8
    assert [r["value"] for r in (first, second, third)] == [9, 0, 10]
    assert first["ts"] == 1_769_904_000 * 10**9  # 1 February: the 13th and 14th leave no doubt
    assert (first["event_kind"], first["account"], first["title"]) == (
        "survey",
        "A-001",
        "care call",
    )
    about = json.loads(first["attributes"])
    assert (about["metric"], about["scale"]) == ("nps", "0-10")
    assert about["comment"] == "thanks; phone <number>"
    assert found.reasons == {"out_of_range": 1, "missing": 1, "bad_time": 1}
    assert [row["line"] for row in found.rejected] == [4, 5, 6]


@pytest.mark.parametrize(
    ("column", "answers", "scale"),
    [
        ("csat", "1 5 3", "1-5"),
        ("csat", "1 7 3", "1-7"),
        ("csat", "1 9 3", "0-10"),
        ("satisfaction_score", "20 95 100", "0-100"),
        ("nps", "1 5 3", "0-10"),
        ("likelihood_to_recommend", "1 2 3", "0-10"),
        ("csat", "0 3 4", "0-10"),
    ],
)
def test_the_scale_is_told_from_the_name_and_the_answers(
    column: str, answers: str, scale: str
) -> None:
    rows = "".join(f"{i},2026-02-01,{answer}\n" for i, answer in enumerate(answers.split()))

    found = read(FORMAT, f"customer_id,survey_date,{column}\n{rows}")

    assert {json.loads(r["attributes"])["scale"] for r in found.records()} == {scale}
    assert found.kept == 3


def test_the_scale_can_be_said_or_stand_in_the_file() -> None:
    said = read(FORMAT, "customer_id,date,csat\n1,2026-02-01,3\n2,2026-02-01,6\n", scale="1-5")
    beside = read(FORMAT, "customer_id,date,csat,scale\n1,2026-02-01,3,1-7\n")

    assert said.reasons == {"out_of_range": 1}
    assert json.loads(beside.records()[0]["attributes"])["scale"] == "1-7"


@pytest.mark.parametrize(
    ("answer", "value"), [("10 - Extremely likely", 10), ("8/10", 8), ("7.5", 7.5)]
)
def test_a_number_with_its_anchor_is_the_number(answer: str, value: float) -> None:
    assert (
        read(FORMAT, f"customer_id,date,nps\n1,2026-02-01,{answer}\n").records()[0]["value"]
        == value
    )


@pytest.mark.parametrize("answer", ["very likely", "1e999", "--5", "0x9"])
def test_an_answer_that_is_no_number_is_rejected(answer: str) -> None:
    found = read(FORMAT, f"customer_id,date,nps\n1,2026-02-01,{answer}\n2,2026-02-01,3\n")

    assert found.reasons == {"not_a_number": 1}
    assert found.kept == 1


@pytest.mark.parametrize(
    "text",
    [
        "customerID,tenure,Churn,MonthlyCharges\n1,2,3,4\n",
        "date,score\n1,2\n",
        "customer_id,date,value\n1,2,3\n",
        "",
        "\0",
    ],
)
def test_other_tables_are_left_to_others(text: str) -> None:
    assert FORMAT.sniff(text.encode(), "x.csv") == 0


def test_a_customer_list_with_a_last_answer_is_rather_a_customer_list() -> None:
    assert FORMAT.sniff(b"customer_id,date,nps,churn,tenure\n", "x.csv") < 0.5
