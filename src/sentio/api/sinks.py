"""Where others send their events to as their own standards say: 3GPP faults, VES."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from sentio.api.access import Access
from sentio.api.ingest import Ingest, pushed
from sentio.kernel.config import Settings

FAULTS = "/api/3gpp/faultMnS/v1/notificationSink"  # TS 28.532
VES = "/eventListener/v7"  # VES Event Listener 7
PROBLEMS: dict[int | str, dict[str, Any]] = {  # Any: OpenAPI
    413: {"description": "The body is too large."},
    415: {"description": "Not a media type or encoding that is taken."},
    422: {"description": "Nothing of the body could be kept."},
    429: {"description": "The queue is full, or the source sends too fast."},
}
BODY: dict[str, Any] = {  # Any: OpenAPI; streamed to the intake, not read by the framework
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": [{"type": "object"}, {"type": "array", "items": {}}]}
            }
        },
    }
}


def sinks_router(ingest: Ingest, access: Access, settings: Settings) -> APIRouter:
    """Make the routes; each answers once what was sent is committed."""
    router = APIRouter(
        tags=["ingest"], dependencies=[Depends(access.needs("ingest"))], responses=PROBLEMS
    )

    @router.post(
        FAULTS, status_code=204, summary="Fault notifications (3GPP TS 28.532)", openapi_extra=BODY
    )
    async def faults(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Take a notification, or an array of them."""
        await pushed(ingest, settings.fault_source, request, {"format": "fault_mns"})
        return Response(status_code=204)

    empty: dict[str, Any] = {"status_code": 202, "response_class": Response}  # Any: of the route

    @router.post(VES, summary="A VES event", openapi_extra=BODY, **empty)
    @router.post(f"{VES}/eventBatch", summary="VES events", openapi_extra=BODY, **empty)
    async def events(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Take an event, or a list of them."""
        await pushed(ingest, settings.ves_source, request, {"format": "ves"})
        return Response(status_code=202)

    return router
