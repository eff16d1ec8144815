"""A peer's answer is bounded, checked, and its failures are told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from sentio.execution.peer import MOST_BYTES, Peer, PeerDown, PeerError, PeerNonsense, PeerRefused
from sentio.kernel.clock import FixedClock


def peer(answer: Callable[[httpx.Request], httpx.Response], **more: object) -> Peer:
    return Peer("http://peer.invalid/", transport=httpx.MockTransport(answer), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(503), PeerDown),
        (httpx.Response(429), PeerDown),
        (httpx.Response(423), PeerDown),
        (httpx.Response(404), PeerRefused),
        (httpx.Response(422, json={"code": "no"}), PeerRefused),
        (httpx.Response(302, headers={"Location": "http://elsewhere.invalid"}), PeerNonsense),
        (httpx.Response(200, text="<html>"), PeerNonsense),
        (httpx.Response(200, content=b"[" * 200_000), PeerNonsense),
        (httpx.Response(200, content=b"\xff\xfe\xfd"), PeerNonsense),
        (httpx.Response(200, content=b"1" * 10_000), PeerNonsense),
        (httpx.Response(200, content=b" " * (MOST_BYTES + 1)), PeerNonsense),
        (httpx.Response(200, content=b"x", headers={"Content-Encoding": "gzip"}), PeerNonsense),
    ],
)
def test_an_answer_is_understood_or_its_fault_is_named(
    answer: httpx.Response, kind: type[PeerError]
) -> None:
    def reply(_: httpx.Request) -> httpx.Response:
        if answer.headers.get("Content-Encoding"):
            return httpx.Response(200, stream=Raw([b"no gzip"]), headers=answer.headers)
        return answer

    with pytest.raises(PeerError) as found:
        peer(reply).ask("GET", "/things")

    assert type(found.value) is kind
    assert "GET http://peer.invalid/things" in str(found.value)


class Raw(httpx.SyncByteStream):
    """An answer that comes in pieces."""

    def __init__(self, pieces: list[bytes], meanwhile: Callable[[], object] = lambda: None) -> None:
        self.pieces = pieces
        self.meanwhile = meanwhile
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.meanwhile()
            self.sent += 1
            yield piece


def test_an_answer_that_drips_is_given_up() -> None:
    clock = FixedClock(0)

    def second() -> None:
        clock.at_ns += 1_000_000_000

    dripping = Raw([b" "] * 100, second)

    with pytest.raises(PeerDown, match="more than 5"):
        peer(lambda _: httpx.Response(200, stream=dripping), clock=clock).ask("GET", "/things")

    assert dripping.sent == 6


def test_more_bytes_than_anybody_needs_are_not_read() -> None:
    endless = Raw([b" " * 1_000_000] * 1_000)

    with pytest.raises(PeerNonsense, match="more bytes"):
        peer(lambda _: httpx.Response(200, stream=endless)).ask("GET", "/things")

    assert endless.sent <= 6


def test_what_a_peer_says_is_repeated_on_one_line() -> None:
    with pytest.raises(PeerRefused) as found:
        peer(lambda _: httpx.Response(400, text="no\n\x1b[31mred")).ask("POST", "/things")

    assert "no  [31mred" in str(found.value)


def test_no_body_is_an_answer_too() -> None:
    answer = peer(lambda _: httpx.Response(204)).ask("DELETE", "/things/1")

    assert answer.body is None
    with pytest.raises(PeerNonsense, match="a JSON object"):
        answer.object()


def test_raw_content_is_sent_as_it_is() -> None:
    sent: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(202)

    peer(reply, token="t0ken").ask("POST", "", content=b'{"a":1 }')

    assert sent[0].content == b'{"a":1 }'
    assert sent[0].headers["Authorization"] == "Bearer t0ken"


def test_a_zipped_answer_is_read() -> None:
    import gzip

    zipped = gzip.compress(b'[{"id": "1"}]')
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(zipped))}

    answer = peer(lambda _: httpx.Response(200, content=zipped, headers=headers)).ask("GET", "/a")

    assert answer.objects() == [{"id": "1"}]
