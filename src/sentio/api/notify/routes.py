"""Subscriptions to what is told, and how the deliveries to all subscribers fare."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from sentio.api.access import Access
from sentio.api.awareness import moment_of
from sentio.api.notify.callback import target_of
from sentio.api.notify.formats import FormatName
from sentio.api.notify.notifier import Notifier
from sentio.api.notify.opening import may_be_private
from sentio.api.notify.signature import new_secret
from sentio.api.notify.webhooks import API, FORMAT
from sentio.api.problems import RequestError
from sentio.loop.platform import Platform
from sentio.store.state.outbox import Standing, Subscriber
from sentio.store.state.told import Told

Json = dict[str, Any]  # Any: JSON
Id = Annotated[str, Path(max_length=100)]
Kind = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]


class Wish(BaseModel):
    """Who wants to be notified of what: of all kinds of events unless some are named.

    ``routing_key`` is that of PagerDuty, which its format needs and no other takes.
    """

    model_config = ConfigDict(extra="forbid")

    callback: str = Field(min_length=1, max_length=2000)
    kinds: list[Kind] = Field(default_factory=list[str], max_length=20)
    secret: str | None = Field(default=None, min_length=16, max_length=200)
    format: FormatName = "sentio"
    routing_key: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]{8,64}$")


class Granted(BaseModel):
    """A new subscription; its secret is shown this once, unless it was given."""

    id: str
    callback: str
    kinds: list[str]
    format: FormatName
    secret: str | None


class Subscriptions(BaseModel):
    """All subscriptions, by age: what waits, what was given up, what was missed, and why."""

    items: list[Json]


def notifications_router(
    notifier: Notifier, access: Access, platform: Platform, told: Told
) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/v1", tags=["notifications"])
    reads, rules = access.needs("read"), access.needs("admin")
    outbox = notifier.outbox

    @router.post("/subscriptions", status_code=201, summary="Be notified of what is told")
    def subscribe(wish: Wish, request: Request) -> Granted:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Keep a callback: it gets each event as signed JSON, in order, at least once."""
        return _subscribed(notifier, platform, told, wish, who=reads(request))

    @router.get("/subscriptions", summary="How deliveries fare", dependencies=[Depends(reads)])
    def listed() -> Subscriptions:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """List the subscriptions of all APIs, without their secrets."""
        return Subscriptions(items=[standing_json(each) for each in outbox.standings()])

    @router.delete("/subscriptions/{name}", status_code=204, dependencies=[Depends(reads)])
    def unsubscribe(name: Id) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """End one of ours, with all that waits for it."""
        known = outbox.subscriber(name)
        if known is None or known.api != API:
            raise _unknown(name)
        notifier.unsubscribe(name)
        return Response(status_code=204)

    @router.post("/subscriptions/{name}/release", dependencies=[Depends(rules)])
    def release(name: Id) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Try again what was given up for a subscriber of any API."""
        count = notifier.release(name)
        if count is None:
            raise _unknown(name)
        return {"id": name, "released": count}

    return router


def _subscribed(
    notifier: Notifier, platform: Platform, told: Told, wish: Wish, *, who: str
) -> Granted:
    now_ns = platform.clock.now_ns()
    _check_routing(wish)
    target_of(wish.callback, allow_private=may_be_private(platform.settings))
    secret = wish.secret or new_secret()
    made = Subscriber(
        id=secrets.token_hex(12),
        api=API,
        callback=wish.callback,
        secret=secret,
        query=",".join(wish.kinds),
        body={"who": who, "after": told.newest_event(), **_format_of(wish)},
        created_ns=now_ns,
    )
    notifier.subscribe(made)
    purpose = f"subscription {made.id}"
    platform.state.note(who, "subscribed to notifications", purpose=purpose, at_ns=now_ns)
    shown = None if wish.secret else secret
    return Granted(
        id=made.id, callback=made.callback, kinds=wish.kinds, format=wish.format, secret=shown
    )


def _check_routing(wish: Wish) -> None:
    if (wish.format == "pagerduty") != (wish.routing_key is not None):
        raise RequestError(
            422,
            "routing_key is given" if wish.routing_key else "routing_key is missing",
            where="routing_key",
            expected="one where the format is pagerduty, and nowhere else",
        )


def _format_of(wish: Wish) -> dict[str, str]:
    return {FORMAT: wish.format, **({"routing_key": wish.routing_key} if wish.routing_key else {})}


def standing_json(each: Standing) -> Json:
    """Give a subscription and how it fares as JSON, without its secret."""
    who, faring = each.subscriber, each.faring
    return {
        "id": who.id,
        "api": who.api,
        "callback": who.callback,
        "query": who.query,
        "format": who.body.get(FORMAT, who.api),
        "created": moment_of(who.created_ns),
        "state": _state(each),
        "waiting": each.waiting,
        "parked": each.parked,
        "missed": faring.missed,
        "tries": faring.tries,
        "failing_since": moment_of(faring.failing_ns),
        "next_try": moment_of(faring.next_ns or None),
        "error": faring.error,
    }


def _state(each: Standing) -> str:
    if each.faring.parked_ns is not None:
        return "parked"
    return "failing" if each.faring.tries else "well"


def _unknown(name: str) -> RequestError:
    return RequestError(404, f"no subscription is called {name!r}", where="id")
