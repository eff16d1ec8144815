"""GET /api/v1/sources and /api/v1/dead-letters: how good the sources are, and what was rejected."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.governance.dead_letters import DeadLetter, Selection, count_letters, letters
from sentio.governance.quality import SourceQuality, source_quality
from sentio.loop.platform import Platform
from sentio.store.ask import Answers
from sentio.store.state import Source

HIDDEN = ("envelope", "place", "options")  # where the bytes are kept is nobody's business


class SourcePage(BaseModel):
    """All sources: what was said of them, and what is known from what they sent."""

    defined: list[Source]
    quality: list[SourceQuality]


class DeadLetterPage(BaseModel):
    """Dead letters by number; ``next`` is what to give as ``after`` for more, null at the end."""

    count: int
    rows: int
    items: list[dict[str, Any]]  # Any: JSON values of one letter
    next: int | None


def reading_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/v1", dependencies=[Depends(access.needs("read"))])

    @router.get("/sources", summary="Sources and their quality", tags=["sources"])
    def sources() -> SourcePage:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        con = platform.warehouse.con.cursor()
        quality = source_quality(Answers(platform.warehouse), con, now_ns=platform.clock.now_ns())
        return SourcePage(defined=platform.state.sources(), quality=quality)

    @router.get("/dead-letters", summary="Rejected rows, without their bytes", tags=["sources"])
    def dead_letters(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        source: str | None = None,
        reason: str | None = None,
        after: Annotated[int, Query(ge=0, description="The last id already read.")] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> DeadLetterPage:
        con = platform.warehouse.con.cursor()
        everything = Selection(source=source, reason=reason)
        count, rows = count_letters(con, everything)
        page = letters(con, Selection(source=source, reason=reason, after=after), limit=limit + 1)
        shown = page[:limit]
        return DeadLetterPage(
            count=count,
            rows=rows,
            items=[without_place(each) for each in shown],
            next=shown[-1].id if len(page) > limit else None,
        )

    return router


def without_place(letter: DeadLetter) -> dict[str, Any]:  # Any: JSON
    """Give a letter as JSON, without where its bytes are kept."""
    return {name: value for name, value in asdict(letter).items() if name not in HIDDEN}
