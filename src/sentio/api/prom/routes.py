"""GET and POST /prom/api/v1/...: the read API of Prometheus over experience and its indicators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sentio import __version__
from sentio.api.access import Access
from sentio.api.prom.answering import failure, success
from sentio.api.prom.metrics import METRICS
from sentio.api.prom.parameters import Parameters
from sentio.api.prom.reading import Reading
from sentio.api.prom.values import Limits
from sentio.kernel.errors import SentioError
from sentio.loop.platform import Platform

PREFIX = "/prom/api/v1"
SPEAKS = "3.0.0"  # the release of Prometheus whose rules are kept: windows open on the left


def prometheus_router(
    platform: Platform, access: Access, *, limits: Limits | None = None
) -> APIRouter:
    """Make the routes."""
    router = APIRouter(
        prefix=PREFIX, tags=["prometheus"], dependencies=[Depends(access.needs("read"))]
    )
    reading = Reading(
        platform.warehouse, now_ms=lambda: platform.clock.now_ns() // 1_000_000, limits=limits
    )

    @router.get("/query", summary="A query at one moment")
    @router.post("/query", summary="A query at one moment")
    async def query(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Give what `query` is at `time`, now unless said; the language is a part of PromQL."""
        return await _answered(request, reading.query)

    @router.get("/query_range", summary="A query at many moments")
    @router.post("/query_range", summary="A query at many moments")
    async def query_range(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Give what `query` is from `start` to `end`, every `step`."""
        return await _answered(request, reading.query_range)

    @router.get("/series", summary="The labels of series")
    @router.post("/series", summary="The labels of series")
    async def series(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """List series that fit one of the selectors in `match[]`."""
        return await _answered(request, reading.series)

    @router.get("/labels", summary="The names of labels")
    @router.post("/labels", summary="The names of labels")
    async def labels(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return await _answered(request, reading.labels)

    @router.get("/label/{name}/values", summary="The values of a label")
    async def values(name: Annotated[str, Path(max_length=100)], request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return await _answered(request, lambda given: reading.values(name, given))

    @router.get("/metadata", summary="What the metrics mean")
    async def metadata(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return await _answered(request, _metadata)

    @router.get("/status/buildinfo", summary="Which rules are kept")
    def buildinfo() -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return success({"version": SPEAKS, "application": "Sentio", "revision": __version__})

    return router


async def _answered(request: Request, answer: Callable[[Parameters], object]) -> Response:
    """Answer in the envelope of Prometheus, errors as well."""
    try:
        given = await Parameters.of(request)
        return success(await run_in_threadpool(answer, given))
    except SentioError as error:
        return failure(error)


def _metadata(given: Parameters) -> dict[str, list[dict[str, str]]]:
    wanted, limit = given.values.get("metric"), given.count("limit")
    found: dict[str, list[dict[str, str]]] = {}
    for metric in METRICS:
        if wanted and metric.name not in wanted:
            continue
        if limit is None or metric.name in found or len(found) < limit:
            about = {"type": metric.kind, "help": metric.meaning, "unit": metric.unit}
            found.setdefault(metric.name, [about])
    return found
