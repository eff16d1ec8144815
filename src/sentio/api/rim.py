"""What every request passes: its id, the check of its host, security headers, one line of log."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sentio.api.address import is_loopback
from sentio.api.problems import RequestError, problem, unforeseen
from sentio.kernel.log import logger

log = logger("api")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = frozenset({"/health", "/ready", "/metrics"})
SECURITY_HEADERS = {  # OWASP secure headers; a page of ours sets its own content policy
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class Rim:
    """ASGI middleware around the whole application.

    Parameters
    ----------
    is_local
        Whether the server listens on loopback only. Then no request may come under another host
        name: that would be a page in somebody's browser that had its name point here.
    """

    def __init__(self, app: ASGIApp, *, is_local: bool) -> None:
        self._app = app
        self._is_local = is_local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        began_s = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                ours = MutableHeaders(scope=message)
                ours["X-Request-Id"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    ours.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                refusal = self._refusal(headers)
                served = self._app if refusal is None else problem(refusal)
                await served(scope, receive, send_with_headers)
            except Exception:
                log.exception("unforeseen", path=scope["path"])
                if status:
                    raise  # the answer is half sent: only closing the connection tells
                await unforeseen()(scope, receive, send_with_headers)
            finally:
                _note(scope, status, began_s)

    def _refusal(self, headers: Headers) -> RequestError | None:
        host = headers.get("host", "")
        if self._is_local and not is_loopback(_without_port(host)):
            return RequestError(
                421,
                f"the request is for the host {host!r}",
                where="Host",
                expected="127.0.0.1 or localhost, on which this server listens",
            )
        origin = headers.get("origin")
        if origin is not None and origin.split("://", 1)[-1] != host:
            return RequestError(403, "a page of another site sent this", where="Origin")
        return None


def _note(scope: Scope, status: int, began_s: float) -> None:
    path = str(scope["path"])
    if path in QUIET:
        return
    took_ms = round(1000 * (time.perf_counter() - began_s), 1)
    log.info("request", method=scope["method"], path=path, status=status, took_ms=took_ms)


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].split("]", 1)[0]
    return host.rsplit(":", 1)[0] if ":" in host else host
