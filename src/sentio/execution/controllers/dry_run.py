"""Nobody is asked: it is told what would be done, and nothing happens."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.execution.controller import Diff, Found, Order
from sentio.execution.peer import Peer
from sentio.execution.things import target_of

HANDLE = "dry-run"


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """Does nothing, and says so; whatever has no route comes here."""

    name: str = "dry_run"

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Tell what would be done."""
        del peer
        action = order.action
        more = ", ".join(f"{name} {value}" for name, value in sorted(action.parameters.items()))
        sentence = f"Nobody is asked. It would be: {action.kind} of {target_of(order)}"
        return Diff(order=order, sentence=f"{sentence}{f' ({more})' if more else ''}.")

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Do nothing."""
        del diff, peer
        return (HANDLE,)

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Say that it stands, as nothing does."""
        del diff, peer
        return Found(state="standing", handles=(HANDLE,), said="nothing was done")

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """Do nothing."""


CONTROLLER = DryRun()
