"""What a controller is: it brings one action about over somebody's interface, and takes it back.

A controller keeps no state: all that it must know again is in the diff, which the journal keeps. It
marks what it makes at the peer with the id of the order, so that it finds it again after a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from sentio.execution.peer import Peer
from sentio.model.degradation import Scope
from sentio.model.plan import Action

Json: TypeAlias = dict[str, Any]  # Any: JSON
State = Literal["standing", "pending", "absent", "failed"]
"""As the peer tells: it stands, is being brought about, is not there, or the peer gave it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One action that is to be done, under an id of its own that is known before it is sent.

    ``subjects`` are the pseudonyms for whom it is done, where it is done for people or things;
    ``route`` is what the table of routes adds for the peer.
    """

    id: str
    plan: str
    action: Action
    made_ns: int
    until_ns: int
    scope: Scope = field(default_factory=dict[str, str])
    subjects: tuple[str, ...] = ()
    reason: str = ""
    route: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What an order changes at the peer: how it was, how it is to be, and that in words."""

    order: Order
    before: Json = field(default_factory=dict[str, Any])  # Any: JSON
    after: Json = field(default_factory=dict[str, Any])  # Any: JSON
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the peer has of an order; ``handles`` are its own names for it, the oldest first.

    More handles than ``wanted`` are doubles, which the runner takes back. Where there are fewer,
    the peer did not let everybody have it, or a crash came between: `apply` makes the rest.
    """

    state: State
    handles: tuple[str, ...] = ()
    wanted: int = 1
    said: str = ""


class Controller(Protocol):
    """Brings actions about over one kind of interface.

    Each call may be repeated: `apply` first looks what is there of the order already and only makes
    what is missing, `undo` of what is not there does nothing. Each may raise what `Peer` raises.
    """

    @property
    def name(self) -> str:
        """The name people type in a route."""
        ...

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Read how things are, and tell what is to be changed; changes nothing."""
        ...

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Bring it about; gives the peer's names for it."""
        ...

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Ask the peer what it has of the order, known by the order's id alone."""
        ...

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """Take back what stands under these names, to how it was."""
        ...
