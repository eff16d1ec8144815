"""What a source of live resources offers, and all sources together."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from sentio.api.problems import RequestError
from sentio.store.state.open_api_search import Kind

Body = dict[str, Any]  # Any: JSON


class LiveSource(Protocol):
    """Makes the resources of one kind of what the platform knows."""

    @property
    def kind(self) -> Kind:
        """Of which kind the resources are."""
        ...

    def revision(self) -> Hashable:
        """Give something cheap that differs as soon as `rows` may give something else."""
        ...

    def rows(self) -> Sequence[Body]:
        """Give all resources, each with its ``id``; those below others with ``^parent``."""
        ...

    def change(self, before: Body, after: Body) -> Body:
        """Do what a patch asks for, give what came of it; raises `RequestError` if it may not."""
        ...

    def remove(self, body: Body) -> None:
        """Do what removing it asks for; raises `RequestError` if it may not."""
        ...


class Sources:
    """All live resources; they are made anew only when something changed."""

    def __init__(self, sources: Iterable[LiveSource] = ()) -> None:
        self._sources: Mapping[Kind, LiveSource] = {each.kind: each for each in sources}
        self._made: dict[Kind, tuple[Hashable, dict[str, Body]]] = {}
        self._lock = threading.Lock()

    def source(self, kind: Kind) -> LiveSource | None:
        """Give the source of a kind, None if there is none."""
        return self._sources.get(kind)

    def rows(self, kind: Kind, parent: str | None = None) -> list[Body]:
        """Give the live resources of a kind, or those of them that are below one."""
        found = self._of(kind).values()
        return [body for body in found if parent is None or body.get("^parent") == parent]

    def one(self, kind: Kind, name: str) -> Body | None:
        """Give one, None if there is none of that id."""
        return self._of(kind).get(name)

    def _of(self, kind: Kind) -> dict[str, Body]:
        source = self._sources.get(kind)
        if source is None:
            return {}
        revision = source.revision()
        with self._lock:
            known = self._made.get(kind)
        if known is None or known[0] != revision:
            known = (revision, {body["id"]: body for body in source.rows()})
            with self._lock:
                self._made[kind] = known
        return known[1]


def refused(kind: Kind, why: str) -> RequestError:
    """Make the error of whoever would change what the platform tells itself."""
    return RequestError(409, f"this {kind[1]} is told by the platform itself: {why}", where="path")
