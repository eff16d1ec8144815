"""All routers of pages, in the order in which they are tried."""

from __future__ import annotations

from fastapi import APIRouter

from sentio.api.access import Access
from sentio.api.export import query_router
from sentio.api.pages.annotations import annotations_router
from sentio.api.pages.cases import cases_router, tickets_router
from sentio.api.pages.domains import domains_page_router
from sentio.api.pages.freshness import freshness_router
from sentio.api.pages.groups import groups_router
from sentio.api.pages.health import health_page_router
from sentio.api.pages.incident_work import acknowledgements_router, incident_work_router
from sentio.api.pages.incidents import incident_router, incidents_router
from sentio.api.pages.map import map_router
from sentio.api.pages.overview import overview_router
from sentio.api.pages.places import Places
from sentio.api.pages.search import search_router
from sentio.api.pages.service_parts import service_parts_router
from sentio.api.pages.services import services_router
from sentio.api.pages.subjects import subjects_router, uses_router
from sentio.api.pages.works import works_page_router
from sentio.loop.care.directory import Directory
from sentio.loop.platform import Platform
from sentio.loop.running import Running


def page_routers(platform: Platform, loop: Running, access: Access) -> list[APIRouter]:
    """Make them."""
    places = Places(platform.warehouse)
    directory = Directory(platform.warehouse)
    return [
        freshness_router(platform, access),
        overview_router(platform, access, places),
        map_router(platform, access, places),
        services_router(platform, access),
        service_parts_router(platform, access),
        incidents_router(platform, access),
        incident_router(platform, access),
        acknowledgements_router(platform, access),
        incident_work_router(platform, access),
        subjects_router(platform, directory, access),
        uses_router(platform, access),
        cases_router(platform, directory, access),
        tickets_router(platform, access),
        groups_router(platform, access),
        search_router(platform, directory, access),
        annotations_router(platform.state, access, platform.clock),
        domains_page_router(platform, access),
        health_page_router(platform, loop, access),
        works_page_router(platform, access),
        query_router(platform, access),
    ]
