"""The engine of all Open APIs: what is done to resources, whatever the API (TMF630)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from sentio.api.problems import RequestError
from sentio.api.tmf.errors import missing
from sentio.api.tmf.events import Desk, make_event
from sentio.api.tmf.listing import PARENT, Listed, Lister
from sentio.api.tmf.live.source import Sources
from sentio.api.tmf.query import Params, read_query
from sentio.api.tmf.rules import change_events, new_body, patched_body
from sentio.api.tmf.table import ApiTable, Operation, Resource
from sentio.kernel.clock import Clock
from sentio.kernel.errors import RefusedError
from sentio.store.state.open_api import ALL, OpenApiStore
from sentio.store.state.open_api_search import Kind, Page, Sought
from sentio.store.state.open_api_values import TEXT, Entry, index_entries

Body = dict[str, Any]  # Any: JSON
SAFE = ":@"  # signs that stand in a path as they are
OUR_PARENT = "^parent"  # the member of a kept body that names the resource above it


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request leads: a kind of resource, and the id of the one that it is below."""

    api: ApiTable
    name: str
    parent: str | None = None

    @property
    def resource(self) -> Resource:
        """What the table says of it."""
        return self.api.resources[self.name]

    @property
    def kind(self) -> Kind:
        """Under what it is kept."""
        return (self.api.key, self.name)

    @property
    def path(self) -> str:
        """Its path below the server's root."""
        above = ""
        if self.parent is not None:
            above = f"{self.resource.parent}/{quote(self.parent, safe=SAFE)}/"
        return f"{self.api.path}/{above}{self.name}"


Task = Callable[["Engine", Place, Body], None]
"""Does what a new resource asks for, and may write down in it what came of it."""


