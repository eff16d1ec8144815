"""What a check says of a plug-in that does not keep its contract."""

from __future__ import annotations

from collections.abc import Iterable


class BrokenContract(AssertionError):
    """A plug-in does not keep its contract; ``breaches`` says how, one sentence each."""

    def __init__(self, name: str, breaches: Iterable[str]) -> None:
        self.name = name
        self.breaches = tuple(breaches)
        lines = "".join(f"\n- {breach}" for breach in self.breaches)
        super().__init__(f"{name} breaks its contract:{lines}")


def insist(name: str, breaches: Iterable[str]) -> None:
    """Raise `BrokenContract` if there is any breach."""
    found = tuple(breaches)
    if found:
        raise BrokenContract(name, found)
