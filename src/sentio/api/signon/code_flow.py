"""People sign in with the operator's issuer: authorization code with PKCE (RFC 6749, RFC 7636).

OpenID Connect Core 1.0, section 3.1. The code is traded in by the server: no token ever reaches the
browser, which keeps a sealed cookie only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from sentio.api.signon.issuer import Issuer
from sentio.api.signon.sealed import Sealer
from sentio.api.signon.tokens import SignedOn, SignOn, TokenError

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """How the issuer knows our pages."""

    name: str
    secret: str = ""
    scopes: str = "openid profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where the browser goes, and what it keeps until it is back."""

    url: str
    cookie: str
    lasts_s: int


class CodeFlow:
    """Sends people to the issuer and tells who came back.

    Parameters
    ----------
    own
        Reads identity tokens, which are for the client.
    others
        Reads access tokens, which are for the API; the roles may stand there alone.
    sealer
        Seals what the browser keeps meanwhile.
    """

    def __init__(
        self, issuer: Issuer, client: Client, *, own: SignOn, others: SignOn, sealer: Sealer
    ) -> None:
        self._issuer = issuer
        self._client = client
        self._own = own
        self._others = others
        self._sealer = sealer

    def begin(self, redirect_uri: str) -> Begun:
        """Begin to sign somebody in; raises `IssuerDown`."""
        state, nonce, verifier = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(3))
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client.name,
            "redirect_uri": redirect_uri,
            "scope": self._client.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        place = self._issuer.endpoint("authorization_endpoint")
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "redirect": redirect_uri}
        return Begun(
            url=f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}",
            cookie=self._sealer.seal(kept),
            lasts_s=self._sealer.lasts_s,
        )

    def finish(self, *, cookie: str, state: str, code: str) -> SignedOn:
        """Tell who came back with a code.

        Raises
        ------
        TokenError
            This browser did not begin it, it took too long, or the token is not accepted.
        IssuerDown
            The issuer cannot be reached, or does not take the code.
        """
        kept = self._sealer.open(cookie)
        if kept is None or not hmac.compare_digest(str(kept["state"]), state):
            raise TokenError("this browser did not begin to sign in, or it took too long")
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": str(kept["redirect"]),
            "client_id": self._client.name,
            "code_verifier": str(kept["verifier"]),
        }
        basic = (self._client.name, self._client.secret) if self._client.secret else None
        told = self._issuer.post(self._issuer.endpoint("token_endpoint"), fields, basic=basic)
        who = self._own.check(str(told.get("id_token", "")), nonce=str(kept["nonce"]))
        return who if who.roles else self._by_access_token(str(told.get("access_token", "")), who)

    def _by_access_token(self, token: str, who: SignedOn) -> SignedOn:
        try:
            found = self._others.check(token)
        except TokenError:  # most issuers give one that only they can read
            return who
        return found if found.name == who.name else who