@dataclass(slots=True)
class Engine:
    """Lists, gives, makes, patches and removes resources, and tells of it.

    Parameters
    ----------
    live
        Resources that are not kept here but made of what the platform knows.
    tasks, removals
        What is done as a resource of a kind is created, and when it was removed.
    root
        What stands before the paths of resources in ``href``.
    """

    store: OpenApiStore
    desk: Desk
    clock: Clock
    live: Sources = field(default_factory=Sources)
    tasks: Mapping[Kind, Task] = field(default_factory=dict[Kind, Task])
    removals: Mapping[Kind, Task] = field(default_factory=dict[Kind, Task])
    root: str = ""
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())

    def list(self, place: Place, params: Params) -> tuple[Listed, Body | None]:
        """Give a part of a list, and which attributes are to be shown."""
        _may(place, "list")
        self._check_parent(place)
        query = read_query(params, place.api.generation)
        live = [self.shown(place, body) for body in self.live.rows(place.kind, place.parent)]
        lister = Lister(
            store=self.store,
            kind=place.kind,
            parent=place.parent,
            shown=lambda body: self.shown(place, body),
        )
        return lister.find(live, query), query.tree

    def retrieve(self, place: Place, name: str) -> Body:
        """Give a resource as clients see it; raises `RequestError` where there is none."""
        _may(place, "retrieve")
        self._check_parent(place)
        return self.shown(place, self._known(place, name))

    def create(self, place: Place, given: object) -> Body:
        """Make a resource, do what it asks for, and tell of it."""
        _may(place, "create")
        self._check_parent(place)
        now_ns = self.clock.now_ns()
        body = new_body(place.api, place.resource, given, new_id=self.new_id(), at_ns=now_ns)
        if place.parent is not None:
            body[OUR_PARENT] = place.parent
        if task := self.tasks.get(place.kind):
            task(self, place, body)
        self.keep(place, [body])
        self.changed(place, "Create", body)
        return self.shown(place, body)

    def keep(self, place: Place, bodies: Sequence[Body]) -> None:
        """Keep bodies as they are, and tell nobody; raises `RequestError` where an id is taken."""
        if any(self.live.one(place.kind, body["id"]) for body in bodies):
            raise RequestError(409, "a resource of that id is there already", where="id")
        try:
            self.store.add(place.kind, bodies, entries=_entries, at_ns=self.clock.now_ns())
        except RefusedError as error:
            raise RequestError(409, f"{error.what} already", where="id") from error

    def patch(self, place: Place, name: str, patch: object, media_type: str) -> Body:
        """Patch a resource, and tell of what changed."""
        _may(place, "patch")
        self._check_parent(place)
        now_ns = self.clock.now_ns()

        def change(before: Body) -> Body:
            shown = self.shown(place, before)
            after = patched_body(place.api, place.resource, shown, patch, media_type, at_ns=now_ns)
            return {**after, **{name: value for name, value in before.items() if _is_ours(name)}}

        return self.shown(place, self.change(place, name, change))

    def change(self, place: Place, name: str, change: Callable[[Body], Body]) -> Body:
        """Change a resource, kept or live, as far as its source lets us, and tell of it."""
        source, known = self.live.source(place.kind), self.live.one(place.kind, name)
        if source is not None and known is not None:
            after = source.change(known, change(dict(known)))
            both: tuple[Body, Body] | None = (known, after)
        else:
            self._known(place, name)
            both = self.store.change(
                place.kind, name, change, entries=_entries, at_ns=self.clock.now_ns()
            )
        if both is None:
            raise missing(place.name, name)
        for kind in change_events(place.resource, *both):
            self.changed(place, kind, both[1])
        return both[1]

    def remove(self, place: Place, name: str) -> None:
        """Remove a resource with all below it, and tell of it."""
        _may(place, "delete")
        self._check_parent(place)
        source, known = self.live.source(place.kind), self.live.one(place.kind, name)
        if source is not None and known is not None:
            source.remove(known)
            self.changed(place, "Delete", known)
            return
        self._known(place, name)
        found = self.store.remove(place.kind, name)
        if found is None:
            raise missing(place.name, name)
        for child, resource in place.api.resources.items():
            if resource.parent == place.name:
                for body in self.below(Place(place.api, child, name)):
                    self.store.remove((place.api.key, child), body["id"])
        if task := self.removals.get(place.kind):
            task(self, place, found)
        self.changed(place, "Delete", found)

    def below(self, place: Place) -> Iterator[Body]:
        """Give the kept resources of a place, as they are kept."""
        clause = (Sought(PARENT, "eq", ((place.parent or "", None),)),)
        for row in self.store.each(place.kind, [clause] if place.parent is not None else []):
            yield row.body

    def all(self, place: Place) -> Iterator[Body]:
        """Give all resources of a place as clients see them, live ones first."""
        for body in [*self.live.rows(place.kind, place.parent), *self.below(place)]:
            yield self.shown(place, body)

    def changed(self, place: Place, kind: str, body: Mapping[str, Any]) -> None:
        """Tell those who want to know that something became of a resource."""
        if kind in place.resource.events:
            shown = self.shown(place, body)
            now_ns = self.clock.now_ns()
            self.desk.tell(make_event(place.api, place.name, kind, shown, at_ns=now_ns))

    def shown(self, place: Place, body: Mapping[str, Any]) -> Body:
        """Give a body as clients see it, with its address."""
        above = body.get(OUR_PARENT, place.parent)
        path = Place(place.api, place.name, above).path
        shown = {name: value for name, value in body.items() if not _is_ours(name)}
        return {
            "id": body["id"],
            "href": f"{self.root}{path}/{quote(body['id'], safe=SAFE)}",
            **shown,
        }

    def count(self, place: Place) -> int:
        """Tell how many are kept there."""
        return self.store.page(place.kind, ALL, Page(limit=0))[0]

    def _known(self, place: Place, name: str) -> Body:
        found = self.live.one(place.kind, name) or self.store.get(place.kind, name)
        is_elsewhere = (
            found is not None
            and place.parent is not None
            and found.get(OUR_PARENT, place.parent) != place.parent
        )
        if found is None or is_elsewhere:
            raise missing(place.name, name)
        return found

    def _check_parent(self, place: Place) -> None:
        if place.parent is not None:
            self._known(Place(place.api, place.resource.parent), place.parent)


def _entries(body: Mapping[str, Any]) -> list[Entry]:
    found = index_entries(body)
    if OUR_PARENT in body:
        found.append(Entry(PARENT, body[OUR_PARENT], None, TEXT))
    return found


def _is_ours(name: str) -> bool:
    """Tell whether a member of a kept body is not for clients."""
    return name.startswith("^")


def _may(place: Place, operation: Operation) -> None:
    if operation not in place.resource.operations:
        raise RequestError(405, f"{place.name} cannot be asked to {operation}", where="method")
