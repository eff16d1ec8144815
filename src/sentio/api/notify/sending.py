"""Sends one notification and tells what became of it; connections to a subscriber are kept."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

import httpx

from sentio import __version__
from sentio.api.notify.callback import Resolve, Target, resolve, target_of
from sentio.api.notify.signature import HEADER, signature
from sentio.api.problems import RequestError
from sentio.kernel.clock import Clock
from sentio.store.state.outbox import Notification, Subscriber

LOOK_UP_AGAIN_S = 60.0
MOST_READ_BYTES = 65_536  # of an answer that nobody needs
LATER = frozenset({408, 425, 429})  # answers that ask to come again (RFC 9110, RFC 6585)

Became = Literal["delivered", "refused", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one try, and how it went wrong."""

    became: Became
    why: str = ""


class Sender(Protocol):
    """Delivers to one subscriber, one body at a time."""

    def send(self, notification: Notification) -> Sent:
        """Try once."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...


NewSender = Callable[[Subscriber], Sender]


class HttpSender:
    """POSTs to one subscriber over a connection that is kept; no redirects, no proxies.

    Parameters
    ----------
    timeout_s
        For each wait, and for a whole try once its answer has begun.
    """

    def __init__(
        self,
        subscriber: Subscriber,
        *,
        clock: Clock,
        timeout_s: float,
        allow_private: bool,
        lookup: Resolve = resolve,
    ) -> None:
        self._to = subscriber
        self._clock = clock
        self._timeout_s = timeout_s
        self._allow_private = allow_private
        self._lookup = lookup
        self._target: Target | None = None
        self._client: httpx.Client | None = None
        self._looked_up_s = 0.0

    def send(self, notification: Notification) -> Sent:
        """Try once; whatever goes wrong is told, never raised."""
        try:
            client, target = self._connected()
            return self._post(client, target, notification)
        except RequestError as error:
            return Sent(became="failed", why=str(error))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            self.close()
            return Sent(became="failed", why=f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Let go of the connections; another try opens them anew."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _connected(self) -> tuple[httpx.Client, Target]:
        now_s = time.monotonic()
        if self._client is None or self._target is None or now_s > self._looked_up_s:
            self.close()
            self._target = target_of(
                self._to.callback, allow_private=self._allow_private, lookup=self._lookup
            )
            self._client = _client(self._timeout_s)
            self._looked_up_s = now_s + LOOK_UP_AGAIN_S
        return self._client, self._target

    def _post(self, client: httpx.Client, target: Target, notification: Notification) -> Sent:
        at_s = self._clock.now_ns() // 1_000_000_000
        request = client.build_request(
            "POST",
            target.connect,
            content=notification.body,
            headers={
                "Host": target.host,
                "Content-Type": "application/json",
                "X-Sentio-Event": notification.event,
                "X-Sentio-Subscription": notification.subscription,
                HEADER: signature(self._to.secret, notification.body, at_s),
            },
            extensions={"sni_hostname": target.name},
        )
        began_s = time.monotonic()
        answer = client.send(request, stream=True)
        try:
            self._read_out(answer, began_s)
        finally:
            answer.close()
        return _told(answer.status_code)

    def _read_out(self, answer: httpx.Response, began_s: float) -> None:
        """Read what is left, so that the connection can be kept; a long or slow rest ends it."""
        read_bytes = 0
        for some in answer.iter_raw():
            read_bytes += len(some)
            took_s = time.monotonic() - began_s
            if read_bytes > MOST_READ_BYTES or took_s > self._timeout_s:
                return


def _told(status: int) -> Sent:
    if httpx.codes.is_success(status):
        return Sent(became="delivered")
    why = f"it answers {status}"
    is_refusal = httpx.codes.is_client_error(status) and status not in LATER
    return Sent(became="refused" if is_refusal else "failed", why=why)


def _client(timeout_s: float) -> httpx.Client:
    return httpx.Client(
        verify=_certificates(),
        timeout=timeout_s,
        limits=httpx.Limits(max_connections=1, keepalive_expiry=30.0),
        headers={"User-Agent": f"sentio/{__version__}"},
        trust_env=False,  # proxies of the environment are for browsers
        follow_redirects=False,  # another place would have to be judged anew
    )


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()
