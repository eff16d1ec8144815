"""A controller behind HTTP carries orders out: POST one to order or renew, DELETE one by its id."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, quote, urlsplit

from sentio.kernel.errors import ConfigError, RefusedError
from sentio.kernel.values import to_plain
from sentio.model.collection import CollectionOrder

NOT_FOUND, GONE = 404, 410
REFUSED = (400, NOT_FOUND, 409, GONE, 422)
"""Answers that this one order gets, whenever it comes (RFC 9110, 15.5)."""


class Webhook:
    """Sends each order to a URL as JSON; any answer of 2xx is a yes, some of 4xx a lasting no.

    Redirects are not followed, and proxies of the environment not asked.

    Parameters
    ----------
    url
        Where to POST; an order is DELETEd at ``url/<id>``.
    token
        Sent as bearer token unless empty.
    timeout_s
        For connecting, and for each wait for an answer.

    Raises
    ------
    ConfigError
        The port of the URL is none.
    """

    def __init__(self, url: str, *, token: str = "", timeout_s: float = 5.0) -> None:
        parts = urlsplit(url)
        self._connects = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port = parts.hostname or "", _port(parts)
        self._path = parts.path.rstrip("/")
        self._query = f"?{parts.query}" if parts.query else ""
        self._timeout_s = timeout_s
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def order(self, order: CollectionOrder) -> None:
        """POST an order; the controller knows by its id whether it is renewed."""
        self._ask("POST", self._path or "/", json.dumps(to_plain(order)))

    def revoke(self, order: CollectionOrder) -> None:
        """DELETE an order; one that the controller no longer knows is as good as revoked."""
        self._ask("DELETE", f"{self._path}/{quote(order.id, safe='')}", also=(NOT_FOUND, GONE))

    def _ask(self, method: str, path: str, body: str = "", *, also: tuple[int, ...] = ()) -> None:
        connection = self._connects(self._host, self._port, timeout=self._timeout_s)
        try:
            connection.request(method, path + self._query, body or None, self._headers)
            status = connection.getresponse().status
        except HTTPException as error:
            raise ConnectionError(f"{self._host} does not speak HTTP: {error!r}") from error
        finally:
            connection.close()
        if method == "POST" and status in REFUSED:
            raise RefusedError(
                f"an order is answered with {status}",
                where="collection_url",
                expected="2xx; the controller may know no such element",
            )
        if not 200 <= status < 300 and status not in also:  # noqa: PLR2004  (RFC 9110, 15.3)
            raise ConnectionError(f"{self._host} answers {method} with {status}, not 2xx")


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError as error:
        raise ConfigError(
            f"{parts.netloc!r} has no port that there is",
            where="collection_url",
            expected="1 to 65535",
        ) from error
