"""Open APIs over HTTP: one endpoint an API; the table says what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlencode

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sentio.api.access import Access
from sentio.api.problems import RequestError
from sentio.api.tmf.engine import Engine, Place
from sentio.api.tmf.errors import bad, missing, tmf_error
from sentio.api.tmf.listing import Listed
from sentio.api.tmf.patching import MERGE, OPERATIONS, PLAIN, QUERY
from sentio.api.tmf.projecting import project, projection
from sentio.api.tmf.query import cursor
from sentio.api.tmf.table import ApiTable
from sentio.kernel.errors import SentioError
from sentio.kernel.log import logger

log = logger("tmf")

METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT", "TRACE", "CONNECT")
HUB = "hub"
PATCHES = {"v4": (PLAIN, MERGE), "v5": (PLAIN, MERGE, OPERATIONS, QUERY)}
Params = list[tuple[str, str]]


class Served:
    """One API over HTTP.

    Parameters
    ----------
    most_bytes
        What a body may have.
    """

    def __init__(self, api: ApiTable, engine: Engine, access: Access, *, most_bytes: int) -> None:
        self._api = api
        self._engine = engine
        self._reads, self._writes = access.needs("read"), access.needs("tmf")
        self._most_bytes = most_bytes

    def routes(self) -> Iterator[BaseRoute]:
        """Give the routes, below each path that the API has."""
        for path in (self._api.path, *self._api.also):
            for end in ("", "/{rest:path}"):
                route = Route(path + end, self.answer, methods=METHODS, include_in_schema=False)
                if end:  # as it is, a path with a line break would lead elsewhere
                    route.path_regex = re.compile(rf"{re.escape(path)}/(?P<rest>[\s\S]*)\Z")
                yield route

    async def answer(self, request: Request) -> Response:
        """Answer a request; whatever is wrong with it is told as TM Forum does."""
        try:
            body = await self._body(request)
            return await run_in_threadpool(self._answer, request, body)
        except SentioError as error:
            return tmf_error(error)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            log.exception("unforeseen", path=request.url.path)
            return tmf_error(RequestError(500, "something went wrong that nobody foresaw"))

    def _answer(self, request: Request, body: bytes) -> Response:
        (self._reads if request.method in {"GET", "HEAD", "OPTIONS"} else self._writes)(request)
        parts = self._parts(request)
        if any("\x00" in part for part in parts):
            raise missing("resource", "with NUL in its name")
        if parts and parts[0] == HUB and len(parts) <= 2:  # noqa: PLR2004  (hub and its id)
            return self._hub(request, parts[1:], body)
        place, name = self._place(parts)
        allowed = _allowed(place, name)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(allowed)})
        if request.method not in allowed:
            raise _not_allowed(request.method, allowed)
        return self._on_resource(request, place, name, body)

    def _on_resource(
        self, request: Request, place: Place, name: str | None, body: bytes
    ) -> Response:
        params: Params = list(request.query_params.multi_items())
        tree = projection([value for key, value in params if key == "fields"], place.api.generation)
        match request.method:
            case "POST":
                _media(request, (PLAIN,))
                made = self._engine.create(place, _json(body))
                return JSONResponse(project(made, tree), 201, {"Location": made["href"]})
            case "PATCH":
                media = _media(request, PATCHES[place.api.generation])
                patched = self._engine.patch(place, name or "", _json(body), media)
                return JSONResponse(project(patched, tree))
            case "DELETE":
                self._engine.remove(place, name or "")
                return Response(status_code=204)
            case _ if name is not None:
                return JSONResponse(project(self._engine.retrieve(place, name), tree))
            case _:
                listed, shown = self._engine.list(place, params)
                items = [project(item, shown) for item in listed.items]
                headers = _list_headers(place, listed, params)
                return JSONResponse(items, 206 if listed.is_partial else 200, headers)

    def _hub(self, request: Request, parts: list[str], body: bytes) -> Response:
        desk, api = self._engine.desk, self._api
        allowed = ("GET", "HEAD", "DELETE", "OPTIONS") if parts else ("GET", "HEAD", "POST")
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(allowed)})
        match request.method:
            case "POST" if not parts:
                _media(request, (PLAIN,))
                given = _json(body)
                if api.generation == "v5" and isinstance(given, dict) and "@type" not in given:
                    raise bad("@type is missing", where="body", expected="a Hub with @type")
                made, secret = desk.register(api, given)
                made["href"] = f"{self._engine.root}{made['href']}"
                told = {"Location": made["href"], "X-Sentio-Secret": secret}
                return JSONResponse(made, 201, told)
            case "GET" | "HEAD" if parts:
                return JSONResponse(desk.one(api, parts[0]))
            case "GET" | "HEAD":
                found = desk.list(api)
                counts = {"X-Total-Count": str(len(found)), "X-Result-Count": str(len(found))}
                return JSONResponse(found, headers=counts)
            case "DELETE" if parts:
                desk.remove(api, parts[0])
                return Response(status_code=204)
            case _:
                raise _not_allowed(request.method, allowed)

    def _place(self, parts: list[str]) -> tuple[Place, str | None]:
        """Find what a path means: a list, one of it, or either of those below a resource."""
        known = self._api.resources
        top = {name for name, each in known.items() if not each.parent}
        match parts:
            case [name] if name in top:
                return Place(self._api, name), None
            case [name, one] if name in top:
                return Place(self._api, name), one
            case [parent, above, name, *rest] if (
                name in known and known[name].parent == parent and len(rest) < 2  # noqa: PLR2004  (one id)
            ):
                return Place(self._api, name, above), (rest[0] if rest else None)
            case _:
                raise missing("resource", "/".join(parts)[:200])

    def _parts(self, request: Request) -> list[str]:
        """Take the path apart as it was sent: an id may hold a slash, written as %2F."""
        raw = request.scope.get("raw_path") or request.url.path.encode()
        whole = raw.decode("latin-1").split("?", 1)[0].rstrip("/")
        for path in (self._api.path, *self._api.also):
            _, found, rest = whole.partition(path)
            if found and rest[:1] in {"", "/"}:
                return [unquote(part) for part in rest.split("/")[1:]]
        return [part for part in str(request.path_params.get("rest", "")).split("/") if part]

    async def _body(self, request: Request) -> bytes:
        found = bytearray()
        async for part in request.stream():
            found += part
            if len(found) > self._most_bytes:
                raise RequestError(
                    413, "the body is too large", expected=f"{self._most_bytes} bytes at most"
                )
        return bytes(found)


def _allowed(place: Place, name: str | None) -> list[str]:
    can = place.resource.operations
    if name is None:
        methods = [("GET", "list"), ("HEAD", "list"), ("POST", "create")]
    else:
        methods = [
            *(("GET", "retrieve"), ("HEAD", "retrieve")),
            *(("PATCH", "patch"), ("DELETE", "delete")),
        ]
    return [*(method for method, operation in methods if operation in can), "OPTIONS"]


def _not_allowed(method: str, allowed: tuple[str, ...] | list[str]) -> RequestError:
    said = ", ".join(allowed)
    return RequestError(405, f"{method} is not allowed here", expected=said, more={"Allow": said})


def _media(request: Request, known: tuple[str, ...]) -> str:
    said = request.headers.get("content-type", PLAIN).split(";")[0].strip().lower()
    if said not in known:
        raise RequestError(
            415, f"the body is {said!r}", where="Content-Type", expected=" or ".join(known)
        )
    return said


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad("the body is not JSON", where="body", expected="JSON in UTF-8") from error


def _list_headers(place: Place, listed: Listed, params: Params) -> Mapping[str, str]:
    headers = {"X-Total-Count": str(listed.total), "X-Result-Count": str(len(listed.items))}
    links: list[str] = []
    kept = [(key, value) for key, value in params if key not in {"after", "before", "offset"}]
    if listed.last and listed.has_more:
        links.append(_link(place, [*kept, ("after", cursor(listed.last))], "next"))
    if listed.first and any(key in {"after", "before", "offset"} for key, _ in params):
        links.append(_link(place, [*kept, ("before", cursor(listed.first))], "prev"))
    return {**headers, "Link": ", ".join(links)} if links else headers


def _link(place: Place, params: Params, relation: str) -> str:
    return f'<{place.path}?{urlencode(params)}>; rel="{relation}"'
