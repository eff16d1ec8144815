"""The network as the southbound interfaces see it: they want things done, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sentio.kernel.errors import UnknownName
from sentio.lab.live.lab import Lab
from sentio.lab.operator.estate import Estate
from sentio.lab.southbound.asked import BAD_REQUEST, Problem
from sentio.lab.southbound.ledger import Deed, Ledger
from sentio.lab.southbound.mischief import Mischief
from sentio.lab.southbound.orders import changes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What is to be done for an order; two that are equal are one."""

    order: str
    interface: str
    action: str
    element: str
    element_kind: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A want that was brought about, with the names of the lab's changes."""

    want: Want
    deed: Deed
    changes: tuple[str, ...]


class Network:
    """Does what is wanted in the lab, and keeps the ledger; held by one thread at a time.

    Parameters
    ----------
    subject_of
        Gives the IMSI of whom a session is for, empty for a stranger; a session for a name that
        is no IMSI of the city is kept on record, and changes nothing.
    """

    def __init__(
        self,
        lab: Lab,
        *,
        subject_of: Callable[[str], str] = str,
        mischief: Mischief | None = None,
    ) -> None:
        self.lab = lab
        self.ledger = Ledger()
        self.mischief = mischief or Mischief()
        self.subject_of = subject_of

    @property
    def estate(self) -> Estate:
        """What stands in the city."""
        return self.lab.operator.estate

    @property
    def now_ns(self) -> int:
        """Simulated time at which the next period begins."""
        return self.lab.operator.now_ns

    @property
    def now(self) -> str:
        """The same, as the standards write it (RFC 3339)."""
        return self.moment(self.now_ns)

    def moment(self, ns: int) -> str:
        """Write a moment as the standards do."""
        return datetime.fromtimestamp(ns / 1e9, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def do(self, want: Want, *, on: str = "") -> Done:
        """Bring something about from the next period on, on another element if one is named.

        Raises `Problem` (400) where element, action or a parameter is none; nothing is done then.
        """
        names = list[str]()
        try:
            for change in changes_of(want.action, on or want.element, want.parameters):
                names.append(self.lab.do(change))
        except UnknownName as error:
            self._withdraw(names)
            raise Problem(BAD_REQUEST, str(error)) from error
        return self._noted(want, tuple(names))

    def record(self, want: Want) -> Done:
        """Keep something on record that changes nothing."""
        return self._noted(want, ())

    def asked_again(self, want: Want) -> None:
        """Count a request for what is done already."""
        self.ledger.deed(self._new(want)).asked += 1

    def undo(self, done: Done) -> None:
        """Take something back from the next period on; a restart cannot be, and stands."""
        if done.changes and not self._withdraw(done.changes):
            return
        done.deed.undone += 1
        done.deed.undone_ns = self.now_ns

    def _noted(self, want: Want, names: tuple[str, ...]) -> Done:
        deed = self.ledger.deed(self._new(want))
        deed.asked += 1
        deed.applied += 1
        deed.changes += names
        return Done(want=want, deed=deed, changes=names)

    def _new(self, want: Want) -> Deed:
        return Deed(
            order=want.order,
            interface=want.interface,
            action=want.action,
            element=want.element,
            element_kind=want.element_kind,
            done_ns=self.now_ns,
        )

    def _withdraw(self, names: Sequence[str]) -> bool:
        """Withdraw changes, the latest first; tells whether there was anything to withdraw."""
        withdrawn = [self.lab.withdraw(name) for name in reversed(names)]
        return any(withdrawn)
