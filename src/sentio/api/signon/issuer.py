"""The keys of an issuer: found by its discovery document, kept, and read anew as they rotate.

OpenID Connect Discovery 1.0, RFC 7517 (JSON Web Key).
"""

from __future__ import annotations

import base64
import threading
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx
from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

from sentio.api.address import is_loopback
from sentio.kernel.clock import Clock
from sentio.kernel.errors import ConfigError, SentioError

DISCOVERY = "/.well-known/openid-configuration"
SECOND_NS = 1_000_000_000
KEEP_NS = 3600 * SECOND_NS  # then the keys are read again
LEAST_PAUSE_NS = 10 * SECOND_NS  # between two readings, whatever key is asked for
MOST_BYTES = 1_000_000
TIMEOUT_S = 5.0

Json = dict[str, Any]  # Any: JSON


class IssuerDown(SentioError, ConnectionError):
    """The issuer cannot be asked for its keys; later it may."""

    kind = "issuer-down"


class Issuer:
    """Gives keys by their id; safe from any thread.

    Parameters
    ----------
    transport
        Another way to reach it (tests).

    Raises
    ------
    ConfigError
        The issuer is no https address, and not on this machine either.
    """

    def __init__(
        self, url: str, *, clock: Clock, transport: httpx.BaseTransport | None = None
    ) -> None:
        _check(url)
        self.url = url
        self._clock = clock
        self._transport = transport
        self._turn = threading.Lock()
        self._keys: dict[str | None, PyJWK] = {}
        self._told: Json = {}
        self._read_ns: int | None = None
        self._tried_ns: int | None = None

    def key(self, key_id: str | None) -> PyJWK | None:
        """Give a key; one that is not known is looked for, but not more often than now and then.

        Raises
        ------
        IssuerDown
            No keys are known and the issuer does not give them.
        """
        found = self._keys.get(key_id)
        if found is not None and (not self._is_old() or self._turn.locked()):
            return found  # nobody waits for keys that are read anew
        with self._turn:
            now_ns = self._clock.now_ns()
            if (self._is_old() or key_id not in self._keys) and self._may_ask(now_ns):
                self._tried_ns = now_ns
                self._refresh(now_ns)
        if self._read_ns is None:
            raise IssuerDown("the issuer's keys are not known yet", where="oidc_issuer")
        return self._keys.get(key_id)

    def endpoint(self, name: str) -> str:
        """Give an address of its discovery document, such as ``token_endpoint``.

        Raises
        ------
        IssuerDown
            The document cannot be read, or it names no such address that can be trusted.
        """
        self.key(None)  # reads the document where it is not known, or old
        place = str(self._told.get(name, ""))
        try:
            _check(place)
        except ConfigError as error:
            raise IssuerDown(
                f"the issuer names no {name} that can be used", where="oidc_issuer"
            ) from error
        return place

    def post(self, url: str, fields: dict[str, str], *, basic: tuple[str, str] | None) -> Json:
        """Send a form to the issuer and give the object that it answers with.

        Raises
        ------
        IssuerDown
            It does not answer, or refuses.
        """
        try:
            with self._client() as client:
                answer = client.post(url, data=fields, headers=_basic(basic))
                answer.raise_for_status()
                return _object(answer)
        except (httpx.HTTPError, ValueError) as error:
            raise IssuerDown(f"the issuer refuses: {error}", where=self.url) from error

    def _is_old(self) -> bool:
        return self._read_ns is None or self._clock.now_ns() - self._read_ns > KEEP_NS

    def _may_ask(self, now_ns: int) -> bool:
        return self._tried_ns is None or now_ns - self._tried_ns >= LEAST_PAUSE_NS

    def _refresh(self, now_ns: int) -> None:
        try:
            self._keys = self._fetch()
            self._read_ns = now_ns
        except (httpx.HTTPError, ValueError, PyJWTError, ConfigError) as error:
            if self._read_ns is None:
                raise IssuerDown(
                    f"the issuer does not give its keys: {error}",
                    where=self.url,
                    next_step="Check oidc_issuer, and that it can be reached from here.",
                ) from error

    def _fetch(self) -> dict[str | None, PyJWK]:
        with self._client() as client:
            told = _json(client, self.url.rstrip("/") + DISCOVERY)
            if told.get("issuer") != self.url:
                raise ValueError(f"its discovery document is of {told.get('issuer')!r}")
            place = str(told.get("jwks_uri", ""))
            _check(place)
            found = _json(client, place)
            self._told = told
        usable = [each for each in found.get("keys", []) if _is_for_signatures(each)]
        if not usable:
            return {}
        return {each.key_id: each for each in PyJWKSet.from_dict({"keys": usable}).keys}

    def _client(self) -> httpx.Client:
        return httpx.Client(
            timeout=TIMEOUT_S, transport=self._transport, trust_env=False, follow_redirects=False
        )


def _basic(client: tuple[str, str] | None) -> dict[str, str]:
    """Name a client as RFC 6749, 2.3.1 wants it."""
    if client is None:
        return {}
    told = ":".join(quote_plus(each) for each in client)
    return {"Authorization": f"Basic {base64.b64encode(told.encode()).decode()}"}


def _json(client: httpx.Client, url: str) -> Json:
    answer = client.get(url)
    answer.raise_for_status()
    return _object(answer)


def _object(answer: httpx.Response) -> Json:
    if len(answer.content) > MOST_BYTES:
        raise ValueError(f"{len(answer.content)} bytes came")
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  (a wrong answer, no wrong type of ours)
    return found


def _is_for_signatures(key: object) -> bool:
    is_asymmetric = isinstance(key, dict) and key.get("kty") in {"RSA", "EC"}
    return is_asymmetric and key.get("use", "sig") == "sig"  # pyright: ignore[reportAttributeAccessIssue]


def _check(url: str) -> None:
    parts = urlsplit(url)
    is_here = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not (parts.scheme == "https" and parts.hostname) and not is_here:
        raise ConfigError(
            f"{url!r} is no https address",
            where="oidc_issuer",
            expected="https, or http on this machine",
        )
