"""Every verb answers people and programs, explains its errors, and starts fast."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

HEAVY = ("pyarrow", "duckdb", "ibis", "numba", "sqlalchemy", "fastapi", "pydantic", "rich")
VERBS = (
    "ingest",
    "dead-letter",
    "sources",
    "serve",
    "key",
    "doctor",
    "config",
    "catalog",
    "retention",
    "compact",
)


def test_help_names_every_verb(sentio):
    shown = sentio("--help").stdout

    assert [verb for verb in VERBS if f"\n  {verb}" not in shown] == []


def test_the_command_line_starts_without_anything_heavy():
    code = f"import sys, sentio.cli.main; print([m for m in {HEAVY} if m in sys.modules])"

    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert out.stdout.strip() == "[]"


def test_every_verb_offers_json():
    from typer.main import get_command

    from sentio.cli.main import app

    def leaves(command, name):
        if not hasattr(command, "commands"):
            yield name, command
            return
        for each, inner in command.commands.items():
            yield from leaves(inner, f"{name} {each}")

    without = [
        name
        for name, command in leaves(get_command(app), "sentio")
        if "--json" not in [text for option in command.params for text in option.opts]
    ]

    assert without == []


def test_an_error_is_told_in_four_parts_and_as_json(sentio):
    plain = sentio("retention")
    as_json = sentio("retention", "--json")

    assert plain.exit_code == as_json.exit_code == 1
    assert "error:    nobody has said how many days are kept" in plain.stderr
    assert "next:     Say --keep-days N" in plain.stderr
    assert orjson.loads(as_json.stderr)["error"]["where"] == "retention_days"
    assert as_json.stdout == ""


def test_a_wrong_setting_is_told_by_its_place(sentio):
    Path("sentio.toml").write_text("\ncommit_rows = -5\n")

    result = sentio("config")

    assert result.exit_code == 1
    assert "where:    sentio.toml:2" in result.stderr


def test_a_mistyped_option_is_json_where_json_was_asked_for(sentio):
    result = sentio("ingest", "x", "--json", "--servise", "web")

    assert result.exit_code == 2
    assert "--servise" in orjson.loads(result.stderr)["error"]["what"]


def test_a_place_that_may_not_be_written_to_is_explained(sentio):
    Path("file").write_text("x")

    result = sentio("--data-folder", "file/data", "key", "list")

    assert result.exit_code == 1
    assert result.stderr.startswith("error:")
    assert "Traceback" not in result.output


def test_asking_before_anything_was_read_says_what_to_do_first(sentio):
    result = sentio("dead-letter", "list")

    assert result.exit_code == 1
    assert "Run `sentio ingest PATH`" in result.stderr


def test_config_tells_where_each_value_comes_from(told, monkeypatch):
    Path("sentio.toml").write_text("late_after_s = 7\n")
    monkeypatch.setenv("SENTIO_API_PORT", "8081")

    settings = {each["name"]: each for each in told("config", "--origin")["settings"]}

    assert settings["late_after_s"]["where"] == "sentio.toml:1"
    assert settings["api_port"]["where"] == "environment SENTIO_API_PORT"
    assert settings["commit_rows"]["where"] == "default"


def test_a_key_is_shown_once_and_then_listed_without_its_secret(told, sentio):
    made = told("key", "create", "probe", "--role", "ingest", "--role", "read")
    listed = told("key", "list")
    told("key", "revoke", "probe")

    assert made["roles"] == ["ingest", "read"]
    assert made["key"].split("_", 2)[2] not in str(listed)
    assert told("key", "list")["items"][0]["revoked_ns"] is not None
    assert sentio("key", "revoke", "prob").exit_code == 1


def test_sources_tell_their_quality(told, sentio, drive):
    told("ingest", str(drive / "a.csv"), "--service", "web", "--source", "drive")
    told("sources", "define", "silent", "--description", "nothing yet")

    (quality,) = told("sources")["quality"]
    text = sentio("sources").stdout

    assert (quality["source"], quality["records"]) == ("drive", 20)
    assert quality["valid_share"] == pytest.approx(20 / 21)
    assert "95.2 %" in text
    assert "silent" in text


@pytest.mark.parametrize("kind", ["formats", "services", "indicators", "maps"])
def test_the_catalogue_lists_what_is_known(told, kind):
    items = told("catalog", kind)["items"]

    assert len(items) >= 3
    assert all(item["name"] for item in items)


def test_doctor_is_content_with_a_fresh_place(told):
    checks = {each["name"]: each["state"] for each in told("doctor")["checks"]}

    assert {"python", "disk", "memory", "key", "store", "state", "port", "clock"} <= set(checks)
    assert "fail" not in checks.values()


def test_doctor_finds_a_key_that_others_can_read(sentio, told, drive):
    told("ingest", str(drive / "a.csv"), "--service", "web")
    Path("sentio-data/key").chmod(0o644)

    result = sentio("doctor")

    assert result.exit_code == 1
    assert "chmod 600" in result.stdout


def test_doctor_finds_a_key_that_is_not_the_store_s(sentio, told, drive):
    told("ingest", str(drive / "a.csv"), "--service", "web")
    Path("sentio-data/key").write_text("ab" * 32)

    result = sentio("doctor")

    assert result.exit_code == 1
    assert "another pseudonym key" in result.stdout


def test_a_data_folder_is_made_for_its_owner_only(told, drive):
    told("ingest", str(drive / "a.csv"), "--service", "web")

    assert Path("sentio-data").stat().st_mode & 0o077 == 0


def test_retention_drops_old_days_whole_and_a_dry_run_drops_nothing(told, tmp_path):
    day_ns = 86_400 * 10**9
    now_ns = time.time_ns()
    lines = [
        f"{now_ns - age * day_ns},26201{i:010},c,900"
        for age in (0, 1, 5, 9)
        for i in range(age, age + 2)
    ]
    (tmp_path / "a.csv").write_text("ts,imsi,cell,page_load_ms\n" + "\n".join(lines) + "\n")
    told("ingest", "a.csv", "--service", "web", "--source", "old")

    would = told("retention", "--keep-days", "2", "--dry-run")
    did = told("retention", "--keep-days", "2")
    then = told("retention", "--keep-days", "2")

    assert (would["rows"], would["tables"]) == (4, 2)
    assert (did["rows"], did["tables"]) == (4, 2)
    assert then["rows"] == 0


def test_compact_puts_closed_days_in_order_and_changes_no_row(told, tmp_path):
    yesterday_ns = time.time_ns() - 86_400 * 10**9
    lines = [f"{yesterday_ns + i},26201{i:010},c,900" for i in range(30)]
    (tmp_path / "a.csv").write_text("ts,imsi,cell,page_load_ms\n" + "\n".join(lines) + "\n")
    told("ingest", "a.csv", "--service", "web", "--source", "old")

    done = told("compact")
    again = told("compact")

    assert len(done["ordered"]) == 1
    assert again["ordered"] == []
    assert told("sources")["quality"][0]["records"] == 30


def test_a_busy_store_is_told_as_busy(sentio, told, drive):
    told("ingest", str(drive / "a.csv"), "--service", "web")
    hold = (
        "import duckdb, sys; held = duckdb.connect('sentio-data/sentio.duckdb'); "
        "print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ,
    )
    assert holder.stdout.readline() == b"held\n"

    result = sentio("ingest", str(drive / "a.csv"), "--json")
    holder.communicate(b"")

    assert result.exit_code == 1
    assert orjson.loads(result.stderr)["error"]["kind"] == "store-busy"


def test_serving_where_others_can_reach_it_needs_a_key_first(sentio):
    result = sentio("serve", "--host", "0.0.0.0", "--port", "0")

    assert result.exit_code == 1
    assert "sentio key create" in result.stderr
