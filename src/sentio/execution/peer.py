"""Whoever answers at the other end: HTTP with a limit of time, and errors that say what to do.

- `PeerDown`: it does not answer, answers too late or says that it is busy: later it may.
- `PeerNonsense`: it answers what nobody understands: whether something happened is not known.
- `PeerRefused`: it understands, and will not: asking again does not help.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import httpx

from sentio.kernel.clock import Clock, SystemClock
from sentio.kernel.errors import SentioError

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
BUSY = (408, 423, 425, 429)
"""Answers that ask to come again later (RFC 9110, RFC 4918, RFC 8470, RFC 6585)."""
UNAUTHORIZED = 401
MOST_BYTES = 4_000_000  # of an answer
SAID = 300  # characters of an answer that an error repeats


class PeerError(SentioError, ConnectionError):
    """Something is wrong between a peer and us."""

    kind: ClassVar[str] = "peer"


class PeerDown(PeerError):
    """The peer does not answer now; later it may."""

    kind = "peer-down"


class PeerNonsense(PeerError):
    """The peer's answer cannot be understood; what it did is not known."""

    kind = "peer-nonsense"


class PeerRefused(PeerError):
    """The peer understood, and will not."""

    kind = "peer-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a peer answered: its status, its JSON (None where it had no body), its headers."""

    status: int
    body: Any  # JSON
    headers: Mapping[str, str]

    def object(self) -> dict[str, Any]:  # Any: JSON
        """Give the body, which must be a JSON object; raises `PeerNonsense`."""
        if not isinstance(self.body, dict):
            raise PeerNonsense(f"the answer is {str(self.body)[:80]!r}", expected="a JSON object")
        return self.body

    def objects(self) -> list[dict[str, Any]]:  # Any: JSON
        """Give the body, which must be a list of JSON objects; raises `PeerNonsense`."""
        if not isinstance(self.body, list) or not all(isinstance(o, dict) for o in self.body):
            raise PeerNonsense(f"the answer is {str(self.body)[:80]!r}", expected="a JSON list")
        return self.body

    def text(self, name: str) -> str:
        """Give a text of the object; raises `PeerNonsense` where there is none."""
        found = self.object().get(name)
        if not isinstance(found, str) or not found:
            raise PeerNonsense(f"{name} is {found!r}", expected="a text that is not empty")
        return found


class Bearer(Protocol):
    """Whoever gives the bearer token of a peer, and another one when that is refused."""

    def bearer(self) -> str:
        """Give a token that is good now."""
        ...

    def forget(self) -> None:
        """Take it that the last token is good no more."""
        ...


class Peer:
    """One peer at a base address; used by one thread at a time.

    Parameters
    ----------
    token
        Sent as bearer token unless empty.
    tokens
        Gives the bearer token in place of ``token``.
    secret
        With which what is sent may be signed; never sent itself. Default: ``token``.
    timeout_s
        For a whole wait for an answer.
    transport
        Another way to reach it (tests).
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        tokens: Bearer | None = None,
        secret: str = "",
        timeout_s: float = 5.0,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.secret = secret or token
        self.timeout_s = timeout_s
        self.clock = clock or SystemClock()
        self._tokens = tokens
        self._client = httpx.Client(
            timeout=timeout_s,
            transport=transport,
            verify=self.url.startswith("https:"),  # what plain HTTP has not need not be loaded
            trust_env=False,  # proxies of the environment are for browsers
            follow_redirects=False,
        )

    def ask(
        self,
        method: Method,
        path: str,
        *,
        body: object = None,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        also: Collection[int] = (),
    ) -> Answer:
        """Ask, and give the answer; of the errors of 4xx those in ``also`` are answers too.

        ``content`` is sent as it is, ``body`` as JSON. A token that is refused is renewed once.

        Raises
        ------
        PeerDown, PeerNonsense, PeerRefused
            See the module.
        """
        where = f"{method} {self.url}{path}"
        try:
            request = self._client.build_request(
                method,
                self.url + path,
                json=body if content is None else None,
                content=content,
                params=dict(query) if query else None,
                headers=dict(headers) if headers else None,
            )
            found = self._sent(request, where)
            if found.status_code == UNAUTHORIZED and self._tokens is not None:
                self._tokens.forget()
                found = self._sent(request, where)
        except (httpx.ProtocolError, httpx.DecodingError) as error:
            raise PeerNonsense(f"that is no HTTP: {error!r}", where=where) from error
        except httpx.InvalidURL as error:
            raise PeerRefused(f"that is no address: {error!r}", where=where) from error
        except httpx.HTTPError as error:
            raise PeerDown(f"nobody answers: {error!r}", where=where) from error
        return _answer(found, where, also)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _sent(self, request: httpx.Request, where: str) -> httpx.Response:
        """Send, and read as much and for as long as may be."""
        token = self._tokens.bearer() if self._tokens is not None else self.token
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        end_ns = self.clock.now_ns() + round(self.timeout_s * 1e9)
        found = self._client.send(request, stream=True)
        content = bytearray()
        try:
            for chunk in found.iter_bytes():
                content += chunk
                if len(content) > MOST_BYTES:
                    expected = f"at most {MOST_BYTES}"
                    raise PeerNonsense("more bytes come", where=where, expected=expected)
                if self.clock.now_ns() > end_ns:
                    raise PeerDown(f"its answer takes more than {self.timeout_s} s", where=where)
        finally:
            found.close()
        plain = [(n, v) for n, v in found.headers.items() if n.lower() not in WRAPPING]
        return httpx.Response(found.status_code, headers=plain, content=bytes(content))


WRAPPING = ("content-encoding", "transfer-encoding", "content-length")


def _answer(found: httpx.Response, where: str, also: Collection[int]) -> Answer:
    status = found.status_code
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status in BUSY:
        raise PeerDown(f"it answers {status}", where=where)
    if not found.is_success and status not in also:
        kind = PeerRefused if found.is_client_error else PeerNonsense
        raise kind(f"it answers {status}: {_text(found)[:SAID]}", where=where, expected="2xx")
    if not found.content:
        return Answer(status=status, body=None, headers=found.headers)
    try:
        return Answer(status=status, body=json.loads(found.content), headers=found.headers)
    except (ValueError, RecursionError) as error:
        if found.is_success:
            raise PeerNonsense(f"it is no JSON: {_text(found)[:80]!r}", where=where) from error
        return Answer(status=status, body=None, headers=found.headers)


def _text(found: httpx.Response) -> str:
    said = found.content[: 4 * SAID].decode("utf-8", "replace")
    return "".join(each if each.isprintable() else " " for each in said)
