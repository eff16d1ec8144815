"""GET /health, /ready and /metrics: alive, able to take records, and counted."""

from __future__ import annotations

import shutil

import duckdb
from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from sentio import __version__
from sentio.api.access import Access
from sentio.api.intake import Intake
from sentio.api.metrics import Metrics
from sentio.kernel.errors import StoreError
from sentio.loop.platform import Platform

LEAST_FREE_BYTES = 268_435_456


def health_router(
    platform: Platform, intake: Intake, metrics: Metrics, *, access: Access
) -> APIRouter:
    """Make the routes; only the metrics need a key."""
    router = APIRouter(tags=["operation"])

    @router.get("/health", summary="Is the process alive?")
    def health() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return {"status": "alive", "release": __version__}

    @router.get("/ready", summary="Can it take records now?")
    def ready() -> JSONResponse:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        checks = {
            "intake": intake.is_working,
            "queue": intake.has_room,
            "store": _store_answers(platform),
            "state": _state_answers(platform),
            "disk": _has_disk(platform),
        }
        is_ready = all(checks.values())
        return JSONResponse({"ready": is_ready, "checks": checks}, 200 if is_ready else 503)

    @router.get(
        "/metrics",
        summary="Prometheus metrics",
        dependencies=[Depends(access.needs("read"))],
        response_class=Response,
    )
    def all_metrics() -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return Response(metrics.text(), media_type=metrics.content_type)

    return router


def _store_answers(platform: Platform) -> bool:
    try:
        platform.warehouse.con.cursor().execute("SELECT 1 FROM about LIMIT 1")
    except duckdb.Error:
        return False
    return True


def _state_answers(platform: Platform) -> bool:
    try:
        platform.state.has_keys()
    except StoreError:
        return False
    return True


def _has_disk(platform: Platform) -> bool:
    return shutil.disk_usage(platform.settings.data_folder).free > LEAST_FREE_BYTES
