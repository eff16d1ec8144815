"""GET degradations, diagnoses, orders: what the watch saw, why, for whom, what more it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.api.problems import RequestError
from sentio.kernel.values import to_plain
from sentio.loop.platform import Platform
from sentio.loop.touched import Touched, touched
from sentio.model.collection import CollectionOrder
from sentio.model.data_fault import DataFault
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis
from sentio.store.state.told import Told, Wanted

TIMES = (
    *("began_ns", "seen_ns", "ended_ns", "made_ns", "since_ns", "until_ns"),
    *("created_ns", "changed_ns", "resolved_ns", "poor_since_ns"),
)

After = Annotated[str | None, Query(description="The last id already read.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Moment = Annotated[datetime | None, Query(description="ISO 8601; UTC where no offset is given.")]
Json = dict[str, Any]  # Any: JSON


class Page(BaseModel):
    """Some items, the latest first; ``next`` is what to give as ``after`` for more."""

    items: list[Json]
    next: str | None


class SubjectPage(BaseModel):
    """Subjects, those with the most poor uses first; ``next`` is the ``after`` for more."""

    items: list[Json]
    next: int | None


def degradations_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes of degradations."""
    reads = access.needs("read")
    router = APIRouter(prefix="/v1", tags=["awareness"], dependencies=[Depends(reads)])
    told = Told(platform.state)

    @router.get("/degradations", summary="Declines of experience")
    def degradations(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        state: Literal["open", "over"] | None = None,
        since: Moment = None,
        until: Moment = None,
        service: str | None = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page:
        """List those that touch [since, until), the latest seen first."""
        wanted = Wanted(
            state=state, since_ns=moment_ns(since), until_ns=moment_ns(until), service=service
        )
        found = told.degradations(wanted, limit=limit + 1, after=after)
        items = [degradation_json(each) for each in found[:limit]]
        return Page(items=items, next=items[-1]["id"] if len(found) > limit else None)

    @router.get("/degradations/{name}", summary="One of them")
    def degradation(name: str) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return degradation_json(_known(told, name))

    @router.get("/degradations/{name}/subjects", summary="Whom it touches")
    def subjects(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        name: str,
        request: Request,
        limit: Limit = 100,
        after: Annotated[int, Query(ge=0, description="How many were read already.")] = 0,
    ) -> SubjectPage:
        """List the pseudonyms with a use in its scope since it began, until it ended."""
        one = _known(told, name)
        now_ns = platform.clock.now_ns()
        platform.state.note(
            reads(request), "listed subjects", purpose=f"degradation {name}", at_ns=now_ns
        )
        found = touched(platform.warehouse, one, until_ns=one.ended_ns or now_ns)
        shown = found[after : after + limit]
        is_more = len(found) > after + limit
        return SubjectPage(
            items=[_subject_json(each) for each in shown], next=after + limit if is_more else None
        )

    return router


def diagnoses_router(told: Told, access: Access) -> APIRouter:
    """Make the routes of diagnoses."""
    router = APIRouter(
        prefix="/v1", tags=["awareness"], dependencies=[Depends(access.needs("read"))]
    )

    @router.get("/diagnoses", summary="Why experience declined")
    def diagnoses(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        degradation: str | None = None, limit: Limit = 100, after: After = None
    ) -> Page:
        """List diagnoses, of one degradation or of all, the newest first."""
        found = told.diagnoses(degradation=degradation, limit=limit + 1, after=after)
        items = [diagnosis_json(*each) for each in found[:limit]]
        return Page(items=items, next=items[-1]["id"] if len(found) > limit else None)

    @router.get("/diagnoses/{name}", summary="One of them")
    def diagnosis(name: str) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        made = told.diagnosis(name)
        if made is None:
            raise _unknown("diagnosis", name)
        return diagnosis_json(name, made)

    return router


def orders_router(told: Told, access: Access) -> APIRouter:
    """Make the route of orders to the collection."""
    router = APIRouter(
        prefix="/v1", tags=["awareness"], dependencies=[Depends(access.needs("read"))]
    )

    @router.get("/collection-orders", summary="What is measured more finely or tested, and why")
    def orders(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        state: Literal["open", "over"] | None = None,
        degradation: str | None = None,
        limit: Limit = 100,
    ) -> Page:
        """List the orders that are in force, behind them those begun last."""
        found = told.orders(state, degradation=degradation, limit=limit)
        return Page(items=[order_json(each) for each in found], next=None)

    return router


def data_faults_router(told: Told, access: Access) -> APIRouter:
    """Make the route of faults of the data."""
    router = APIRouter(
        prefix="/v1", tags=["awareness"], dependencies=[Depends(access.needs("read"))]
    )

    @router.get("/data-faults", summary="What is wrong with the data, and not with the network")
    def data_faults(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        state: Literal["open", "over"] | None = None, limit: Limit = 100
    ) -> Page:
        """List the faults that go on, behind them those begun last."""
        found = told.data_faults(state, limit=limit)
        return Page(items=[data_fault_json(each) for each in found], next=None)

    return router


def data_fault_json(each: DataFault) -> Json:
    """Give a fault of the data as JSON."""
    return {"state": each.state, **with_moments(to_plain(each))}


def degradation_json(each: Degradation) -> Json:
    """Give a degradation as JSON: times in ns, and beside them as people read them."""
    return {"state": each.state, **with_moments(to_plain(each))}


def diagnosis_json(name: str, made: Diagnosis) -> Json:
    """Give a diagnosis as JSON, with its id."""
    return {"id": name, **with_moments(to_plain(made))}


def order_json(each: CollectionOrder) -> Json:
    """Give an order to the collection as JSON."""
    return {"state": each.state, **with_moments(to_plain(each))}


def with_moments(body: Mapping[str, Any], *, names: Sequence[str] = TIMES) -> Json:
    """Add to times in ns, which not every program can hold exactly, their ISO 8601 form.

    What the body tells by such a name itself is left as it is: ``seen`` of a fault of the data.
    """
    moments = {
        name.removesuffix("_ns"): _iso(body[name]) for name in names if body.get(name) is not None
    }
    return {**moments, **body}


def _subject_json(each: Touched) -> Json:
    return {**to_plain(each), "subject": str(each.subject)}


def _known(told: Told, name: str) -> Degradation:
    found = told.degradation(name)
    if found is None:
        raise _unknown("degradation", name)
    return found


def _unknown(kind: str, name: str) -> RequestError:
    return RequestError(
        404,
        f"there is no {kind} {name!r}",
        where="path",
        next_step="Their lists give the ids of all.",
    )


def moment_ns(moment: datetime | None) -> int | None:
    """Give a moment in ns since 1970, to the microsecond."""
    if moment is None:
        return None
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(known.timestamp() * 1_000_000) * 1000


def moment_of(ts_ns: int | None) -> str | None:
    """Give a time in ns in its ISO 8601 form, to the second; None stays None."""
    return None if ts_ns is None else _iso(ts_ns)


def _iso(ts_ns: int) -> str:
    return datetime.fromtimestamp(ts_ns / 1e9, UTC).isoformat(timespec="seconds")
