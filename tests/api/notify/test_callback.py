"""Callbacks lead into the public network only, whatever stands in them."""

from __future__ import annotations

import pytest

from sentio.api.notify.callback import target_of
from sentio.api.notify.pauses import Patience
from sentio.api.notify.sending import HttpSender
from sentio.api.problems import RequestError
from sentio.kernel.clock import FixedClock
from sentio.store.state.outbox import Faring, Notification, Subscriber

SECOND_NS = 1_000_000_000


def judged(url: str, *addresses: str, allow_private: bool = False):
    return target_of(url, allow_private=allow_private, lookup=lambda _host, _port: addresses)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"),
    ],
)
def test_addresses_that_are_not_public_are_refused(address):
    with pytest.raises(RequestError, match="not public"):
        judged("http://hook.example/", address)

    assert judged("http://hook.example/", address, allow_private=True).name == "hook.example"


def test_one_private_address_among_public_ones_is_enough():
    with pytest.raises(RequestError):
        judged("https://hook.example/", "9.9.9.9", "10.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://a.example/", "http:///x", "http://u:p@a.example/", "http://a.example/#f", "x"),
        *("http://a.example:99999/", "http://a.example:0/", "http://a.exa mple/", "http://[::1"),
        "http://a.example/" + "x" * 2000,
        "http://a.example/\r\nX: y",
    ],
)
def test_what_is_no_address_for_callbacks_is_refused(url):
    with pytest.raises(RequestError):
        judged(url, "9.9.9.9")


@pytest.mark.parametrize(
    ("url", "connect", "host"),
    [
        ("https://a.example/p?q=1", "https://9.9.9.9:443/p?q=1", "a.example"),
        ("http://a.example:8080", "http://9.9.9.9:8080/", "a.example:8080"),
    ],
)
def test_the_address_that_was_judged_is_the_one_connected_to(url, connect, host):
    target = judged(url, "9.9.9.9")

    assert (target.connect, target.host, target.name) == (connect, host, "a.example")


def test_a_name_that_leads_elsewhere_later_is_refused_then():
    to = Subscriber(id="a", api="test", callback="http://a.example/", secret="s")
    sender = HttpSender(
        to,
        clock=FixedClock(0),
        timeout_s=1.0,
        allow_private=False,
        lookup=lambda _host, _port: ["127.0.0.1"],
    )

    sent = sender.send(Notification(id=1, subscription="a", event="e", body=b"{}", made_ns=0))

    assert (sent.became, "not public" in sent.why) == ("failed", True)


def test_pauses_double_up_to_the_longest_and_end_when_patience_does():
    class Whole:
        def uniform(self, _low: float, high: float) -> float:
            return high

    patience = Patience(first_s=1.0, longest_s=5.0, give_up_s=12.0, backlog_rows=9)
    faring, now_ns, pauses_s = Faring(), 0, []
    while faring.parked_ns is None:
        faring = patience.after(faring, "silence", now_ns=now_ns, rng=Whole())
        pauses_s.append((faring.next_ns - now_ns) / SECOND_NS)
        now_ns = faring.next_ns

    assert pauses_s == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert faring.parked_ns == 12 * SECOND_NS
