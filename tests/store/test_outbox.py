"""The outbox keeps what is to be delivered, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sentio.store.state import StateStore
from sentio.store.state.outbox import Faring, Outbox, Subscriber, put_into


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outbox]:
    url = f"sqlite:///{tmp_path}/state.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").database()
    with StateStore.open(url) as state:
        yield Outbox(state)


def subscribe(outbox: Outbox, *names: str) -> None:
    for number, name in enumerate(names):
        callback = f"http://127.0.0.1:9/{name}"
        outbox.subscribe(
            Subscriber(
                id=name, api="test", callback=callback, secret="s", body={"a": 1}, created_ns=number
            )
        )


def waiting(outbox: Outbox, name: str) -> list[str]:
    return [each.event for each in outbox.head(name, limit=100)]


def test_each_subscriber_has_a_line_of_its_own_in_order(outbox):
    subscribe(outbox, "a", "b")

    woken = outbox.put([("e1", b"1", ["a", "b"]), ("e2", b"2", ["a", "nobody"])], at_ns=5)

    assert woken == ["a", "b"]
    assert (waiting(outbox, "a"), waiting(outbox, "b")) == (["e1", "e2"], ["e1"])
    assert set(outbox.waiting()) == {"a", "b"}
    first = outbox.head("a", limit=1)[0]
    assert (first.body, first.made_ns) == (b"1", 5)


def test_what_was_delivered_is_gone_and_its_subscriber_well(outbox):
    subscribe(outbox, "a")
    outbox.put([("e1", b"", ["a"]), ("e2", b"", ["a"])], at_ns=1)
    outbox.failed("a", Faring(tries=3, failing_ns=1, next_ns=9, error="silence"))
    assert outbox.waiting()["a"].tries == 3

    outbox.delivered("a", [outbox.head("a", limit=1)[0].id])

    assert waiting(outbox, "a") == ["e2"]
    assert outbox.waiting()["a"] == Faring()


def test_who_is_parked_misses_what_comes_until_it_is_released(outbox):
    subscribe(outbox, "a", "b")
    outbox.put([("e1", b"", ["a", "b"])], at_ns=1)

    assert outbox.park("a", why="silence", at_ns=2) == 1
    assert outbox.put([("e2", b"", ["a", "b"])], at_ns=3) == ["b"]

    parked, well = outbox.standings()
    assert (parked.parked, parked.waiting, parked.faring.missed) == (1, 0, 1)
    assert (well.parked, well.waiting) == (0, 2)
    assert outbox.release("a") == 1
    assert waiting(outbox, "a") == ["e1"]
    assert outbox.standings()[0].faring == Faring()


def test_what_was_given_up_long_ago_is_dropped(outbox):
    subscribe(outbox, "a")
    outbox.put([("e1", b"", ["a"]), ("e2", b"", ["a"])], at_ns=1)
    one, other = outbox.head("a", limit=2)
    outbox.refused(one.id, why="400", at_ns=10)
    outbox.refused(other.id, why="400", at_ns=20)

    assert outbox.forget_parked(15) == 1
    assert outbox.standings()[0].parked == 1


def test_a_subscriber_goes_with_all_that_waits_for_it(outbox):
    subscribe(outbox, "a")
    outbox.put([("e1", b"", ["a"])], at_ns=1)

    assert outbox.unsubscribe("a")
    assert not outbox.unsubscribe("a")
    assert (waiting(outbox, "a"), outbox.subscribers()) == ([], [])


def test_what_was_told_and_how_far_are_kept_together(outbox):
    subscribe(outbox, "a")
    assert outbox.told_up_to("told") is None

    outbox.put_told([("e1", b"", ["a"])], feed="told", up_to=7, at_ns=1)

    assert (outbox.told_up_to("told"), waiting(outbox, "a")) == (7, ["e1"])


def test_a_notification_is_undone_with_the_transaction_that_it_belongs_to(outbox):
    subscribe(outbox, "a")

    def fail() -> None:
        with outbox._state.session() as session:
            put_into(session, [("e1", b"", ["a"])], at_ns=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert waiting(outbox, "a") == []
