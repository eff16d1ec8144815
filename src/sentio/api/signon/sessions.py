"""Who is signed in with a browser: a cookie that no script can read and no other site send."""

from __future__ import annotations

from starlette.responses import Response

from sentio.api.signon.sealed import Sealer
from sentio.api.signon.tokens import SignedOn
from sentio.store.state import StateStore
from sentio.store.state.keys import ApiKey

COOKIE = "sentio_session"


class Sessions:
    """Makes the cookie of a session and reads it.

    A session by an API key ends as soon as the key is revoked, one by the issuer with its time.
    """

    def __init__(self, sealer: Sealer, state: StateStore, *, issuer: str) -> None:
        self._sealer = sealer
        self._state = state
        self._issuer = issuer

    def begin(
        self, response: Response, who: ApiKey | SignedOn, *, path: str, is_secure: bool
    ) -> None:
        """Let a browser keep who it is."""
        if isinstance(who, ApiKey):
            body: dict[str, object] = {"key": who.key_id}
        else:
            body = {"name": who.name, "roles": list(who.roles), "issuer": self._issuer}
        response.set_cookie(
            COOKIE,
            self._sealer.seal(body),
            max_age=self._sealer.lasts_s,
            path=path or "/",
            httponly=True,
            samesite="strict",
            secure=is_secure,
        )

    def end(self, response: Response, *, path: str) -> None:
        """Let a browser forget it."""
        response.delete_cookie(COOKIE, path=path or "/", httponly=True, samesite="strict")

    def who(self, cookie: str) -> ApiKey | SignedOn | None:
        """Tell whose session a cookie is, None if it is none in force."""
        body = self._sealer.open(cookie)
        if body is None:
            return None
        if "key" in body:
            return self._state.key_in_force(str(body["key"]))
        if not self._issuer or body["issuer"] != self._issuer:  # sign-on was set up anew
            return None
        return SignedOn(name=str(body["name"]), roles=tuple(body["roles"]))
