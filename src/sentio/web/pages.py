"""One route for all pages: a browser that asks for a page gets the application, whatever path."""

from __future__ import annotations

import html
import secrets

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from sentio.web.built import File, built

POLICY = (
    "default-src 'self'; img-src 'self' blob:; style-src 'self' 'nonce-{nonce}'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEAD = '<head>\n    <base href="{base}" />\n    <meta name="csp-nonce" content="{nonce}" />'
NOT_BUILT = (
    "<!doctype html><title>Sentio</title><h1>The user interface is not built</h1>"
    "<p>The API works. To build the pages: <code>make ui</code></p>"
)
OTHERS = ("/api/", "/tmf-api/", "/metrics", "/openapi.json")  # a browser is told of them as it is


def add_pages(app: FastAPI) -> None:
    """Serve the user interface at the root of an application, beside what it has."""
    app.router.routes.insert(0, Pages(built()))


class Pages(BaseRoute):
    """The route of pages and of what they are made of.

    Only GET with ``text/html`` among what is accepted is a page: so `/health` is one to a browser
    and a report to a probe.
    """

    def __init__(self, files: dict[str, File]) -> None:
        self._files = files

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a request is for a page or for a file of them."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return Match.NONE, {}
        path = _path(scope)
        if path.removeprefix("/") in self._files and path != "/index.html":
            return Match.FULL, {}
        accepts = Headers(scope=scope).get("accept", "")
        is_page = "text/html" in accepts and not path.startswith(OTHERS)
        return (Match.FULL if is_page else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        file = self._files.get(_path(scope).removeprefix("/"))
        answer = self._page(scope) if file is None else _file(file, Headers(scope=scope))
        await answer(scope, receive, send)

    def _page(self, scope: Scope) -> Response:
        index = self._files.get("index.html")
        if index is None:
            return HTMLResponse(NOT_BUILT, status_code=503)
        nonce = secrets.token_urlsafe(16)
        base = html.escape(str(scope.get("root_path", "")).rstrip("/") + "/", quote=True)
        text = index.content.decode().replace("<head>", HEAD.format(base=base, nonce=nonce), 1)
        policy = POLICY.format(nonce=nonce)
        return HTMLResponse(
            text, headers={"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
        )


def _file(file: File, asked: Headers) -> Response:
    is_packed = file.packed is not None and "gzip" in asked.get("accept-encoding", "")
    lasting = "public, max-age=31536000, immutable" if file.never_changes else "no-cache"
    headers = {"Cache-Control": lasting, "Vary": "Accept-Encoding"}
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    content = file.packed if is_packed else file.content
    return Response(content, media_type=file.media_type, headers=headers)


def _path(scope: Scope) -> str:
    """Give the path behind what stands before every path."""
    return str(scope["path"]).removeprefix(str(scope.get("root_path", ""))) or "/"
