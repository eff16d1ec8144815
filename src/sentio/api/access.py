"""Who may ask: bearer keys and tokens (RFC 6750), needed as soon as there are any."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from fastapi import Request

from sentio.api.problems import RequestError
from sentio.api.rate import Rate
from sentio.api.signon import SignOn, TokenError
from sentio.api.signon.issuer import IssuerDown
from sentio.store.state import StateStore
from sentio.store.state.keys import id_of

Check = Callable[[Request], str]


class Bearer(Protocol):
    """Whoever a key or a token is of."""

    @property
    def name(self) -> str:
        """What the audit calls it."""
        ...

    @property
    def roles(self) -> tuple[str, ...]:
        """What it may be used for."""
        ...

    def may(self, role: str) -> bool:
        """Tell whether it gives a role."""
        ...


class Access:
    """Checks the key or token of each request.

    Parameters
    ----------
    is_local
        Whether the server listens on loopback only. Then no key is needed until there is one, or
        sign-on is set up.
    sign_on
        Reads tokens of the operator's issuer; None: keys only.
    reads
        How much each of them may read a second.
    """

    def __init__(
        self,
        state: StateStore,
        *,
        is_local: bool,
        sign_on: SignOn | None = None,
        reads: Rate | None = None,
    ) -> None:
        self._state = state
        self._is_local = is_local
        self._sign_on = sign_on
        self._reads = reads
        self._turn = threading.Lock()

    def needs(self, role: str) -> Check:
        """Make the dependency of a route that only this role may use; it gives who asks."""

        def check(request: Request) -> str:  # not async: it runs in a thread, hashing takes a while
            known: dict[str, str] = request.scope.setdefault("sentio.who", {})
            if role not in known:  # a route may ask again who it is
                known[role] = who = self._who(request.headers.get("authorization", ""), role)
                if role == "read":
                    self._count_read(who)
            return known[role]

        return check

    def _who(self, authorization: str, role: str) -> str:
        if not authorization:
            if self._is_local and self._sign_on is None and not self._state.has_keys():
                return "local"
            raise _unauthorised("no key was sent")
        scheme, _, sent = authorization.partition(" ")
        found = self._bearer(sent.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise _unauthorised("the key is unknown or was revoked", is_invalid=True)
        if not found.may(role):
            raise RequestError(
                403,
                f"the key {found.name!r} may {' and '.join(found.roles) or 'nothing'}",
                where="Authorization",
                expected=f"a key with the role {role!r}",
            )
        return found.name

    def _bearer(self, sent: str) -> Bearer | None:
        if self._sign_on is None or id_of(sent) is not None:
            return self._state.check_key(sent)
        try:
            return self._sign_on.check(sent)
        except TokenError as error:
            raise _unauthorised(str(error), is_invalid=True) from error
        except IssuerDown as error:
            raise RequestError(
                503, str(error), where="Authorization", next_step="Send again a little later."
            ) from error

    def _count_read(self, who: str) -> None:
        if self._reads is not None:
            with self._turn:
                self._reads.check(who)
                self._reads.take(who, 1)


def _unauthorised(what: str, *, is_invalid: bool = False) -> RequestError:
    return RequestError(
        401,
        what,
        where="Authorization",
        expected="Bearer and a key in force, or a token of the issuer",
        next_step="Make one with `sentio key create NAME`.",
        challenge='Bearer error="invalid_token"' if is_invalid else "Bearer",
    )
