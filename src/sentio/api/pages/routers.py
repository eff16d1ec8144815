"""All routers of pages, in the order in which they are tried."""

from __future__ import annotations

from fastapi import APIRouter

from sentio.api.access import Access
from sentio.api.pages.annotations import annotations_router
from sentio.api.pages.domains import domains_page_router
from sentio.api.pages.health import health_page_router
from sentio.api.pages.works import works_page_router
from sentio.loop.platform import Platform
from sentio.loop.running import Running


def page_routers(platform: Platform, loop: Running, access: Access) -> list[APIRouter]:
    """Make them."""
    return [
        annotations_router(platform.state, access, platform.clock),
        domains_page_router(platform, access),
        health_page_router(platform, loop, access),
        works_page_router(platform, access),
    ]
