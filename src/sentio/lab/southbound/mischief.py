"""What goes wrong between the network and those who act on it: at will, for tests and drills."""

from __future__ import annotations

from dataclasses import dataclass

NONSENSE = b"<!DOCTYPE html><html><body><h1>It works!</h1></body></html>"


@dataclass(slots=True, kw_only=True)
class Mischief:
    """How the server misbehaves; may be changed while it runs.

    Parameters
    ----------
    down
        It answers 503 and does nothing.
    slow_s
        It waits before it does anything, in seconds.
    nonsense
        It does what is asked, and answers with a page for people (HTML, 200).
    refuse
        It answers 422 and does nothing.
    drop_after
        It does what is asked, and breaks the connection off without an answer.
    forgets
        It does not know again what it has done: who asks twice gets it twice, as of most peers.
    methods
        Methods of requests that are hit; all unless some are named.
    prefix
        Paths that are hit begin with this.
    """

    down: bool = False
    slow_s: float = 0.0
    nonsense: bool = False
    refuse: bool = False
    drop_after: bool = False
    forgets: bool = False
    methods: tuple[str, ...] = ()
    prefix: str = "/"

    def hits(self, method: str, path: str) -> bool:
        """Tell whether a request is hit; the ledger never is."""
        is_meant = not self.methods or method in self.methods
        return is_meant and path.startswith(self.prefix) and not path.startswith("/southbound")
