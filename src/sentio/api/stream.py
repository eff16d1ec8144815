"""GET events/stream: degradations, diagnoses, data faults as told, as server-sent events (HTML)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from sentio.api.access import Access
from sentio.api.awareness import with_moments
from sentio.api.problems import RequestError
from sentio.store.state.told import Told, ToldEvent

LOOK_S = 0.25  # at a number in memory
ASK_S = 0.5  # of the database, what others have told
HEARTBEAT_S = 15.0  # proxies drop a connection on which nothing is said for a minute
AT_ONCE = 100

Newest = Callable[[], int]
IsStopping = Callable[[], bool]


class NewestEvent:
    """The number of the newest event, of whoever told it: asked of the database twice a second.

    What the loop tells is known at once, what people and controllers do a moment later; many
    streams ask no more often than one.
    """

    def __init__(self, told: Told, of_loop: Newest) -> None:
        self._told = told
        self._of_loop = of_loop
        self._known = 0
        self._asked_s = -ASK_S

    def __call__(self) -> int:
        """Give it."""
        now_s = time.monotonic()
        if now_s - self._asked_s >= ASK_S:
            self._asked_s = now_s
            self._known = self._told.newest_event()
        return max(self._known, self._of_loop())


def stream_router(
    told: Told, access: Access, *, newest: Newest, is_stopping: IsStopping
) -> APIRouter:
    """Make the route; ``newest`` is the number of the newest event, cheap to ask."""
    router = APIRouter(
        prefix="/v1", tags=["awareness"], dependencies=[Depends(access.needs("read"))]
    )

    @router.get(
        "/events/stream",
        summary="What is told, as it is told",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    def stream(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        last_event_id: Annotated[
            str | None, Header(description="The last event received: goes on behind it.")
        ] = None,
        after: Annotated[
            int | None, Query(ge=0, description="The same; 0 begins with the oldest that is kept.")
        ] = None,
    ) -> StreamingResponse:
        """Send all that is told; without a last id, from now on.

        Kinds: `degradation`, `diagnosis`, `data_fault`, `plan`, `outcome`, `task`, `answer` (what
        people said to a plan), `service_problem` and `incident` (what people did about one).
        """
        begin = _number(last_event_id) if last_event_id is not None else after
        return StreamingResponse(
            events(
                told,
                newest() if begin is None else begin,
                newest=newest,
                is_stopping=is_stopping,
            ),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    return router


async def events(
    told: Told,
    after: int,
    *,
    newest: Newest,
    is_stopping: IsStopping,
    heartbeat_s: float = HEARTBEAT_S,
) -> AsyncGenerator[bytes]:
    """Give events behind a number as they come, and a comment now and then; ends at shutdown."""
    yield b": told as it is seen\n\n"
    said_s = time.monotonic()
    while not is_stopping():
        if newest() > after:
            told_now = newest()
            found = await run_in_threadpool(told.events, after, limit=AT_ONCE)
            for each in found:
                yield _written(each)
            after = found[-1].id if found else told_now  # what is no longer kept is passed over
            said_s = time.monotonic()
        elif time.monotonic() - said_s >= heartbeat_s:
            yield b": still here\n\n"
            said_s = time.monotonic()
        else:
            await asyncio.sleep(LOOK_S)


def _written(each: ToldEvent) -> bytes:
    body = orjson.dumps(with_moments(each.body))  # one line: JSON holds no line break
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (each.id, each.kind.encode(), body)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise RequestError(
            422, f"{text!r} is no event", where="Last-Event-ID", expected="the id of an event"
        )
    return int(text)
