"""POST, PUT, DELETE subscriptions, as Nnwdaf_EventsSubscription offers them (3GPP TS 29.520)."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from sentio.api.access import Access
from sentio.api.notify import Subscriber, new_secret
from sentio.api.notify.callback import target_of
from sentio.api.notify.opening import may_be_private
from sentio.api.nwdaf.asked import asked_of
from sentio.api.nwdaf.causes import caused, malformed
from sentio.api.nwdaf.plan import not_told, plan_of
from sentio.api.nwdaf.reports import API, Reports, slices_named
from sentio.api.nwdaf.routes import PROBLEMS
from sentio.api.nwdaf.shapes import Subscription
from sentio.api.problems import RequestError
from sentio.loop.platform import Platform

Json = dict[str, Any]  # Any: JSON

PREFIX = "/nnwdaf-eventssubscription/v1"
LONGEST_BODY = 1_000_000  # bytes
BODY: Json = {  # read by us, so that errors have 3GPP's form
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["eventSubscriptions", "notificationURI"],
                    "properties": {
                        "eventSubscriptions": {"type": "array", "items": {"type": "object"}},
                        "notificationURI": {"type": "string"},
                        "notifCorrId": {"type": "string"},
                        "evtReq": {"type": "object"},
                    },
                }
            }
        },
    }
}
SECRET_HEADER = "X-Sentio-Secret"  # noqa: S105  (the name of a header)


class Desk:
    """Takes subscriptions on."""

    def __init__(self, reports: Reports, platform: Platform) -> None:
        self._reports = reports
        self._platform = platform

    def create(self, body: bytes, who: str, *, root: str = "") -> JSONResponse:
        """Keep a new subscription; its secret is shown this once, in a header.

        ``root`` is what the paths of the application begin with.
        """
        name, secret = secrets.token_hex(12), new_secret()
        answer = self._keep(name, secret, body, who)
        headers = {"Location": f"{root}{PREFIX}/subscriptions/{name}", SECRET_HEADER: secret}
        return JSONResponse(answer, 201, headers)

    def replace(self, name: str, body: bytes, who: str) -> JSONResponse:
        """Put another subscription in the place of one; it begins anew."""
        known = self._reports.one(name)
        if known is None:
            raise unknown(name)
        return JSONResponse(self._keep(name, known.secret, body, who))

    def drop(self, name: str) -> None:
        """End one."""
        if self._reports.one(name) is None:
            raise unknown(name)
        self._reports.drop(name)

    def _keep(self, name: str, secret: str, body: bytes, who: str) -> Json:
        now_ns = self._platform.clock.now_ns()
        wanted = _read(body)
        failed = not_told(wanted)
        plan = plan_of(wanted, now_ns=now_ns)
        for each in wanted.eventSubscriptions:
            asked_of(slices_named(each), each.tgtUe)
        self._check_callback(wanted.notificationURI)
        found: list[Json] = []
        if wanted.evtReq is not None and wanted.evtReq.immRep:
            found = self._reports.notifications(wanted)
            plan = plan.after_report(now_ns) if found else plan
        given = wanted.model_dump(mode="json", exclude_none=True)
        self._reports.keep(
            Subscriber(
                id=name,
                api=API,
                callback=wanted.notificationURI,
                secret=secret,
                query=",".join(each.event for each in wanted.eventSubscriptions),
                body={"subscription": given, "plan": plan.as_json(), "who": who},
                created_ns=now_ns,
            )
        )
        purpose = f"analytics subscription {name}"
        self._platform.state.note(who, "subscribed to analytics", purpose=purpose, at_ns=now_ns)
        unserved = [{"event": each, "failureCode": "UNAVAILABLE_DATA"} for each in failed]
        return {
            **given,
            **({"eventNotifications": found} if found else {}),
            **({"failEventReports": unserved} if unserved else {}),
        }

    def _check_callback(self, url: str) -> None:
        try:
            target_of(url, allow_private=may_be_private(self._platform.settings))
        except RequestError as error:
            raise caused("MANDATORY_IE_INCORRECT", str(error), where="notificationURI") from error


def subscriptions_router(reports: Reports, access: Access, platform: Platform) -> APIRouter:
    """Make the routes."""
    desk, reads = Desk(reports, platform), access.needs("read")
    router = APIRouter(prefix=PREFIX, tags=["NWDAF"], responses=PROBLEMS)

    @router.post(
        "/subscriptions", status_code=201, summary="Subscribe to analytics", openapi_extra=BODY
    )
    async def create(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Report each period, once, or when experience falls, to `notificationURI`."""
        who = await run_in_threadpool(reads, request)
        body, root = await _body(request), str(request.scope.get("root_path", ""))
        return await run_in_threadpool(partial(desk.create, body, who, root=root))

    @router.put("/subscriptions/{name}", summary="Change a subscription", openapi_extra=BODY)
    async def replace(name: str, request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Put another one in its place; it begins anew."""
        who = await run_in_threadpool(reads, request)
        return await run_in_threadpool(desk.replace, name, await _body(request), who)

    @router.delete("/subscriptions/{name}", status_code=204, dependencies=[Depends(reads)])
    def drop(name: str) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """End a subscription, with all that waits for it."""
        desk.drop(name)
        return Response(status_code=204)

    return router


def unknown(name: str) -> RequestError:
    """Say that there is no such subscription."""
    return caused("SUBSCRIPTION_NOT_FOUND", f"no subscription is called {name!r}")


async def _body(request: Request) -> bytes:
    body = b""
    async for some in request.stream():
        body += some
        if len(body) > LONGEST_BODY:
            raise RequestError(413, "the body is too large", expected=f"{LONGEST_BODY} bytes")
    return body


def _read(body: bytes) -> Subscription:
    try:
        return Subscription.model_validate_json(body)
    except ValidationError as error:
        raise malformed(error) from error
