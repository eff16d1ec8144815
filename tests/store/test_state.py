"""The state works the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from sentio.kernel.errors import ConfigError, RefusedError, StoreError, UnknownName
from sentio.store.state import (
    HEAD,
    Source,
    StateStore,
    current,
    downgrade,
    open_engine,
    upgrade,
)
from sentio.store.state.tables import Base


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deep/state.db"
    return request.getfixturevalue("postgres").database()


@pytest.fixture
def state(url: str) -> Iterator[StateStore]:
    with StateStore.open(url) as store:
        yield store


def test_the_tables_go_up_and_down_and_up_again(url):
    engine = open_engine(url)

    upgrade(engine)
    there = set(inspect(engine).get_table_names())
    downgrade(engine, "base")
    gone = set(inspect(engine).get_table_names())
    upgrade(engine)

    assert there == {*Base.metadata.tables, "alembic_version"}
    assert gone == {"alembic_version"}
    assert current(engine) == HEAD
    engine.dispose()


def test_tables_that_do_not_exist_have_no_revision(url):
    engine = open_engine(url)

    assert current(engine) is None
    engine.dispose()


def test_tables_of_a_newer_release_are_left_alone_and_told(url):
    with StateStore.open(url) as state, state.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match="newer Sentio"):
        StateStore.open(url)


def test_the_migrations_make_the_columns_that_the_program_uses(state):
    seen = inspect(state.engine)

    for name, table in Base.metadata.tables.items():
        made = {column["name"]: column["nullable"] for column in seen.get_columns(name)}
        assert made == {column.name: column.nullable for column in table.columns}


def test_several_processes_may_bring_the_tables_up_at_once(url):
    failed: list[BaseException] = []

    def bring_up() -> None:
        try:
            StateStore.open(url).close()
        except BaseException as error:  # noqa: BLE001  (told by the assertion)
            failed.append(error)

    threads = [threading.Thread(target=bring_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []


def test_a_source_is_kept_and_replaced_and_keeps_its_age(state):
    state.save_source(Source(name="probe", options={"map": "xdr"}, created_ns=7))
    state.save_source(Source(name="probe", kind="push", description="North", created_ns=9))

    assert state.sources() == [
        Source(name="probe", kind="push", description="North", options={}, created_ns=7)
    ]
    assert state.source("other") is None


def test_a_key_opens_until_it_is_revoked(state):
    key = state.create_key("probe-north", roles=("ingest",), at_ns=5)

    found = state.check_key(key)
    again = state.check_key(key)
    state.revoke_key("probe-north", at_ns=6)

    assert found == again
    assert found is not None
    assert (found.name, found.may("ingest"), found.may("read")) == ("probe-north", True, False)
    assert state.check_key(key) is None
    assert not state.has_keys()
    assert state.api_keys()[0].revoked_ns == 6


def test_a_key_is_not_kept_in_the_clear(state):
    key = state.create_key("probe", roles=("read",), at_ns=5)

    with state.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM api_key")).one()

    assert key.split("_", 2)[2].encode() not in repr(row).encode()


def test_a_wrong_key_does_not_open(state):
    key = state.create_key("probe", roles=("read",), at_ns=5)

    wrong = [key[:-1], key + "x", key.replace("sentio_", "sentio_0"), "", "sentio__", "é" * 9]

    assert [state.check_key(each) for each in wrong] == [None] * 6


def test_a_name_of_a_key_is_used_once(state):
    state.create_key("probe", roles=("read",), at_ns=5)
    state.revoke_key("probe", at_ns=6)

    with pytest.raises(RefusedError, match="'probe'"):
        state.create_key("probe", roles=("read",), at_ns=7)


def test_an_unknown_role_or_key_is_told_with_the_nearest(state):
    state.create_key("probe", roles=("read",), at_ns=5)

    with pytest.raises(UnknownName, match="'ingest'"):
        state.create_key("other", roles=("ingst",), at_ns=5)
    with pytest.raises(UnknownName, match="'probe'"):
        state.revoke_key("prob", at_ns=6)


def test_the_audit_is_read_newest_first_page_by_page(state):
    for i in range(5):
        state.note("ana", f"act {i}", purpose="ticket 7", at_ns=i, details={"rows": i})

    first = state.audit(limit=2)
    second = state.audit(limit=2, before=first[-1].id)

    assert [each.what for each in (*first, *second)] == ["act 4", "act 3", "act 2", "act 1"]
    assert first[0].details == {"rows": 4}


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_audit(state, change):
    state.note("ana", "looked", purpose="ticket 7", at_ns=1)

    with pytest.raises(Exception, match="append-only"), state.engine.begin() as connection:
        connection.execute(text(change))

    assert state.audit()[0].who == "ana"


def test_a_subject_has_a_profile_for_each_service_until_it_is_forgotten(state):
    for subject in (-(2**63), 2**63 - 1):
        state.set_profile(subject, "web", profile="strict")
    state.set_profile(-(2**63), "web", profile="patient")

    assert state.profile(-(2**63), "web") == "patient"
    assert state.forget_subject(-(2**63)) == 1
    assert state.profile(-(2**63), "web") is None
    assert state.profile(2**63 - 1, "web") == "strict"


def test_two_threads_write_at_once_and_nothing_is_lost(state):
    def write(who: str) -> None:
        for i in range(20):
            state.note(who, "act", purpose="load", at_ns=i)

    threads = [threading.Thread(target=write, args=(who,)) for who in ("ana", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(state.audit(limit=100)) == 40


def test_a_database_that_is_not_there_is_told_without_its_password():
    with pytest.raises(StoreError) as caught:
        StateStore.open("postgresql+psycopg://sentio:hunter2@127.0.0.1:1/none")

    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1:1" in caught.value.where


def test_an_address_that_cannot_be_understood_is_a_wrong_setting():
    with pytest.raises(ConfigError, match="state_url"):
        open_engine("nonsense")
