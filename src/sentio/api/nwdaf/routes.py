"""GET analytics, as Nnwdaf_AnalyticsInfo offers it (3GPP TS 29.520)."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError

from sentio.api.access import Access
from sentio.api.nwdaf.analytics import Analytics
from sentio.api.nwdaf.causes import caused, malformed
from sentio.api.nwdaf.shapes import EventFilter, Requirement, TargetUe

Model = TypeVar("Model", bound=BaseModel)
PROBLEMS: dict[int | str, dict[str, Any]] = {  # Any: OpenAPI
    400: {"description": "Not understood; `cause` says why."},
    500: {"description": "Such data is not kept here (cause UNAVAILABLE_DATA)."},
}


def analytics_router(analytics: Analytics, access: Access) -> APIRouter:
    """Make the route."""
    router = APIRouter(
        prefix="/nnwdaf-analyticsinfo/v1",
        tags=["NWDAF"],
        dependencies=[Depends(access.needs("read"))],
    )

    @router.get(
        "/analytics",
        summary="Analytics of an event",
        responses={**PROBLEMS, 204: {"description": "There is nothing to tell."}},
    )
    def analytics_info(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        event_id: Annotated[str | None, Query(alias="event-id")] = None,
        ana_req: Annotated[str | None, Query(alias="ana-req", description="JSON")] = None,
        event_filter: Annotated[str | None, Query(alias="event-filter", description="JSON")] = None,
        tgt_ue: Annotated[str | None, Query(alias="tgt-ue", description="JSON")] = None,
    ) -> Response:
        """Tell SERVICE_EXPERIENCE of the past, or foretell QOS_SUSTAINABILITY."""
        if not event_id:
            raise caused("MANDATORY_QUERY_PARAM_MISSING", "event-id is missing", where="event-id")
        found = analytics.of(
            event_id,
            _read(EventFilter, event_filter, "event-filter") or EventFilter(),
            target=_read(TargetUe, tgt_ue, "tgt-ue"),
            requirement=_read(Requirement, ana_req, "ana-req"),
        )
        return Response(status_code=204) if found is None else JSONResponse(found)

    return router


def _read(kind: type[Model], text: str | None, name: str) -> Model | None:
    """Read a query parameter that is JSON."""
    if text is None:
        return None
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        raise malformed(error, is_query=name) from error
