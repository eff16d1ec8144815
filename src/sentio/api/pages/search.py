"""GET /api/v1/search: whatever has a name, for the box that jumps there."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

import duckdb
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from sentio.api.access import Access
from sentio.api.pages.subjects import find
from sentio.experience.service import SERVICES
from sentio.loop.care.directory import Directory
from sentio.loop.care.works import Works
from sentio.loop.platform import Platform
from sentio.model.domain import DIMENSIONS
from sentio.model.problem import OVER, ServiceProblem
from sentio.store.state.problems import Problems

MOST_PROBLEMS = 5_000
ELEMENTS = """
    SELECT element, arg_max(coalesce(name, ''), ts), arg_max(coalesce(element_kind, ''), ts)
    FROM element GROUP BY element ORDER BY element
"""
ELEMENTS_REVISION = "SELECT coalesce(sum(rows), 0) FROM partition WHERE family = 'element'"


class Found(BaseModel):
    """Something with a name: what it is, and the page that shows it."""

    kind: str
    id: str
    title: str
    path: str
    search: Mapping[str, str] = Field(default_factory=dict[str, str])


class AllFound(BaseModel):
    """What fits best first, a few of each kind."""

    found: list[Found]


class Names:
    """Names of elements and problems, kept between questions and read anew as they change."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._problems = Problems(platform.state)
        self._turn = threading.Lock()
        self._elements: tuple[int, list[tuple[str, str, str, str]]] = (-1, [])
        self._told: tuple[tuple[int, int], list[tuple[str, ServiceProblem]]] = ((-1, -1), [])

    def elements(self) -> list[tuple[str, str, str, str]]:
        """Give what is searched, element, name and kind of all elements."""
        con = self._platform.warehouse.con.cursor()
        row = con.execute(ELEMENTS_REVISION).fetchone()
        revision = int(row[0]) if row else 0
        with self._turn:
            if revision != self._elements[0]:
                self._elements = revision, _elements(con)
            return self._elements[1]

    def problems(self) -> list[tuple[str, ServiceProblem]]:
        """Give what is searched, and the problem itself; open ones first, the newest first."""
        revision = self._problems.revision()
        with self._turn:
            if revision != self._told[0]:
                found = self._problems.list(limit=MOST_PROBLEMS)
                found.sort(key=lambda each: each.status in OVER)
                self._told = revision, [(_searched(each), each) for each in found]
            return self._told[1]


def search_router(platform: Platform, directory: Directory, access: Access) -> APIRouter:
    """Make the route."""
    reads = access.needs("read")
    router = APIRouter(prefix="/v1", tags=["search"], dependencies=[Depends(reads)])
    names, works = Names(platform), Works(platform.warehouse)

    @router.get("/search", summary="Whatever has a name")
    def search(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        request: Request,
        q: Annotated[str, Query(max_length=100)],
        limit: Annotated[int, Query(ge=1, le=50)] = 12,
    ) -> AllFound:
        """Find services, incidents, elements, works, and subjects.

        Whoever may read groups only finds services and elements of the network.
        """
        wanted = q.strip().lower()
        if not wanted:
            return AllFound(found=[])
        kinds = [list(_services(wanted)), list(_elements_found(names, wanted, limit))]
        if not access.least_group(request):
            kinds[1:1] = [list(_problems(names, wanted, limit))]
            kinds += [
                list(_works(works, wanted, limit)),
                list(_subjects(directory, wanted, limit)),
            ]
        return AllFound(found=_mixed(kinds, limit))

    return router


def _mixed(kinds: Iterable[list[Found]], limit: int) -> list[Found]:
    """Give each kind its share; what one does not use the others take."""
    left = [each for each in kinds if each]
    taken: list[list[Found]] = [[] for _ in left]
    for at in range(limit):
        for place, every in enumerate(left):
            if at < len(every) and sum(map(len, taken)) < limit:
                taken[place].append(every[at])
    return [found for every in taken for found in every]


def _services(wanted: str) -> Iterator[Found]:
    for name in SERVICES.names():
        if wanted in name or wanted in name.replace("_", " "):
            title = name.replace("_", " ")
            yield Found(kind="service", id=name, title=title, path=f"/services/{name}")


def _problems(names: Names, wanted: str, limit: int) -> Iterator[Found]:
    hits = (each for text, each in names.problems() if wanted in text)
    for each, _ in zip(hits, range(limit), strict=False):
        title = f"{each.name} ({each.status})"
        yield Found(kind="incident", id=each.id, title=title, path=f"/incidents/{each.id}")


def _elements_found(names: Names, wanted: str, limit: int) -> Iterator[Found]:
    every = names.elements()
    begin = [each for each in every if each[1].lower().startswith(wanted)]
    inside = [each for each in every if wanted in each[0]] if len(begin) < limit else []
    told: set[str] = set()
    for _, element, name, kind in [*begin, *inside]:
        if element in told or len(told) >= limit:
            continue
        told.add(element)
        title = f"{element} {name}".strip() if name != element else element
        search = {"dim": kind, "member": element} if kind in DIMENSIONS else {}
        yield Found(
            kind=kind or "element", id=element, title=title, path="/overview", search=search
        )


def _works(works: Works, wanted: str, limit: int) -> Iterator[Found]:
    told = works.list(ends_after_ns=0)
    hits = [w for w in told if wanted in f"{w.id} {w.title} {w.element}".lower()]
    for each in hits[: -limit - 1 : -1]:  # those ahead, then those that were last
        title = f"{each.title or each.id} on {each.element}"
        yield Found(kind="work", id=each.id, title=title, path="/works", search={"work": each.id})


def _subjects(directory: Directory, wanted: str, limit: int) -> Iterator[Found]:
    for each in find(directory, wanted, limit=limit).items:
        title = each.name or each.masked
        yield Found(kind=each.kind, id=each.subject, title=title, path=f"/subjects/{each.subject}")


def _elements(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str]]:
    try:
        rows = con.execute(ELEMENTS).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):  # no topology yet
        return []
    return [(f"{element} {name}".lower(), element, name, kind) for element, name, kind in rows]


def _searched(each: ServiceProblem) -> str:
    cause = each.root_cause
    where = f"{cause.element} {cause.kind}" if cause else ""
    scopes = " ".join(member for scope in each.scopes for member in scope.values())
    return f"{each.id} {each.name} {where} {scopes} {each.description}".lower()
