"""Errors as HTTP answers: problem details (RFC 9457) with what, where, expected and next."""

from __future__ import annotations

import http
import math
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sentio.kernel.errors import (
    ConfigError,
    DefinitionError,
    FormatError,
    OverloadError,
    RefusedError,
    SentioError,
    StoreBusyError,
    StoreError,
    StoreFullError,
    UnknownName,
)

STATUS: tuple[tuple[type[SentioError], int], ...] = (  # the first that fits
    (OverloadError, 429),
    (StoreFullError, 507),
    (StoreBusyError, 503),
    (StoreError, 503),
    (RefusedError, 403),
    (FormatError, 422),
    (UnknownName, 422),
    (DefinitionError, 422),
    (ConfigError, 500),
)


class RequestError(SentioError):
    """A request that cannot be served as it stands; ``status`` is the HTTP status code.

    ``challenge`` is what an answer 401 asks for (RFC 6750).
    """

    kind = "request"

    def __init__(
        self,
        status: int,
        what: str,
        *,
        where: str = "",
        expected: str = "",
        next_step: str = "",
        more: dict[str, Any] | None = None,  # Any: JSON that the answer carries as well
        challenge: str = "Bearer",
    ) -> None:
        self.status = status
        self.challenge = challenge
        self.more = more or {}
        super().__init__(what, where=where, expected=expected, next_step=next_step)


def status_of(error: SentioError) -> int:
    """Tell the HTTP status of an error."""
    if isinstance(error, RequestError):
        return error.status
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def problem(error: SentioError) -> JSONResponse:
    """Write an error as problem details."""
    status = status_of(error)
    headers: dict[str, str] = {}
    if isinstance(error, OverloadError):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    if status == http.HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = getattr(error, "challenge", "Bearer")
    body = {
        "type": "about:blank",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": str(error),
        **error.as_dict(),
        **_request_id(),
        **(error.more if isinstance(error, RequestError) else {}),
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def unforeseen() -> JSONResponse:
    """Write down that something went wrong which has no name yet."""
    return problem(
        RequestError(
            500,
            "something went wrong that nobody foresaw",
            next_step="The log has the details under this request id.",
        )
    )


def add_problems(app: FastAPI) -> None:
    """Let an application answer every foreseen error as problem details."""
    app.add_exception_handler(SentioError, _explained)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _plain)


async def _explained(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, SentioError):
        raise error
    return problem(error)


async def _malformed(_request: Request, error: Exception) -> JSONResponse:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    place = ".".join(str(part) for part in first.get("loc", ()))
    found = repr(first.get("input"))
    return problem(
        RequestError(422, f"{place} is {found}", where=place, expected=str(first.get("msg", "")))
    )


async def _plain(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = problem(RequestError(status, http.HTTPStatus(status).description or "refused"))
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


def _request_id() -> dict[str, str]:
    known = structlog.contextvars.get_contextvars().get("request_id")
    return {"request_id": str(known)} if known else {}
