"""What is offered arrives: signed, in order, at least once, and nobody waits for another."""

from __future__ import annotations

import socket
import time

import orjson
from listening import listening, until

from sentio.api.notify import Event, Subscriber, is_signed
from sentio.api.notify.pauses import Patience
from sentio.store.state.outbox import Outbox

HOPELESS = Patience(first_s=0.01, longest_s=0.02, give_up_s=0.1, backlog_rows=1000)


def subscriber(url: str, name: str = "one") -> Subscriber:
    return Subscriber(id=name, api="test", callback=url, secret="s3cret")


def event(number: int) -> Event:
    return Event(id=f"event-{number}", body={"number": number})


def dead_url() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}/"


def test_a_notification_arrives_signed_and_named(notifying):
    with listening() as there:
        notifying().offer(event(5), subscribers=[subscriber(there.url)])
        assert until(lambda: there.got)

    path, headers, body = there.got[0]
    assert (path, orjson.loads(body)) == ("/told", {"number": 5})
    assert headers["x-sentio-event"] == "event-5"
    assert headers["content-type"] == "application/json"
    signed = headers["x-sentio-signature"]
    now_s = int(time.time())
    assert is_signed(signed, "s3cret", body, now_s=now_s)
    assert not is_signed(signed, "another", body, now_s=now_s)
    assert not is_signed(signed, "s3cret", body + b" ", now_s=now_s)
    assert not is_signed(signed, "s3cret", body, now_s=now_s + 301)


def test_the_order_is_kept_over_failures(notifying):
    with listening(lambda n: 503 if n % 3 == 1 else 200) as there:
        ours = notifying()
        for number in range(30):
            ours.offer(event(number), subscribers=[subscriber(there.url)])
        assert until(lambda: there.answered.count(200) == 30)

    taken = [b for b, status in zip(there.bodies, there.answered, strict=True) if status == 200]
    assert [orjson.loads(body)["number"] for body in taken] == list(range(30))
    assert until(lambda: ours.outbox.backlog("one") == 0)


def test_one_connection_serves_many_notifications(notifying):
    with listening() as there:
        ours = notifying()
        ours.offer_all([(event(n), [subscriber(there.url)]) for n in range(50)])
        assert until(lambda: len(there.got) == 50)

    assert len(there.ports) == 1


def test_a_subscriber_that_does_not_answer_delays_nobody(notifying):
    with socket.create_server(("127.0.0.1", 0)) as silent, listening() as there:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        hung = [subscriber(url, f"hung-{n}") for n in range(3)]
        ours = notifying(timeout_s=0.5)
        began_s = time.monotonic()
        for number in range(20):
            ours.offer(event(number), subscribers=[*hung, subscriber(there.url)])
        assert until(lambda: len(there.got) == 20)

    assert time.monotonic() - began_s < 3.0
    assert ours.outbox.backlog("hung-0") == 20


def test_who_never_answers_is_given_up_and_released_on_demand(notifying):
    url = dead_url()
    ours = notifying(HOPELESS)
    ours.offer_all([(event(n), [subscriber(url)]) for n in range(3)])

    assert until(lambda: ours.outbox.standings()[0].parked == 3)
    ours.offer(event(9), subscribers=[subscriber(url)])
    (standing,) = ours.outbox.standings()
    assert (standing.waiting, standing.faring.missed) == (0, 1)
    assert "Connect" in standing.faring.error

    with listening() as there:
        ours.subscribe(subscriber(there.url))
        assert ours.release("one") == 3
        assert until(lambda: len(there.got) == 3)
    assert ours.release("nobody") is None


def test_a_body_that_is_refused_is_set_aside_and_the_next_one_sent(notifying):
    with listening(lambda n: 400 if n == 0 else 200) as there:
        ours = notifying()
        ours.offer_all([(event(n), [subscriber(there.url)]) for n in range(2)])
        assert until(lambda: len(there.got) == 2)
        assert until(lambda: ours.outbox.backlog("one") == 0)

    assert ours.outbox.standings()[0].parked == 1


def test_a_redirection_is_not_followed(notifying):
    with listening(lambda n: 307 if n == 0 else 200) as there:
        notifying().offer(event(1), subscribers=[subscriber(there.url)])
        assert until(lambda: len(there.got) == 2)

    assert {path for path, _, _ in there.got} == {"/told"}


def test_what_one_process_left_the_next_one_delivers(state, notifying):
    with listening() as there:
        left = Outbox(state)
        left.subscribe(subscriber(there.url))
        left.put([("event-1", b'{"number":1}', ["one", "stranger"])], at_ns=1)

        notifying()
        assert until(lambda: there.got)

    assert there.bodies == [b'{"number":1}']


def test_nothing_more_arrives_after_an_unsubscription(notifying):
    with listening(lambda _n: 503) as there:
        ours = notifying()
        ours.offer(event(1), subscribers=[subscriber(there.url)])
        assert until(lambda: there.got)
        assert ours.unsubscribe("one")
        assert not ours.unsubscribe("one")
        time.sleep(0.1)
        seen = len(there.got)
        time.sleep(0.3)

    assert len(there.got) == seen
    assert ours.outbox.standings() == []
