"""Who is told of the events of Open APIs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from sentio.store.state.store import StateStore
from sentio.store.state.tables import TmfHubRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A registration: ``query`` chooses events, ``secret`` signs what is sent."""

    id: str
    api: str
    callback: str
    query: str
    secret: str
    created_ns: int


class Hubs:
    """Reads and writes registrations."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def add(self, hub: Hub) -> None:
        """Keep a registration."""
        with self._state.session() as session:
            session.add(
                TmfHubRow(
                    id=hub.id,
                    api=hub.api,
                    callback=hub.callback,
                    query=hub.query,
                    secret=hub.secret,
                    created_ns=hub.created_ns,
                )
            )

    def list(self, api: str | None = None) -> list[Hub]:
        """List the registrations of an API, or all, the oldest first."""
        wanted = select(TmfHubRow).order_by(TmfHubRow.created_ns, TmfHubRow.id)
        if api is not None:
            wanted = wanted.where(TmfHubRow.api == api)
        with self._state.session() as session:
            return [_hub(row) for row in session.scalars(wanted)]

    def one(self, api: str, name: str) -> Hub | None:
        """Give a registration of an API, None if there is none of that id."""
        return next((each for each in self.list(api) if each.id == name), None)

    def remove(self, api: str, name: str) -> bool:
        """Drop a registration; False where there is none."""
        with self._state.session() as session:
            row = session.get(TmfHubRow, name)
            if row is None or row.api != api:
                return False
            session.delete(row)
            return True


def _hub(row: TmfHubRow) -> Hub:
    return Hub(
        id=row.id,
        api=row.api,
        callback=row.callback,
        query=row.query,
        secret=row.secret,
        created_ns=row.created_ns,
    )
