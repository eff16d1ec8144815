"""Who may ask: bearer keys (RFC 6750), needed as soon as one exists or others can reach us."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request

from sentio.api.problems import RequestError
from sentio.store.state import StateStore


class Access:
    """Checks the key of each request.

    Parameters
    ----------
    is_local
        Whether the server listens on loopback only. Then no key is needed until there is one.
    """

    def __init__(self, state: StateStore, *, is_local: bool) -> None:
        self._state = state
        self._is_local = is_local

    def needs(self, role: str) -> Callable[[Request], str]:
        """Make the dependency of a route that only this role may use; it gives who asks."""

        def check(request: Request) -> str:  # not async: it runs in a thread, hashing takes a while
            return self._who(request.headers.get("authorization", ""), role)

        return check

    def _who(self, authorization: str, role: str) -> str:
        scheme, _, key = authorization.partition(" ")
        if not authorization:
            if self._is_local and not self._state.has_keys():
                return "local"
            raise _unauthorised("no key was sent")
        found = self._state.check_key(key.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise _unauthorised("the key is unknown or was revoked")
        if not found.may(role):
            raise RequestError(
                403,
                f"the key {found.name!r} may {' and '.join(found.roles) or 'nothing'}",
                where="Authorization",
                expected=f"a key with the role {role!r}",
            )
        return found.name


def _unauthorised(what: str) -> RequestError:
    return RequestError(
        401,
        what,
        where="Authorization",
        expected="Bearer and a key in force",
        next_step="Make one with `sentio key create NAME`.",
    )
