"""GET what the page of health shows: own parts, peers, collection, dead letters, keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from sentio import __version__
from sentio.api.access import Access
from sentio.api.awareness import Limit, moment_of
from sentio.api.pages.parts import Part, own_parts
from sentio.api.pages.reachable import Peers, Reached
from sentio.loop.collecting import cost_bytes
from sentio.loop.platform import Platform
from sentio.loop.running import Running
from sentio.model.collection import CollectionOrder
from sentio.store.ask import Answers

LONG_NUMBER = re.compile(r"\d{6,}")  # as long as a number that names somebody
SHOWN_ORDERS = 200


class PartsPage(BaseModel):
    """What this process consists of, and how each part is; ``now`` is of the platform's clock."""

    release: str
    now: str
    started: str
    items: list[Part]


class PeersPage(BaseModel):
    """Who carries actions and orders out, and whether a connection could be made."""

    items: list[Reached]


class Budget(BaseModel):
    """Bytes that collection beside the usual may cost, and did; see `sentio.awareness.budget`."""

    share: float
    bulk_bytes: int
    spent_bytes: int
    room_bytes: float
    refused: int


class Ordered(BaseModel):
    """An order to the collection with what it costs, and what it did so far."""

    id: str
    state: Literal["open", "over"]
    element: str
    element_kind: str
    what: str
    granularity_s: int
    usual_granularity_s: int | None
    since: str
    until: str
    ended: str | None
    degradation: str
    reason: str
    end_reason: str
    bytes: int


class CollectionPage(BaseModel):
    """Orders to the collection against their budget; null while the loop has not begun."""

    budget: Budget | None
    items: list[Ordered]


class Rejected(BaseModel):
    """Rejected rows of a source and reason; long numbers of the sample are hidden."""

    source: str
    reason: str
    rows: int
    letters: int
    replayed: int
    first: str
    last: str
    sample: str


class RejectedPage(BaseModel):
    """All of them, most rows first."""

    items: list[Rejected]


class KnownKey(BaseModel):
    """An API key, without its secret."""

    name: str
    roles: list[str]
    created: str
    revoked: str | None


class KeysPage(BaseModel):
    """All keys, by name, revoked ones too."""

    items: list[KnownKey]


def health_page_router(platform: Platform, loop: Running, access: Access) -> APIRouter:
    """Make the routes; the keys are for administrators."""
    router = APIRouter(
        prefix="/v1", tags=["operation"], dependencies=[Depends(access.needs("read"))]
    )
    started_ns = platform.clock.now_ns()
    peers = Peers(platform.settings)

    @router.get("/components", summary="How this process and its parts are")
    def components(request: Request) -> PartsPage:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        state: Any = request.app.state  # Any: Starlette's bag
        return PartsPage(
            release=__version__,
            now=_iso(platform.clock.now_ns()),
            started=_iso(started_ns),
            items=own_parts(platform, loop, state.intake, state.notifier.outbox),
        )

    @router.get("/peers", summary="Whether those who carry out can be reached")
    def reached() -> PeersPage:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Try to connect to each, for a second at most; what is known is kept for ten."""
        return PeersPage(items=peers.reached())

    @router.get("/collection", summary="Orders to the collection, with bytes, and their budget")
    def collection(limit: Limit = SHOWN_ORDERS) -> CollectionPage:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return _collection(loop, limit)

    @router.get("/rejections", summary="Rejected rows by source and reason, with a masked sample")
    def rejections() -> RejectedPage:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return RejectedPage(items=_rejected(platform))

    @router.get(
        "/keys", summary="API keys and their roles", dependencies=[Depends(access.needs("admin"))]
    )
    def keys() -> KeysPage:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return KeysPage(
            items=[
                KnownKey(
                    name=each.name,
                    roles=list(each.roles),
                    created=_iso(each.created_ns),
                    revoked=moment_of(each.revoked_ns),
                )
                for each in platform.state.api_keys()
            ]
        )

    return router


def _collection(loop: Running, limit: int) -> CollectionPage:
    live = loop.live
    told = live.collecting.budget.saved() if live is not None else None
    period_ns = loop.pace.period_ns
    now_ns = live.next_ns if live is not None else None
    return CollectionPage(
        budget=None
        if told is None
        else Budget(
            share=told["share"],
            bulk_bytes=int(told["bulk_bytes"]),
            spent_bytes=int(told["spent_bytes"]),
            room_bytes=told["room"],
            refused=int(told["refused"]),
        ),
        items=[_ordered(each, period_ns, now_ns) for each in loop.told.orders(limit=limit)],
    )


def _ordered(each: CollectionOrder, period_ns: int, now_ns: int | None) -> Ordered:
    until_ns = each.ended_ns or min(each.until_ns, now_ns or each.until_ns)
    periods = max(until_ns - each.since_ns, 0) // period_ns
    return Ordered(
        id=each.id,
        state=each.state,
        element=each.element,
        element_kind=each.element_kind,
        what=each.what,
        granularity_s=each.granularity_s,
        usual_granularity_s=each.usual_granularity_s,
        since=_iso(each.since_ns),
        until=_iso(each.until_ns),
        ended=moment_of(each.ended_ns),
        degradation=each.degradation,
        reason=each.reason,
        end_reason=each.end_reason,
        bytes=periods * cost_bytes(each.what, period_ns=period_ns),
    )


def _rejected(platform: Platform) -> list[Rejected]:
    rows = Answers(platform.warehouse).ask("dead_letters").to_pylist()
    samples = {
        (each["source"], each["reason"]): each["message"]
        for each in Answers(platform.warehouse).ask("dead_letter_samples").to_pylist()
    }
    found = [
        Rejected(
            source=row["source"],
            reason=row["reason"],
            rows=row["rows"],
            letters=row["letters"],
            replayed=row["replayed"],
            first=_iso(row["first_at_ns"]),
            last=_iso(row["last_at_ns"]),
            sample=masked(samples.get((row["source"], row["reason"])) or ""),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (-each.rows, each.source, each.reason))


def masked(text: str) -> str:
    """Hide numbers that are long enough to name somebody.

    Examples
    --------
    >>> masked("imsi 262010000000001 is no 8")
    'imsi •••••• is no 8'
    """
    return LONG_NUMBER.sub("••••••", text)


def _iso(ts_ns: int) -> str:
    return datetime.fromtimestamp(ts_ns / 1e9, UTC).isoformat(timespec="seconds")
