"""All routers of pages, in the order in which they are tried."""

from __future__ import annotations

from fastapi import APIRouter

from sentio.api.access import Access
from sentio.api.export import query_router
from sentio.loop.platform import Platform
from sentio.loop.running import Running


def page_routers(platform: Platform, loop: Running, access: Access) -> list[APIRouter]:
    """Make them."""
    del loop
    return [
        query_router(platform, access),
    ]
