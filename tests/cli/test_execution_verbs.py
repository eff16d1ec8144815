"""``sentio plans``, ``tasks``, ``automation`` and ``audit``."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.execution.planned import plan

from sentio.store.state import StateStore
from sentio.store.state.told import Told


@pytest.fixture
def file(tmp_path: Path, told) -> Path:
    told("--data-folder", str(tmp_path), "automation")
    found = next(tmp_path.rglob("state.db"))
    with StateStore.open(f"sqlite:///{found}") as state:
        plans = (plan(1, factor=1.5), plan(2, autonomy="approve"))
        Told(state).write([], {}, [], snapshot=b"", decided=plans, at_ns=1)
    return found


def test_plans_are_listed_and_one_that_waits_is_approved(sentio, told, file: Path) -> None:
    line = ("--data-folder", str(file.parent))
    listed = sentio(*line, "plans")
    without = sentio(*line, "plans", "--approve", "P00002")
    yes = sentio(*line, "plans", "--approve", "P00002", "--why", "looked at it")
    unknown = sentio(*line, "plans", "--approve", "P00009", "--why", "x")

    assert "scale:upf/upf-1(factor=1.5)" in listed.stdout
    assert without.exit_code == 1
    assert yes.exit_code == 0, yes.output
    assert unknown.exit_code == 1
    lines = told(*line, "audit")["lines"]
    assert (lines[0]["what"], lines[0]["details"]) == ("plan approved", {"plan": "P00002"})


def test_tasks_are_listed_and_taken_back(sentio, told, file: Path) -> None:
    line = ("--data-folder", str(file.parent))
    known = told(*line, "tasks", "--open")["tasks"]
    back = sentio(*line, "tasks", "--undo", known[0]["id"], "--why", "the wrong one")

    assert [each["state"] for each in known] == ["ordered"]
    assert back.exit_code == 0, back.output
    assert "undone" in back.stdout


def test_automation_is_stopped_and_goes_on_with_a_reason(sentio, told, file: Path) -> None:
    line = ("--data-folder", str(file.parent))
    without = sentio(*line, "automation", "stop")
    stop = sentio(*line, "automation", "stop", "--why", "storm")
    known = told(*line, "automation")
    on = sentio(*line, "automation", "go-on", "--why", "over")

    assert without.exit_code == 1
    assert "All automation is stopped" in stop.stdout
    assert known["is_stopped"] is True
    assert "Automation goes on" in on.stdout


def test_an_audit_that_was_changed_is_told(sentio, told, file: Path) -> None:
    line = ("--data-folder", str(file.parent))
    whole = told(*line, "audit", "--verify")
    known = sentio(*line, "audit", "--verify", "--head", whole["head"])
    other = sentio(*line, "audit", "--verify", "--head", "f" * 64)
    con = sqlite3.connect(file)
    con.execute("DROP TRIGGER audit_no_UPDATE")
    con.execute("UPDATE audit SET who = 'somebody' WHERE id = 1")
    con.commit()
    con.close()
    changed = sentio(*line, "audit", "--verify")

    assert known.exit_code == 0, known.output
    assert other.exit_code == 1
    assert changed.exit_code == 1
    assert "changed at line 1" in changed.stderr
