"""POST /ingest/{source}: a body of records, acknowledged only after its commit."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from sentio.api.access import Access
from sentio.api.body import BodyLimits, take_body
from sentio.api.intake import Answer, Intake
from sentio.api.metrics import Metrics
from sentio.api.problems import RequestError, status_of
from sentio.api.rate import Rate
from sentio.ingest.sources.push import Pushed
from sentio.kernel.clock import Clock
from sentio.kernel.errors import SentioError
from sentio.store.state import StateStore

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,200}")
SourceName = Annotated[
    str,
    Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="The operator's name of it."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """What the route needs."""

    intake: Intake
    state: StateStore
    clock: Clock
    metrics: Metrics
    limits: BodyLimits
    requests: Rate
    rows: Rate

    async def push(
        self, source: str, request: Request, forced: Mapping[str, str] | None = None
    ) -> Answer:
        """Take a body, and wait until it is committed; ``forced`` options win over the sender's."""
        self.requests.check(source)
        self.rows.check(source)
        self.requests.take(source, 1)
        with self.intake.place():
            key, options = (
                _key(request),
                {
                    **await self._options(source, request),
                    **(forced or {}),
                },
            )
            body = await take_body(request, self.limits)
            pushed = Pushed(
                source=source,
                key=key,
                digest=body.digest,
                suffix=body.suffix,
                body=body.part,
                received_ns=self.clock.now_ns(),
            )
            answer = await asyncio.wrap_future(self.intake.submit(pushed, options))
        if not answer.is_repeat:
            self.rows.take(source, answer.receipt.rows_read)
        return answer

    async def _options(self, source: str, request: Request) -> dict[str, str]:
        """Take the source's own options, then those of the query string."""
        given = request.query_params.multi_items()
        if len({name for name, _ in given}) != len(given):
            raise RequestError(422, "an option is given twice", where="query string")
        if dict(given).get("map", "").endswith(".toml"):
            raise RequestError(
                422, "a map is named by a file", where="map", expected="the name of a known map"
            )
        defined = await run_in_threadpool(self.state.source, source)
        return {**(defined.options if defined else {}), **dict(given)}


def ingest_router(ingest: Ingest, access: Access) -> APIRouter:
    """Make the route."""
    router = APIRouter(tags=["ingest"], dependencies=[Depends(access.needs("ingest"))])

    @router.post(
        "/ingest/{source}",
        summary="Push records",
        responses={
            200: {"description": "Committed; the receipt says what was kept and what rejected."},
            413: {"description": "The body is too large."},
            415: {"description": "Not a media type, encoding or format that is taken."},
            422: {"description": "Nothing of the body could be kept, or an option is wrong."},
            429: {"description": "The queue is full, or the source sends too fast."},
        },
    )
    async def push(source: SourceName, request: Request) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Read NDJSON, CSV, Arrow, Parquet or any other known format, told by its content.

        Query parameters are the options of the reading, such as `map`, `service`, `timezone`.
        With an `Idempotency-Key`, the same body sent again is answered and not read again.
        """
        answer = await pushed(ingest, source, request)
        return JSONResponse(answer.receipt.as_json(), headers=_headers(answer))

    return router


async def pushed(
    ingest: Ingest, source: str, request: Request, forced: Mapping[str, str] | None = None
) -> Answer:
    """Push a body, and count it where it is refused; raises unless something of it was kept."""
    try:
        answer = await ingest.push(source, request, forced)
    except SentioError as error:
        ingest.metrics.refused.labels(str(status_of(error))).inc()
        raise
    if answer.receipt.status != 200:  # noqa: PLR2004  (OK)
        raise _nothing_kept(answer)
    return answer


def _key(request: Request) -> str:
    """Give the sender's key in a form that has no colon, else the request's own id."""
    given = request.headers.get("idempotency-key", "").strip().strip('"')
    if not given:
        return f"~{_new_id()}"
    if not IDEMPOTENCY_KEY.fullmatch(given):
        raise RequestError(
            422,
            f"the key has {len(given)} characters, or some that are not visible ASCII",
            where="Idempotency-Key",
            expected="1 to 200 visible ASCII characters",
        )
    return quote(given, safe="")


def _new_id() -> str:
    import uuid  # noqa: PLC0415  (only bodies without a key need one)

    return uuid.uuid4().hex


def _nothing_kept(answer: Answer) -> RequestError:
    receipt = answer.receipt
    first = receipt.sample[0]
    more: dict[str, Any] = {"receipt": receipt.as_json()}  # Any: JSON
    return RequestError(
        receipt.status,
        f"none of {receipt.rows_read} rows could be kept; the first: {first.message}",
        where=f"{receipt.input}:{first.line}",
        expected="records of a known format, with the options that it needs",
        next_step="The rows stand in the dead letters; correct the cause and replay or send anew.",
        more=more,
    )


def _headers(answer: Answer) -> dict[str, str]:
    return {"Idempotent-Replayed": "true"} if answer.is_repeat else {}
