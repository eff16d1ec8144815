"""GET freshness: as of when the data is, by the platform's clock; what the top bar shows."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.api.awareness import moment_of
from sentio.api.pages.window import newest_ns
from sentio.loop.platform import Platform

PERIODS = 3  # of the watch, that data are not old before
SECOND_NS = 1_000_000_000


class Freshness(BaseModel):
    """As of when the data is; ``as_of`` and ``lag_s`` are null where there is no use yet."""

    as_of: str | None
    now: str
    lag_s: float | None
    is_stale: bool
    stale_after_s: int


def freshness_router(platform: Platform, access: Access) -> APIRouter:
    """Make the route; it reads the list of tables only, so that it may be asked all the time."""
    router = APIRouter(prefix="/v1", tags=["pages"], dependencies=[Depends(access.needs("read"))])
    settings = platform.settings
    after_s = max(PERIODS * settings.awareness_period_s, settings.stale_after_s)

    @router.get("/freshness", summary="As of when the data is")
    def freshness() -> Freshness:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        newest = newest_ns(platform.warehouse)
        return told_at(newest, now_ns=platform.clock.now_ns(), after_s=after_s)

    return router


def told_at(newest: int | None, *, now_ns: int, after_s: int) -> Freshness:
    """Tell how fresh data are whose newest use is from then; pure."""
    as_of = None if newest is None else min(newest, now_ns)  # some clock may be fast
    lag_s = None if as_of is None else (now_ns - as_of) / SECOND_NS
    return Freshness(
        as_of=moment_of(as_of),
        now=moment_of(now_ns) or "",
        lag_s=lag_s,
        is_stale=lag_s is not None and lag_s > after_s,
        stale_after_s=after_s,
    )
