"""Puts the HTTP application together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

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
from sentio.api.described import with_problems
from sentio.api.domains import domains_router, intents_router, reports_router
from sentio.api.execution import (
    approvals_router,
    audit_router,
    automation_router,
    tasks_router,
)
from sentio.api.experience import experience_router
from sentio.api.guard import is_guarded, open_access, open_code_flow, open_sessions
from sentio.api.health import health_router
from sentio.api.ingest import Ingest, ingest_router
from sentio.api.intake import Intake
from sentio.api.metrics import Metrics
from sentio.api.notify.routes import notifications_router
from sentio.api.nwdaf import analytics_router, subscriptions_router
from sentio.api.outward import Outward
from sentio.api.own_metrics import OwnMetrics
from sentio.api.pages.routers import page_routers
from sentio.api.plans import plans_router
from sentio.api.problems import add_problems
from sentio.api.prom import prometheus_router
from sentio.api.rate import Rate
from sentio.api.reading import reading_router
from sentio.api.rim import Rim
from sentio.api.root_path import RootPath
from sentio.api.service_problems import service_problems_router
from sentio.api.signon.routes import session_router
from sentio.api.sinks import sinks_router
from sentio.api.stream import NewestEvent, stream_router
from sentio.api.tmf.openapi import add_open_apis
from sentio.api.tmf.serving import open_api_routes, open_engine
from sentio.api.watch import watch_router
from sentio.api.works import works_router
from sentio.decision.catalogue import ACTIONS
from sentio.execution.routes import routes
from sentio.execution.runner import Runner
from sentio.ingest.sources.limits import Limits
from sentio.kernel.config import Settings
from sentio.loop.change import OnChange
from sentio.loop.domains.desk import IntentDesk
from sentio.loop.live import explain_nothing
from sentio.loop.platform import MEGABYTE, Platform
from sentio.loop.running import Explainer, Running
from sentio.store.state.steering import Steering
from sentio.store.state.tasks import Tasks

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
    sessions = open_sessions(platform.state, settings, key=platform.key, clock=platform.clock)
    access = open_access(platform.state, settings, clock=platform.clock, sessions=sessions)
    intake = _intake(platform, metrics)
    loop = Running(
        platform.warehouse,
        platform.state,
        settings=settings,
        clock=platform.clock,
        explainer=explainer,
        on_change=on_change,
        carries=_runner(platform),
    )
    metrics.registry.register(OwnMetrics(loop))
    intake.on_commit = loop.look
    outward = Outward(platform, loop, metrics.registry)

    app = FastAPI(
        title="Sentio",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan(intake, loop, outward, is_watching=settings.awareness_enabled),
        docs_url=None,  # its page would load code from elsewhere
        redoc_url=None,
    )
    app.state.intake = intake
    app.state.access = access
    app.state.platform = platform
    app.state.outward, app.state.notifier = outward, outward.notifier
    app.state.loop = loop
    add_problems(app)
    app.add_middleware(Rim, is_local=is_local)
    ingest = _ingest(platform, intake, metrics)
    app.include_router(ingest_router(ingest, access))
    app.include_router(sinks_router(ingest, access, settings))
    flow = open_code_flow(settings, key=platform.key, clock=platform.clock)
    app.include_router(session_router(access, sessions, flow, settings), prefix="/api")
    _add_reading(app, loop)
    _add_open_apis(app)
    app.include_router(health_router(platform, intake, metrics, access=access))
    return app


def _lifespan(
    intake: Intake, loop: Running, outward: Outward, *, is_watching: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        intake.start()
        outward.start()
        if is_watching:
            loop.start()
        yield
        loop.stop()
        await run_in_threadpool(intake.close)
        await run_in_threadpool(loop.close)
        await run_in_threadpool(outward.close)

    return lifespan


def _add_reading(app: FastAPI, loop: Running) -> None:
    platform: Platform = app.state.platform
    access: Access = app.state.access
    desk = IntentDesk(platform.state, platform.clock)
    app.state.is_stopping = lambda: False  # who runs the application may know better

    def is_stopping() -> bool:
        return loop.is_stopping or bool(app.state.is_stopping())

    outward: Outward = app.state.outward
    for prefix, router in (
        ("", analytics_router(outward.analytics, access)),
        ("", subscriptions_router(outward.reports, access, platform)),
        ("", prometheus_router(platform, access)),
        ("", reading_router(platform, access)),  # /v1: where it was first
        ("/api", reading_router(platform, access)),
        ("/api", degradations_router(platform, access)),
        ("/api", diagnoses_router(loop.told, access)),
        ("/api", orders_router(loop.told, access)),
        ("/api", data_faults_router(loop.told, access)),
        ("/api", plans_router(platform.state, access)),
        ("/api", approvals_router(platform.state, access, platform.clock, look=loop.look)),
        ("/api", tasks_router(platform.state, access, platform.clock, wake=loop.wake)),
        ("/api", automation_router(platform.state, access, platform.clock, wake=loop.wake)),
        ("/api", audit_router(platform.state, access)),
        ("/api", experience_router(platform, access)),
        ("/api", watch_router(loop, access)),
        ("/api", domains_router(desk, access)),
        ("/api", intents_router(desk, access)),
        ("/api", reports_router(desk, access)),
        ("/api", service_problems_router(platform.state, access, platform.clock)),
        ("/api", works_router(platform, access)),
        ("/api", care_router(platform, access)),
        ("/api", sufferers_router(platform, access)),
        ("/api", notifications_router(outward.notifier, access, platform, loop.told)),
        (
            "/api",
            stream_router(
                loop.told,
                access,
                newest=NewestEvent(loop.told, lambda: loop.newest_event),
                is_stopping=is_stopping,
            ),
        ),
        *(("/api", router) for router in page_routers(platform, loop, access)),
    ):
        app.include_router(router, prefix=prefix)


def _runner(platform: Platform) -> Runner:
    steering = Steering(platform.state)
    return Runner(
        Tasks(platform.state),
        routes(platform.settings, known=ACTIONS.names()),
        clock=platform.clock,
        is_stopped=lambda: steering.switch().is_stopped,
    )


def _add_open_apis(app: FastAPI) -> None:
    """Serve the Open APIs of the tables, and let the server's description hold them."""
    platform: Platform = app.state.platform
    if platform.settings.api_root_path:
        app.add_middleware(RootPath, prefix=platform.settings.api_root_path)
    app.state.tmf = open_engine(platform, app.state.notifier)
    app.router.routes.extend(open_api_routes(app.state.tmf, app.state.access, platform))
    own = app.openapi

    def described() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = with_problems(add_open_apis(own()))
        return app.openapi_schema

    app.openapi = described


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
