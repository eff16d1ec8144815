"""All routers of pages, in the order in which they are tried."""

from __future__ import annotations

from fastapi import APIRouter

from sentio.api.access import Access
from sentio.api.pages.incident_work import acknowledgements_router, incident_work_router
from sentio.api.pages.incidents import incident_router, incidents_router
from sentio.loop.platform import Platform
from sentio.loop.running import Running


def page_routers(platform: Platform, loop: Running, access: Access) -> list[APIRouter]:
    """Make them."""
    del loop
    return [
        incidents_router(platform, access),
        incident_router(platform, access),
        acknowledgements_router(platform, access),
        incident_work_router(platform, access),
    ]
