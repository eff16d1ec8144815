"""``sentio query``: named questions and read-only SQL."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.small_store import BAD_CELL, USES, Small, build

from sentio.store.queries import QUESTIONS


@pytest.fixture
def small(tmp_path: Path) -> Small:
    (tmp_path / "data").mkdir()
    return build(tmp_path / "data" / "sentio.duckdb")


@pytest.fixture
def ask(small: Small):
    """Give the words that every call here begins with."""
    return ("--data-folder", str(small.path.parent), "query")


def test_without_a_question_all_are_listed(told):
    value = told("query")

    assert [each["question"] for each in value["questions"]] == list(QUESTIONS)


def test_a_question_is_answered(told, ask):
    value = told(*ask, "worst_members", "dimension=cell", "limit=1")

    assert {row["member"] for row in value["rows"]} == {BAD_CELL}


def test_a_history_takes_a_pseudonym(told, ask, small: Small):
    subject = int(small.of("web", "subject")[0])

    value = told(*ask, "subject_history", f"subject={subject}")

    assert {row["subject"] for row in value["rows"]} == {subject}


def test_a_span_is_kept_to(told, ask):
    whole = told(*ask, "service_totals")["rows"]
    part = told(*ask, "service_totals", "--from", "2026-11-22")["rows"]

    assert 0 < part[0]["n"] < whole[0]["n"]


def test_csv_has_every_column_and_row(sentio, ask):
    result = sentio(*ask, "mos_distribution", "--format", "csv")

    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert len(rows) == 3
    assert sum(int(value) for name, value in rows[0].items() if "bin" in name) == int(rows[0]["n"])


def test_a_table_shows_times_as_times_and_no_bins(sentio, ask):
    result = sentio(*ask, "hourly_course", "service=web")

    assert "2026-11-21T0" in result.stdout
    assert "mos_bin" not in result.stdout


def test_sql_reads(told, ask):
    value = told(*ask, "--sql", "SELECT count(*) AS n FROM experience_web")

    assert value["rows"] == [{"n": USES}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sql", "DROP TABLE cube_hour"), "only reading"),
        (("worst_member",), "worst_members"),
        (("worst_members", "limits=3"), "limit"),
        (("worst_members", "limit"), "NAME=VALUE"),
        (("worst_members", "limit=x"), "not a whole number"),
        (("latest_uses",), "lacks member"),
        (("dead_letters", "--from", "24h"), "no span of time"),
        (("contents", "--sql", "SELECT 1"), "one of them"),
    ],
)
def test_what_cannot_be_asked_is_told(sentio, ask, words, said: str):
    result = sentio(*ask, *words)

    assert result.exit_code == 1
    assert said in result.stderr
