"""Errors as TM Forum bodies (TMF630): code, reason, message, status, referenceError, @type."""

from __future__ import annotations

import http
import math

from starlette.responses import JSONResponse

from sentio.api.problems import RequestError, status_of
from sentio.kernel.errors import OverloadError, SentioError

REFERENCE = "https://www.rfc-editor.org/rfc/rfc9110#section-15"
SECTIONS = {  # RFC 9110: where a status is told
    400: ".5.1",
    401: ".5.2",
    403: ".5.4",
    404: ".5.5",
    405: ".5.6",
    409: ".5.10",
    413: ".5.14",
    415: ".5.16",
    500: ".6.1",
    503: ".6.4",
}
UNPROCESSABLE = 422  # ours, where TM Forum knows 400 only


def bad(what: str, *, where: str = "", expected: str = "", next_step: str = "") -> RequestError:
    """Make the error of a request that is wrong in itself."""
    return RequestError(400, what, where=where, expected=expected, next_step=next_step)


def missing(what: str, name: str) -> RequestError:
    """Make the error of a resource that is not there."""
    return RequestError(404, f"there is no {what} {name!r}", where="path")


def tmf_error(error: SentioError) -> JSONResponse:
    """Write any foreseen error as a TM Forum body."""
    status = status_of(error)
    status = 400 if status == UNPROCESSABLE else status
    headers: dict[str, str] = {}
    if isinstance(error, OverloadError):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    if status == http.HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RequestError):
        headers |= {str(key): str(value) for key, value in error.more.items() if key == "Allow"}
    body = {
        "@type": "Error",
        "code": str(status),
        "reason": error.what,
        "message": str(error),
        "status": str(status),
        "referenceError": f"{REFERENCE}{SECTIONS.get(status, '')}",
    }
    return JSONResponse(body, status, headers)
