"""A token is fetched once, renewed before it is over, and again when it is refused."""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from sentio.execution.peer import Peer, PeerDown, PeerNonsense, PeerRefused
from sentio.execution.token import ClientToken
from sentio.kernel.clock import FixedClock


class Authority:
    """An authorization server, and a peer that trusts its newest token only."""

    def __init__(self, **answer: Any) -> None:
        self.answer = {"token_type": "Bearer", "expires_in": 100, **answer}
        self.status = 200
        self.asked: list[httpx.Request] = []
        self.good = ""
        self.clock = FixedClock(0)

    def token(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        self.good = f"token-{len(self.asked)}"
        return httpx.Response(self.status, json={"access_token": self.good, **self.answer})

    def peer(self, request: httpx.Request) -> httpx.Response:
        is_good = request.headers.get("Authorization") == f"Bearer {self.good}"
        return httpx.Response(200, json={}) if is_good else httpx.Response(401, json={})

    def client(self) -> ClientToken:
        return ClientToken(
            "http://login.invalid/token",
            client_id="sentio",
            client_secret="a:b c",
            scope="act",
            clock=self.clock,
            transport=httpx.MockTransport(self.token),
        )

    def connected(self) -> Peer:
        transport = httpx.MockTransport(self.peer)
        return Peer("http://p.invalid", tokens=self.client(), clock=self.clock, transport=transport)


def test_a_token_is_asked_for_as_the_standard_says() -> None:
    authority = Authority()

    assert authority.client().bearer() == "token-1"

    request = authority.asked[0]
    scheme, _, pair = request.headers["Authorization"].partition(" ")
    assert (scheme, b64decode(pair)) == ("Basic", b"sentio:a%3Ab+c")
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["act"],
    }


def test_a_token_is_used_until_shortly_before_its_end() -> None:
    authority = Authority()
    client = authority.client()

    given = []
    for second in (0, 89, 91):
        authority.clock.at_ns = second * 1_000_000_000
        given.append(client.bearer())

    assert given == ["token-1", "token-1", "token-2"]


def test_a_token_that_is_refused_is_renewed_once() -> None:
    authority = Authority()
    peer = authority.connected()
    peer.ask("GET", "/things")
    authority.good = "none that was given"

    peer.ask("GET", "/things")

    assert len(authority.asked) == 2


def test_a_peer_that_refuses_every_token_refuses() -> None:
    authority = Authority()
    authority.peer = lambda _: httpx.Response(401, json={})  # type: ignore[method-assign]
    peer = authority.connected()

    with pytest.raises(PeerRefused, match="401"):
        peer.ask("GET", "/things")

    assert len(authority.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"token_type": "mac"},
        {"access_token": 7},
        {"access_token": ""},
        {"expires_in": "soon"},
        {"expires_in": -1},
        {"expires_in": True},
        {"expires_in": None},
    ],
)
def test_a_token_that_is_none_is_nonsense(answer: dict[str, Any]) -> None:
    with pytest.raises(PeerNonsense):
        Authority(**answer).client().bearer()


def test_a_wrong_secret_is_refused_and_a_busy_server_is_down() -> None:
    authority = Authority()
    authority.status = 401

    with pytest.raises(PeerRefused):
        authority.connected().ask("GET", "/things")
    authority.status = 503
    with pytest.raises(PeerDown):
        authority.connected().ask("GET", "/things")
