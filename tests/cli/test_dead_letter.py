"""``sentio dead-letter`` shows bytes only for a purpose, and writes that down."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import orjson
import pytest

from sentio.store.state import StateStore

SECRET = "262019876543210"


@pytest.fixture
def ingested(told, drive):
    told("ingest", str(drive / "a.csv"), "--service", "web", "--source", "drive")


def audit() -> list[tuple[str, str]]:
    with StateStore.open("sqlite:///sentio-data/state.db") as state:
        return [(entry.what, entry.purpose) for entry in state.audit()]


@pytest.mark.usefixtures("ingested")
def test_the_list_says_where_and_why_and_shows_no_bytes(sentio, told):
    found = told("dead-letter", "list")
    text = sentio("dead-letter", "list").stdout

    assert found["count"] == 1
    (item,) = found["items"]
    assert (item["line"], item["field"], item["reason"]) == (22, "ts", "bad_time")
    assert "bad_time" in text
    assert SECRET not in str(found) + text


@pytest.mark.usefixtures("ingested")
def test_bytes_are_shown_for_a_purpose_and_the_audit_knows_it(told):
    without = told("dead-letter", "show", "1")
    shown = told("dead-letter", "show", "1", "--purpose", "ticket 7")

    assert SECRET not in str(without)
    assert shown["items"][0]["raw"] == f"never,{SECRET},c,5"
    assert audit() == [("dead-letter bytes read", "ticket 7")]


@pytest.mark.usefixtures("ingested")
def test_an_empty_purpose_is_none(sentio):
    result = sentio("dead-letter", "show", "1", "--purpose", " ")

    assert result.exit_code == 1
    assert SECRET not in result.output
    assert audit() == []


@pytest.mark.usefixtures("ingested")
def test_an_export_is_for_its_owner_only_and_audited_if_it_has_bytes(told):
    plain = told("dead-letter", "export", "--to", "plain.ndjson")
    told("dead-letter", "export", "--to", "full.ndjson", "--purpose", "fix the probe")

    assert plain["written"] == 1
    assert SECRET not in Path("plain.ndjson").read_text()
    assert orjson.loads(Path("full.ndjson").read_bytes())["raw"] == f"never,{SECRET},c,5"
    assert stat.S_IMODE(Path("full.ndjson").stat().st_mode) == 0o600
    assert audit() == [("dead-letter bytes read", "fix the probe")]


@pytest.mark.usefixtures("ingested")
def test_a_replay_reads_the_rows_again_and_is_audited(told):
    done = told("dead-letter", "replay", "--source", "drive")

    assert (done["replayed"], done["rejected_again"]) == (1, 1)
    assert audit() == [("dead-letter replay", "replay")]


ODD_MAP = """
name = "odd"
title = "An odd layout"
layout = ["when", "who", "load"]
[[record]]
service = "web"
[record.columns]
ts = {{ from = "when", time = "{unit}" }}
imsi = {{ from = "who" }}
page_load_ms = {{ from = "load" }}
"""


def test_a_replay_with_the_right_map_brings_the_rows_in(told, sentio, tmp_path):
    now_s = time.time_ns() // 10**9
    lines = [f"{now_s - i},26201000000000{i},900" for i in range(3)]
    (tmp_path / "odd.csv").write_text("when,who,load\n" + "\n".join(lines) + "\n")
    (tmp_path / "wrong.toml").write_text(ODD_MAP.format(unit="ms"))
    (tmp_path / "right.toml").write_text(ODD_MAP.format(unit="s"))
    words = ("--format", "delimited", "--source", "odd")

    wrong = sentio("ingest", "odd.csv", "--map", "wrong.toml", *words)
    done = told("dead-letter", "replay", "--source", "odd", "--map", "right.toml")

    assert wrong.exit_code == 1
    assert (done["replayed"], done["kept"]) == (3, 3)
    assert told("dead-letter", "list", "--source", "odd")["count"] == 0


@pytest.mark.usefixtures("ingested")
def test_an_id_that_is_none_is_told(sentio):
    result = sentio("dead-letter", "show", "77", "--json")

    assert result.exit_code == 1
    assert orjson.loads(result.stderr)["error"]["what"] == "No dead letter is called '77'"
    assert result.stdout == ""
