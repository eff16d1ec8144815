"""Whoever answers at the other end: HTTP with a limit of time, and errors that say what to do.

- `PeerDown`: it does not answer, answers too late or says that it is busy: later it may.
- `PeerNonsense`: it answers what nobody understands: whether something happened is not known.
- `PeerRefused`: it understands, and will not: asking again does not help.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import httpx

from sentio.kernel.errors import SentioError

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
BUSY = (408, 425, 429)
"""Answers that ask to come again later (RFC 9110, RFC 6585)."""
MOST_BYTES = 4_000_000  # of an answer


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


class Peer:
    """One peer at a base address; used by one thread at a time.

    Parameters
    ----------
    token
        Sent as bearer token unless empty.
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
        timeout_s: float = 5.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.token = token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(
            headers=headers,
            timeout=timeout_s,
            transport=transport,
            trust_env=False,  # proxies of the environment are for browsers
            follow_redirects=False,
        )

    def ask(
        self,
        method: Method,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        also: Collection[int] = (),
    ) -> Answer:
        """Ask, and give the answer; of the errors of 4xx those in ``also`` are answers too.

        Raises
        ------
        PeerDown, PeerNonsense, PeerRefused
            See the module.
        """
        where = f"{method} {self.url}{path}"
        try:
            found = self._client.request(
                method,
                self.url + path,
                json=body,
                params=dict(query) if query else None,
                headers=dict(headers) if headers else None,
            )
        except (httpx.ProtocolError, httpx.DecodingError) as error:
            raise PeerNonsense(f"that is no HTTP: {error!r}", where=where) from error
        except httpx.HTTPError as error:
            raise PeerDown(f"nobody answers: {error!r}", where=where) from error
        return _answer(found, where, also)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _answer(found: httpx.Response, where: str, also: Collection[int]) -> Answer:
    status = found.status_code
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status in BUSY:
        raise PeerDown(f"it answers {status}", where=where)
    if not found.is_success and status not in also:
        said = found.text[:300]
        kind = PeerRefused if found.is_client_error else PeerNonsense
        raise kind(f"it answers {status}: {said}", where=where, expected="2xx")
    if not found.content:
        return Answer(status=status, body=None, headers=found.headers)
    if len(found.content) > MOST_BYTES:
        raise PeerNonsense(f"{len(found.content)} bytes came", where=where, expected="fewer")
    try:
        return Answer(status=status, body=found.json(), headers=found.headers)
    except ValueError as error:
        if found.is_success:
            raise PeerNonsense(f"it is no JSON: {found.text[:80]!r}", where=where) from error
        return Answer(status=status, body=None, headers=found.headers)
