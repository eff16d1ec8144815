"""A bearer token by client credentials, renewed before it is over (RFC 6749, section 4.4)."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote_plus, urlencode

import httpx

from sentio.execution.peer import Peer, PeerNonsense
from sentio.kernel.clock import Clock, SystemClock

EARLY = 0.1  # share of a token's life before whose end it is renewed
SHORT_S = 60.0  # life of a token whose life is not told; a refused one is renewed anyhow
LONGEST_S = 86_400.0  # that a token is used, whatever is told


class ClientToken:
    """The token of one client of one authorization server.

    Raises, where it asks, what `Peer` raises. The secret goes with HTTP Basic (section 2.3.1).

    Parameters
    ----------
    url
        The token endpoint.
    scope
        What is asked for, unless empty.
    """

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        client_secret: str,
        scope: str = "",
        timeout_s: float = 5.0,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._server = Peer(url, timeout_s=timeout_s, clock=self._clock, transport=transport)
        pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
        self._headers = {
            "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._form = urlencode(form).encode()
        self._token = ""
        self._until_ns = 0

    def bearer(self) -> str:
        """Give the token, a new one where there is none or the old one is nearly over."""
        if not self._token or self._clock.now_ns() >= self._until_ns:
            self._renew()
        return self._token

    def forget(self) -> None:
        """Take it that the token is good no more."""
        self._token = ""

    def _renew(self) -> None:
        asked_ns = self._clock.now_ns()
        answer = self._server.ask("POST", "", content=self._form, headers=self._headers)
        kind = answer.text("token_type")
        if kind.lower() != "bearer":
            raise PeerNonsense(f"token_type is {kind[:40]!r}", expected="Bearer")
        life_s = answer.object().get("expires_in", SHORT_S)
        if isinstance(life_s, bool) or not isinstance(life_s, int | float) or not life_s > 0:
            raise PeerNonsense(f"expires_in is {str(life_s)[:40]!r}", expected="seconds")
        used_s = min(life_s, LONGEST_S) * (1.0 - EARLY)
        self._token = answer.text("access_token")
        self._until_ns = asked_ns + round(used_s * 1e9)
