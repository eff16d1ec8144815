"""Who carries an action out: for each kind the controller, the peer, and what it needs beside.

The table is ``definitions/routes``; files in the folder ``routes`` of ``$SENTIO_DEFINITIONS`` add
to it and replace rows. Which peers there are is a setting.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sentio.execution.catalogue import CONTROLLERS
from sentio.execution.controller import Controller
from sentio.execution.peer import Peer
from sentio.execution.peers import Extra, PeerEntry, read_peers, read_toml
from sentio.kernel.clock import Clock
from sentio.kernel.config import Settings
from sentio.kernel.errors import DefinitionError, UnknownName

OWN_DEFINITIONS = "SENTIO_DEFINITIONS"
NOBODY = "http://nobody.invalid"  # RFC 2606: that name never leads anywhere
DRY = "dry_run"


class Row(BaseModel):
    """One row of the table."""

    model_config = ConfigDict(extra="forbid")

    controller: str
    peer: str = ""
    extra: Extra = Extra()


class Table(BaseModel):
    """A file of routes."""

    model_config = ConfigDict(extra="forbid")

    actions: dict[str, Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who carries a kind of action out; ``extra`` belongs into the order's ``route``."""

    controller: Controller
    peer: str
    extra: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """All routes, and the peers that there are."""

    rows: Mapping[str, Row]
    peers: Mapping[str, PeerEntry]

    def route(self, kind: str) -> Route:
        """Give the route of a kind of action; nobody is asked where it has none, or no peer."""
        row = self.rows.get(kind)
        if row is None or row.peer not in self.peers:
            return Route(controller=CONTROLLERS[DRY], peer="")
        extra = {**row.extra.texts(), **self.peers[row.peer].route.texts()}
        return Route(controller=CONTROLLERS[row.controller], peer=row.peer, extra=extra)

    def peer(self, name: str, *, clock: Clock | None = None) -> Peer:
        """Make a connection to a peer, for one thread; the empty name is nobody's."""
        if not name:
            return Peer(NOBODY, clock=clock)
        if name not in self.peers:
            raise UnknownName.among("peer", name, self.peers)
        return self.peers[name].connect(clock=clock)


def routes(settings: Settings, *, known: Collection[str] = ()) -> Routes:
    """Read the table and the peers.

    Parameters
    ----------
    known
        The kinds of action that there are; a row of another one is an error. Empty: not checked.

    Raises
    ------
    ConfigError
        The file of peers is wrong.
    DefinitionError
        A file of routes is wrong.
    UnknownName
        A row names a controller or an action that is none, or a peer that no row uses is set.
    """
    rows: dict[str, Row] = {}
    for path in _tables():
        rows |= read_table(path, known=known).actions
    used = sorted({row.peer for row in rows.values()} - {""})
    peers = read_peers(settings.execution_peers)
    for name in peers:
        if name not in used:
            raise UnknownName.among("peer of any route", name, used)
    if settings.execution_url:
        everywhere = PeerEntry(url=settings.execution_url)
        peers = {name: peers.get(name, everywhere) for name in used}
    return Routes(rows=rows, peers=peers)


def read_table(path: Traversable, *, known: Collection[str] = ()) -> Table:
    """Read one file of routes; raises as `routes` does."""
    table = read_toml(Table, path, DefinitionError)
    for kind, row in table.actions.items():
        if known and kind not in known:
            raise UnknownName.among("action", kind, known)
        CONTROLLERS[row.controller]  # pyright: ignore[reportUnusedExpression]  # raises UnknownName
    return table


def _tables() -> list[Traversable]:
    folders: list[Traversable] = [files("sentio") / "definitions" / "routes"]
    if own := os.environ.get(OWN_DEFINITIONS):
        folders.append(Path(own) / "routes")
    found = [
        sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=_name)
        for folder in folders
        if folder.is_dir()
    ]
    return [path for each in found for path in each]


def _name(path: Traversable) -> str:
    return path.name
