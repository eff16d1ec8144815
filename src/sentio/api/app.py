"""Puts the HTTP application together."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from sentio import __version__
from sentio.api.access import Access
from sentio.api.address import check_address, is_loopback
from sentio.api.body import BodyLimits
from sentio.api.health import health_router
from sentio.api.ingest import Ingest, ingest_router
from sentio.api.intake import Intake
from sentio.api.metrics import Metrics
from sentio.api.problems import add_problems
from sentio.api.rate import Rate
from sentio.api.reading import reading_router
from sentio.api.rim import Rim
from sentio.ingest.sources.limits import Limits
from sentio.kernel.config import Settings
from sentio.loop.platform import MEGABYTE, Platform

DESCRIPTION = "Push telemetry and know that it is kept; ask how good the sources are."


def create_app(platform: Platform) -> FastAPI:
    """Make the application over an open platform, which it does not close.

    What has been accepted is committed before the application's shutdown is over.

    Raises
    ------
    RefusedError
        The settings name an address that others can reach, and no API key is in force.
    """
    settings = platform.settings
    check_address(settings.api_host, has_keys=platform.state.has_keys())
    is_local = is_loopback(settings.api_host)
    metrics = Metrics()
    access = Access(platform.state, is_local=is_local)
    intake = Intake(
        platform.record_path,
        clock=platform.clock,
        metrics=metrics,
        depth=settings.api_queue_bodies,
        remember_days=settings.api_idempotency_days,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        intake.start()
        yield
        await run_in_threadpool(intake.close)

    app = FastAPI(
        title="Sentio",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # its page would load code from elsewhere
        redoc_url=None,
    )
    app.state.intake = intake
    app.state.access = access
    app.state.platform = platform
    add_problems(app)
    app.add_middleware(Rim, is_local=is_local)
    app.include_router(ingest_router(_ingest(platform, intake, metrics), access))
    app.include_router(reading_router(platform, access))
    app.include_router(health_router(platform, intake, metrics, access=access))
    return app


def _ingest(platform: Platform, intake: Intake, metrics: Metrics) -> Ingest:
    settings, clock = platform.settings, platform.clock
    return Ingest(
        intake=intake,
        state=platform.state,
        clock=clock,
        metrics=metrics,
        limits=_limits(settings),
        requests=Rate(settings.api_rate_requests_per_s, "requests", clock),
        rows=Rate(settings.api_rate_rows_per_s, "rows", clock),
    )


def _limits(settings: Settings) -> BodyLimits:
    unpacked = Limits(
        ratio=settings.archive_max_ratio,
        unpacked_bytes=settings.api_max_unpacked_mb * MEGABYTE,
    )
    return BodyLimits(
        sent_bytes=settings.api_max_body_mb * MEGABYTE,
        unpacked=unpacked,
        timeout_s=settings.api_body_timeout_s,
    )
