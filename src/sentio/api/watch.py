"""GET and PUT watch: how far the watch is, and how long it waits for the slowest source."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from sentio.api.access import Access
from sentio.loop.running import Running

DAY_S = 86_400


class Grace(BaseModel):
    """What may be changed: a period is judged once the newest use is this far behind its end."""

    model_config = ConfigDict(extra="forbid")

    grace_s: Annotated[int, Field(ge=0, le=DAY_S)]


class WatchState(Grace):
    """How far it is; ``seen_until_ns`` is null before the first period."""

    is_learning: bool
    learned_periods: int
    judged_periods: int
    seen_until_ns: int | None


def watch_router(loop: Running, access: Access) -> APIRouter:
    """Make the routes; changing needs the role of an administrator."""
    router = APIRouter(prefix="/v1", tags=["awareness"])
    reads, changes = Depends(access.needs("read")), Depends(access.needs("admin"))

    @router.get("/watch", summary="How far the watch is", dependencies=[reads])
    def state() -> WatchState:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return _state(loop)

    @router.put("/watch", summary="Change its grace", dependencies=[changes])
    def change(wanted: Grace) -> WatchState:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Wait longer or shorter for late records, from now on; a restart forgets it.

        A past that comes source after source needs as much as one source is ahead of another.
        """
        loop.wait_for(grace_s=wanted.grace_s)
        return _state(loop)

    return router


def _state(loop: Running) -> WatchState:
    live = loop.live
    return WatchState(
        grace_s=loop.pace.grace_ns // 1_000_000_000,
        is_learning=live is None or live.is_learning,
        learned_periods=live.learned if live else 0,
        judged_periods=live.judged if live else 0,
        seen_until_ns=live.next_ns if live else None,
    )
