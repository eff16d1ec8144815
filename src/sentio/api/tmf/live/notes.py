"""What people note on live resources: kept beside them, and laid over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sentio.kernel.clock import Clock
from sentio.store.state.open_api import OpenApiStore
from sentio.store.state.open_api_search import Kind
from sentio.store.state.open_api_values import Entry

Body = dict[str, Any]  # Any: JSON


class Notes:
    """Notes on the resources of one kind."""

    def __init__(self, store: OpenApiStore, kind: Kind, clock: Clock) -> None:
        self._store = store
        self._kind = (kind[0], f"{kind[1]}~notes")
        self._clock = clock

    def version(self) -> int:
        """Give a number that grows with each note."""
        return self._store.version(self._kind)

    def note(self, name: str, values: Mapping[str, Any]) -> None:
        """Note values of a resource; None takes one back."""
        now_ns = self._clock.now_ns()

        def change(known: Body) -> Body:
            return {**known, **values}

        done = self._store.change(self._kind, name, change, entries=_nothing, at_ns=now_ns)
        if done is None:
            fresh = [{"id": name, **values}]
            self._store.add(self._kind, fresh, entries=_nothing, at_ns=now_ns)

    def with_notes(self, bodies: Iterable[Body]) -> list[Body]:
        """Lay the notes over resources."""
        noted = {row.body["id"]: row.body for row in self._store.each(self._kind)}
        return [_laid(body, noted.get(body["id"], {})) for body in bodies]


def _laid(body: Body, note: Mapping[str, Any]) -> Body:
    both = {**body, **note}
    return {name: value for name, value in both.items() if value is not None}


def _nothing(_body: Mapping[str, Any]) -> tuple[Entry, ...]:
    return ()
