"""The record path: what goes in comes out, counted exactly, and a second reading adds nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.loop.conftest import NOW_NS, page

from sentio.governance.dead_letters import Selection, letters, opened
from sentio.governance.key import Key
from sentio.ingest.input import Input
from sentio.kernel.clock import FixedClock
from sentio.kernel.errors import RefusedError
from sentio.loop.record_path import RecordPath
from sentio.loop.replay import replay
from sentio.store.cube import CUBES
from sentio.store.warehouse import Warehouse

Given = Callable[[str, str], Input]


def one(warehouse: Warehouse, sql: str) -> object:
    row = warehouse.con.execute(sql).fetchone()
    return row[0] if row else None


def test_each_row_is_a_record_or_a_dead_letter(path: RecordPath, given: Given) -> None:
    rows = [page("460001"), page("460002", load_ms="slow"), "a|b|c", page("460003", minute=1e9)]

    receipt = path.run([given("a.csv", "\n".join(rows))], source="probe")

    assert (receipt.rows_read, receipt.rows_kept, receipt.rows_rejected) == (4, 1, 3)
    found = {(letter.line, letter.reason) for letter in letters(path.warehouse.con, Selection())}
    assert found == {(2, "not_a_number"), (3, "wrong_columns"), (4, "clock_skew")}


def test_no_identifier_is_stored_in_the_clear(path: RecordPath, given: Given) -> None:
    imsi = "460009876543210"

    path.run([given("a.csv", page(imsi) + "\n" + page(imsi, load_ms="slow"))], source="probe")

    con = path.warehouse.con
    tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    for table in tables:
        told = str(con.execute(f'SELECT * FROM "{table}"').fetchall())
        assert imsi not in told, table
    kept = [raw for _, raw in opened(con, letters(con, Selection()), key=path.key)]
    assert [imsi.encode() in raw for raw in kept] == [True]


def test_the_same_subject_has_the_same_pseudonym_in_every_run(
    path: RecordPath, given: Given
) -> None:
    path.run([given("a.csv", page("460001"))], source="probe")
    path.run([given("b.csv", page("460001", minute=1))], source="probe")

    assert one(path.warehouse, "SELECT count(DISTINCT subject) FROM experience_web") == 1


def test_reading_a_file_twice_adds_nothing(path: RecordPath, given: Given) -> None:
    file = given("a.csv", page("460001") + "\n" + page("460002"))
    path.run([file], source="probe")

    again = path.run([file], source="probe")

    assert (again.skipped, again.rows_read) == (1, 0)
    assert one(path.warehouse, "SELECT count(*) FROM experience_web") == 2


def test_a_file_that_grew_is_read_from_where_it_ended(path: RecordPath, given: Given) -> None:
    path.run([given("a.csv", page("460001") + "\n")], source="probe")

    grown = given("a.csv", page("460001") + "\n" + page("460002") + "\n")
    receipt = path.run([grown], source="probe")

    assert (receipt.rows_read, receipt.rows_kept) == (1, 1)


def test_a_repeated_row_is_a_duplicate_even_after_a_restart(path: RecordPath, given: Given) -> None:
    path.run([given("a.csv", page("460001"))], source="probe")
    restarted = RecordPath(path.warehouse, key=path.key, clock=path.clock)

    receipt = restarted.run(
        [given("b.csv", page("460001") + "\n" + page("460002"))], source="probe"
    )

    assert (receipt.rows_kept, receipt.rows_rejected) == (1, 1)
    assert [letter.reason for letter in letters(path.warehouse.con, Selection())] == ["duplicate"]
    assert one(path.warehouse, "SELECT sum(n) FROM cube_minute WHERE dimension = 'all'") == 2


def test_a_late_row_is_kept_flagged_and_counted_in_its_own_minute(
    path: RecordPath, given: Given
) -> None:
    rows = [page("460001", minute=60), page("460002", minute=0)]
    path.run([given("a.csv", rows[0])], source="probe")

    path.run([given("a.csv", "\n".join(rows))], source="probe")

    assert one(path.warehouse, "SELECT count(*) FROM experience_web WHERE quality = 2") == 1
    minutes = "SELECT count(DISTINCT ts) FROM cube_minute WHERE dimension = 'all'"
    assert one(path.warehouse, minutes) == 2


def test_uses_of_two_services_in_one_part_do_not_make_each_other_late(
    path: RecordPath, given: Given
) -> None:
    start = 1_795_000_000_000
    rows = ["ts,imsi,service,page_load_ms,access_ms"]
    rows += [f"{start + 7_200_000},1,web,700,", f"{start + 7_260_000},2,network_access,,200"]
    rows += [f"{start + 7_320_000},3,web,800,", f"{start},4,web,900,"]

    path.run([given("a.csv", "\n".join(rows) + "\n")], source="probe")

    late = "SELECT (SELECT sum(quality) FROM experience_network_access), sum(quality) "
    assert path.warehouse.con.execute(late + "FROM experience_web").fetchone() == (0, 2)


def test_an_unknown_file_is_a_dead_letter_and_the_others_go_on(
    path: RecordPath, given: Given
) -> None:
    files = [given("notes.txt", "hello there"), given("a.csv", page("460001"))]

    receipt = path.run(files, source="probe")

    assert (receipt.rows_read, receipt.rows_kept, receipt.rows_rejected) == (2, 1, 1)
    assert receipt.failed[0][0] == "notes.txt"


def test_a_rejected_row_goes_through_when_replayed_after_the_fix(
    path: RecordPath, given: Given
) -> None:
    header = "ts,imsi,page_load_ms,service"
    text = f"{header}\n1795000000000,460001,700,webb\n1795000001000,460002,700,web\n"
    path.run([given("a.csv", text)], source="probe")

    done = replay(path, letters(path.warehouse.con, Selection()), more_options={"service": "web"})

    assert (done.replayed, done.kept, done.rejected_again) == (1, 1, 0)
    assert one(path.warehouse, "SELECT count(*) FROM experience_web") == 2
    assert letters(path.warehouse.con, Selection()) == []


def test_another_key_is_refused(warehouse: Warehouse) -> None:
    RecordPath(warehouse, key=Key(b"k" * 32), clock=FixedClock(NOW_NS))

    with pytest.raises(RefusedError, match="another pseudonym key"):
        RecordPath(warehouse, key=Key(b"x" * 32), clock=FixedClock(NOW_NS))


def test_cube_and_facts_agree_to_the_last_digit(path: RecordPath, given: Given) -> None:
    rows = [page(f"46000{i}", minute=i % 90, load_ms=str(100 + 37 * i % 9000)) for i in range(500)]

    path.run([given("a.csv", "\n".join(rows))], source="probe")

    facts = path.warehouse.con.execute(
        "SELECT count(*), count(*) FILTER (mos < 2.5) FROM experience_web"
    ).fetchone()
    for cube in CUBES:
        for dimension in ("all", "cell", "app", "device_model"):
            totals = path.warehouse.con.execute(
                f"SELECT sum(n), sum(poor) FROM {cube} WHERE dimension = ?", [dimension]
            ).fetchone()
            assert totals == facts


def test_names_that_never_repeat_close_a_commit_early(
    path: RecordPath, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentio.loop.record_path.CUBE_ROWS", 30)
    rows = [page(f"46000{i}", cell=f"cell-{i}") for i in range(40)]
    files = [given(f"{i}.csv", rows[i]) for i in range(40)]

    receipt = path.run(files, source="probe")

    assert receipt.commits > 1
    assert one(path.warehouse, "SELECT count(*) FROM experience_web") == 40
