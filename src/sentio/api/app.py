"""Puts the HTTP application together."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from sentio import __version__
from sentio.api.access import Access
from sentio.api.address import check_address, is_loopback
from sentio.api.awareness import (
    data_faults_router,
    degradations_router,
    diagnoses_router,
    orders_router,
)
from sentio.api.body import BodyLimits
from sentio.api.care import care_router, sufferers_router
from sentio.api.domains import domains_router, intents_router, reports_router
from sentio.api.experience import experience_router
from sentio.api.guard import is_guarded, open_access
from sentio.api.health import health_router
from sentio.api.ingest import Ingest, ingest_router
from sentio.api.intake import Intake
from sentio.api.metrics import Metrics
from sentio.api.notify import open_notifier
from sentio.api.notify.feed import Feed
from sentio.api.notify.routes import notifications_router
from sentio.api.notify.webhooks import webhooks
from sentio.api.nwdaf import Analytics, Reports, analytics_router, subscriptions_router
from sentio.api.plans import plans_router
from sentio.api.problems import add_problems
from sentio.api.rate import Rate
from sentio.api.reading import reading_router
from sentio.api.rim import Rim
from sentio.api.service_problems import service_problems_router
from sentio.api.sinks import sinks_router
from sentio.api.stream import stream_router
from sentio.api.watch import watch_router
from sentio.api.works import works_router
from sentio.ingest.sources.limits import Limits
from sentio.kernel.config import Settings
from sentio.loop.change import OnChange
from sentio.loop.domains.desk import IntentDesk
from sentio.loop.live import explain_nothing
from sentio.loop.platform import MEGABYTE, Platform
from sentio.loop.running import Explainer, Running

DESCRIPTION = (
    "Push telemetry and know that it is kept; ask how good the sources are, "
    "and where, since when and for whom experience declined."
)


def create_app(
    platform: Platform,
    *,
    explainer: Explainer = lambda _live: explain_nothing,
    on_change: OnChange = lambda _change: None,
) -> FastAPI:
    """Make the application over an open platform, which it does not close.

    ``explainer`` makes what explains degradations, ``on_change`` is told of each as it is seen.
    What has been accepted is committed before the application's shutdown is over.

    Raises
    ------
    RefusedError
        The settings name an address that others can reach, and no API key is in force.
    """
    settings = platform.settings
    check_address(settings.api_host, has_keys=is_guarded(platform.state, settings))
    is_local = is_loopback(settings.api_host)
    metrics = Metrics()
    access = open_access(platform.state, settings, clock=platform.clock)
    intake = _intake(platform, metrics)
    loop = Running(
        platform.warehouse,
        platform.state,
        settings=settings,
        clock=platform.clock,
        explainer=explainer,
        on_change=on_change,
    )

    notifier = open_notifier(
        platform.state, settings, clock=platform.clock, registry=metrics.registry
    )
    analytics = Analytics(platform)
    reports = Reports(analytics, notifier)
    feed = Feed(
        loop.told,
        notifier,
        newest=lambda: loop.newest_event,
        clock=platform.clock,
        readings=(webhooks, reports.reading),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        intake.start()
        notifier.start()
        reports.start()
        feed.start()
        if settings.awareness_enabled:
            loop.start()
        yield
        loop.stop()
        await run_in_threadpool(intake.close)
        await run_in_threadpool(loop.close)
        await run_in_threadpool(feed.close)
        await run_in_threadpool(reports.close)
        await run_in_threadpool(notifier.close)

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
    app.state.notifier = notifier
    app.state.feed = feed
    app.state.loop = loop
    add_problems(app)
    app.add_middleware(Rim, is_local=is_local)
    ingest = _ingest(platform, intake, metrics)
    app.include_router(ingest_router(ingest, access))
    app.include_router(sinks_router(ingest, access, settings))
    _add_reading(app, loop)
    app.include_router(analytics_router(analytics, access))
    app.include_router(subscriptions_router(reports, access, platform))
    app.include_router(health_router(platform, intake, metrics, access=access))
    return app


def _add_reading(app: FastAPI, loop: Running) -> None:
    platform: Platform = app.state.platform
    access: Access = app.state.access
    desk = IntentDesk(platform.state, platform.clock)
    app.state.is_stopping = lambda: False  # who runs the application may know better

    def is_stopping() -> bool:
        return loop.is_stopping or bool(app.state.is_stopping())

    for prefix, router in (
        ("", reading_router(platform, access)),  # /v1: where it was first
        ("/api", reading_router(platform, access)),
        ("/api", degradations_router(platform, access)),
        ("/api", diagnoses_router(loop.told, access)),
        ("/api", orders_router(loop.told, access)),
        ("/api", data_faults_router(loop.told, access)),
        ("/api", plans_router(platform.state, access)),
        ("/api", experience_router(platform, access)),
        ("/api", watch_router(loop, access)),
        ("/api", domains_router(desk, access)),
        ("/api", intents_router(desk, access)),
        ("/api", reports_router(desk, access)),
        ("/api", service_problems_router(platform.state, access, platform.clock)),
        ("/api", works_router(platform, access)),
        ("/api", care_router(platform, access)),
        ("/api", sufferers_router(platform, access)),
        ("/api", notifications_router(app.state.notifier, access, platform, loop.told)),
        (
            "/api",
            stream_router(
                loop.told, access, newest=lambda: loop.newest_event, is_stopping=is_stopping
            ),
        ),
    ):
        app.include_router(router, prefix=prefix)


def _intake(platform: Platform, metrics: Metrics) -> Intake:
    settings = platform.settings
    return Intake(
        platform.record_path,
        clock=platform.clock,
        metrics=metrics,
        depth=settings.api_queue_bodies,
        remember_days=settings.api_idempotency_days,
    )


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
