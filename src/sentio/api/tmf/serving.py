"""Puts the Open APIs into the application: engine, live resources, routes."""

from __future__ import annotations

from starlette.routing import BaseRoute

from sentio.api.access import Access
from sentio.api.tmf.engine import Engine
from sentio.api.tmf.events import Desk, Notifies
from sentio.api.tmf.http import Served
from sentio.api.tmf.live.sources import intent_tasks, live_sources
from sentio.api.tmf.table import tables
from sentio.api.tmf.tasks import TASKS
from sentio.loop.platform import MEGABYTE, Platform
from sentio.store.state.open_api import OpenApiStore


def open_engine(platform: Platform, notifier: Notifies) -> Engine:
    """Make the engine over the state of a platform."""
    store = OpenApiStore(platform.state)
    after_create, after_remove = intent_tasks(platform)
    return Engine(
        store=store,
        desk=Desk(notifier, platform.clock),
        clock=platform.clock,
        live=live_sources(platform, store),
        tasks={**TASKS, **after_create},
        removals=after_remove,
        root=platform.settings.api_root_path,
    )


def open_api_routes(engine: Engine, access: Access, platform: Platform) -> list[BaseRoute]:
    """Make the routes of all APIs."""
    most = platform.settings.tmf_max_body_mb * MEGABYTE
    served = (Served(api, engine, access, most_bytes=most) for api in tables())
    return [route for each in served for route in each.routes()]
