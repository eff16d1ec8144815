"""Who may ask: bearer keys and tokens (RFC 6750), needed as soon as there are any."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request

from sentio.api.aggregates import is_aggregate
from sentio.api.problems import RequestError
from sentio.api.rate import Rate
from sentio.api.signon import SignOn, TokenError
from sentio.api.signon.issuer import IssuerDown
from sentio.api.signon.sessions import COOKIE, Sessions
from sentio.store.state import StateStore
from sentio.store.state.keys import AGGREGATE, id_of

Check = Callable[[Request], str]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # methods that change nothing (RFC 9110, 9.2.1)


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


@dataclass(frozen=True, slots=True)
class Local:
    """Whoever uses this machine, while nobody needs a key."""

    name: str = "local"
    roles: tuple[str, ...] = ("admin",)

    def may(self, role: str) -> bool:
        """Everything."""
        del role
        return True


class Access:
    """Checks the key, the token or the session of each request.

    Parameters
    ----------
    is_local
        Whether the server listens on loopback only. Then no key is needed until there is one, or
        sign-on is set up.
    sign_on
        Reads tokens of the operator's issuer; None: keys only.
    reads
        How much each of them may read a second.
    sessions
        Reads the cookies of browsers; None: none are taken.
    least_group
        Subjects that a group must have, to be told to whoever may read groups only.
    """

    def __init__(
        self,
        state: StateStore,
        *,
        is_local: bool,
        sign_on: SignOn | None = None,
        reads: Rate | None = None,
        sessions: Sessions | None = None,
        least_group: int = 0,
    ) -> None:
        self._state = state
        self._is_local = is_local
        self._sign_on = sign_on
        self._reads = reads
        self._sessions = sessions
        self._least_group = least_group
        self._turn = threading.Lock()

    def needs(self, role: str) -> Check:
        """Make the dependency of a route that only this role may use; it gives who asks."""

        def check(request: Request) -> str:  # not async: it runs in a thread, hashing takes a while
            known: dict[str, str] = request.scope.setdefault("sentio.who", {})
            if role not in known:  # a route may ask again who it is
                known[role] = who = self._may(request, role)
                if role == "read":
                    self._count_read(who)
            return known[role]

        return check

    def who(self, request: Request) -> Bearer | None:
        """Tell who asks, None where nobody has said so; raises where what was said is wrong."""
        authorization = request.headers.get("authorization", "")
        if authorization:
            scheme, _, sent = authorization.partition(" ")
            found = self.bearer(sent.strip()) if scheme.lower() == "bearer" else None
            if found is None:
                raise _unauthorised("the key is unknown or was revoked", is_invalid=True)
            return found
        cookie = request.cookies.get(COOKIE, "")
        signed = self._sessions.who(cookie) if cookie and self._sessions else None
        if signed is not None:
            check_origin(request)
            return signed
        return None if self.is_needed else Local()

    @property
    def is_needed(self) -> bool:
        """Whether nobody gets in who has not said who it is."""
        return not self._is_local or self._sign_on is not None or self._state.has_keys()

    @property
    def has_keys(self) -> bool:
        """Whether a key could be shown."""
        return self._state.has_keys()

    def least_group(self, request: Request) -> int:
        """Give how many subjects a group must have, to be told to whoever asks; 0: any."""
        who = self.who(request)
        return 0 if who is not None and who.may("read") else self._least_group

    def _may(self, request: Request, role: str) -> str:
        found = self.who(request)
        if found is None:
            raise _unauthorised("no key was sent")
        is_open = role == "read" and found.may(AGGREGATE) and is_aggregate(request)
        if not found.may(role) and not is_open:
            raise RequestError(
                403,
                f"the key {found.name!r} may {' and '.join(found.roles) or 'nothing'}",
                where="Authorization",
                expected=f"a key with the role {role!r}",
            )
        return found.name

    def bearer(self, sent: str) -> Bearer | None:
        """Tell whose key or token it is, None if it is a key not known; raises on tokens."""
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


def check_origin(request: Request) -> None:
    """Refuse what a browser may have been made to send: a change, with a cookie, from nowhere.

    The rim refuses every foreign origin; here one must be said.
    """
    if request.method not in SAFE and "origin" not in request.headers:
        raise RequestError(
            403,
            "a request with a cookie that changes something says no origin",
            where="Origin",
            expected="the pages of this server, or a key in Authorization",
        )


def _unauthorised(what: str, *, is_invalid: bool = False) -> RequestError:
    return RequestError(
        401,
        what,
        where="Authorization",
        expected="Bearer and a key in force, or a token of the issuer",
        next_step="Make one with `sentio key create NAME`.",
        challenge='Bearer error="invalid_token"' if is_invalid else "Bearer",
    )
