"""Signing in and out with a browser, and who one is: /api/v1/session and /api/v1/me."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from sentio.api.access import Access, Bearer, check_origin
from sentio.api.problems import RequestError
from sentio.api.signon.code_flow import CodeFlow
from sentio.api.signon.issuer import IssuerDown
from sentio.api.signon.sessions import Sessions
from sentio.api.signon.tokens import TokenError
from sentio.kernel.config import Settings
from sentio.kernel.log import logger
from sentio.store.state.keys import AGGREGATE, ROLES, ApiKey

log = logger("api")

KEPT = "sentio_signing_on"  # cookie, until somebody is back from the issuer
BACK = "/api/v1/session/oidc/back"
LANDINGS = (("admin", "/incidents"), ("act", "/incidents"), ("care", "/subjects"))
OVERVIEW = "/overview"


class SignIn(BaseModel):
    """How one can sign in here, and whether one must."""

    key: bool
    oidc: bool
    is_needed: bool


class Me(BaseModel):
    """Who asks, what he may, and where he begins; nobody has an empty name and may nothing."""

    name: str
    roles: list[str]
    may: list[str]
    landing: str
    sign_in: SignIn


class Shown(BaseModel):
    """A key that is shown to sign in."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=500)


def session_router(
    access: Access, sessions: Sessions, flow: CodeFlow | None, settings: Settings
) -> APIRouter:
    """Make the routes; they are open, as whoever uses them is not known yet."""
    router = APIRouter(prefix="/v1", tags=["session"])

    @router.get("/me", summary="Who asks, and what he may")
    def me(request: Request) -> Me:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return _me(access, access.who(request), has_flow=flow is not None)

    @router.post("/session", summary="Sign in with an API key")
    def begin(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        body: Shown, request: Request, response: Response
    ) -> Me:
        """Let the browser keep who it is, in a cookie that no script can read."""
        found = access.bearer(body.key.strip()) if body.key.startswith("sentio_") else None
        if not isinstance(found, ApiKey):
            raise RequestError(401, "the key is unknown or was revoked", where="key")
        sessions.begin(
            response, found, path=_root(request), is_secure=_base(request, settings)[0] == "https"
        )
        return _me(access, found, has_flow=flow is not None)

    @router.delete("/session", summary="Sign out", status_code=204)
    def end(request: Request, response: Response) -> None:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        check_origin(request)
        sessions.end(response, path=_root(request))

    if flow is not None:
        _add_flow(router, sessions, flow, settings)
    return router


def _add_flow(router: APIRouter, sessions: Sessions, flow: CodeFlow, settings: Settings) -> None:
    @router.get("/session/oidc", summary="Sign in with the issuer", status_code=303)
    def leave(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Send the browser to the issuer."""
        scheme, host = _base(request, settings)
        try:
            begun = flow.begin(f"{scheme}://{host}{_root(request)}{BACK}")
        except IssuerDown as error:
            raise RequestError(
                503, error.what, where="oidc_issuer", next_step="Try again a little later."
            ) from error
        away = RedirectResponse(begun.url, status_code=303)
        away.set_cookie(
            KEPT,
            begun.cookie,
            max_age=begun.lasts_s,
            path=_root(request) + BACK,
            httponly=True,
            samesite="lax",  # it comes back from another site
            secure=scheme == "https",
        )
        return away

    @router.get("/session/oidc/back", summary="Come back from the issuer", status_code=303)
    def back(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        request: Request,
        state: Annotated[str, Query(max_length=500)] = "",
        code: Annotated[str, Query(max_length=4000)] = "",
    ) -> Response:
        """Trade the code in and let the browser keep who it is; else say that it failed."""
        root, is_secure = _root(request), _base(request, settings)[0] == "https"
        try:
            who = flow.finish(cookie=request.cookies.get(KEPT, ""), state=state, code=code)
        except (TokenError, IssuerDown) as error:
            log.warning("sign-on failed", why=str(error))
            answer = RedirectResponse(f"{root}/?signin=failed", status_code=303)
        else:
            answer = RedirectResponse(f"{root}/", status_code=303)
            sessions.begin(answer, who, path=root, is_secure=is_secure)
        answer.delete_cookie(KEPT, path=root + BACK, httponly=True, samesite="lax")
        return answer


def _me(access: Access, who: Bearer | None, *, has_flow: bool) -> Me:
    roles = list(who.roles) if who else []
    may = [each for each in (*ROLES, AGGREGATE) if who is not None and who.may(each)]
    landing = next((path for role, path in LANDINGS if role in roles), OVERVIEW)
    return Me(
        name=who.name if who else "",
        roles=roles,
        may=may,
        landing=landing if access.is_needed else OVERVIEW,
        sign_in=SignIn(key=access.has_keys, oidc=has_flow, is_needed=access.is_needed),
    )


def _root(request: Request) -> str:
    """Give what stands before every path, as the browser sees it."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def _base(request: Request, settings: Settings) -> tuple[str, str]:
    """Give scheme and host as the browser sees them."""
    scheme, _, host = settings.api_public_url.partition("://")
    return (scheme, host) if host else (request.url.scheme, request.headers.get("host", ""))
