"""The audit is a chain: a line that was changed, removed or slipped in is found."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sentio.store.state import StateStore, downgrade, upgrade


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def written(file: Path, lines: int) -> None:
    with StateStore.open(f"sqlite:///{file}") as state:
        for i in range(lines):
            state.note("local", f"step {i}", purpose="test", at_ns=i, details={"n": i, "ä": [1.5]})


def forged(file: Path, *statements: str) -> None:
    con = sqlite3.connect(file)
    for name in ("audit_no_UPDATE", "audit_no_DELETE"):
        con.execute(f"DROP TRIGGER {name}")
    for each in statements:
        con.execute(each)
    con.commit()
    con.close()


def verified(file: Path):
    with StateStore.open(f"sqlite:///{file}") as state:
        return state.verify_audit()


def test_an_audit_that_nobody_touched_is_whole(file: Path) -> None:
    written(file, 5)
    found = verified(file)

    assert found.is_whole
    assert found.lines == 5
    with StateStore.open(f"sqlite:///{file}") as state:
        assert state.audit(limit=1)[0].hash == found.head
        assert state.has_audit_hash(found.head)
        assert not state.has_audit_hash("f" * 64)


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit SET who = 'somebody' WHERE id = 3", 3),
        ("UPDATE audit SET details = '{\"n\": 7}' WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 4", 5),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("UPDATE audit SET hash = NULL WHERE id = 5", 5),
    ],
)
def test_a_line_that_was_changed_is_found(file: Path, statement: str, broken_at: int) -> None:
    written(file, 5)
    forged(file, statement)
    found = verified(file)

    assert not found.is_whole
    assert found.broken_at == broken_at
    assert found.why


def test_an_end_that_was_cut_off_is_found_by_a_head_noted_elsewhere(file: Path) -> None:
    written(file, 5)
    head = verified(file).head
    forged(file, "DELETE FROM audit WHERE id = 5")

    assert verified(file).is_whole
    with StateStore.open(f"sqlite:///{file}") as state:
        assert not state.has_audit_hash(head)


@pytest.mark.parametrize("forgery", [None, "UPDATE audit SET who = 'x' WHERE id = 2"])
def test_lines_of_before_there_was_a_chain_are_covered_by_its_first_link(
    file: Path, forgery: str | None
) -> None:
    with StateStore.open(f"sqlite:///{file}") as state:
        downgrade(state.engine, "0007")
        con = sqlite3.connect(file)
        for i in range(3):
            con.execute(
                "INSERT INTO audit (at_ns, who, what, purpose, details) "
                "VALUES (?, 'a', 'b', '', '{}')",
                [i],
            )
        con.commit()
        con.close()
        upgrade(state.engine)
        state.note("local", "later", purpose="", at_ns=9)
    if forgery:
        forged(file, forgery)
    found = verified(file)

    assert found.lines == (3 if forgery else 4)
    assert found.broken_at == (4 if forgery else None)


def test_two_who_write_at_once_make_one_chain(file: Path) -> None:
    written(file, 0)
    with StateStore.open(f"sqlite:///{file}") as one, StateStore.open(f"sqlite:///{file}") as two:

        def write(state: StateStore) -> None:
            for i in range(20):
                state.note("local", "x", purpose="", at_ns=i)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, (one, two)))
    found = verified(file)

    assert found.is_whole
    assert found.lines == 40
