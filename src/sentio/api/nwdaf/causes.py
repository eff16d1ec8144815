"""Errors of the 3GPP services: problem details with a cause (TS 29.500, TS 29.520)."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationError

from sentio.api.problems import RequestError

Cause = Literal[
    "INVALID_MSG_FORMAT",
    "MANDATORY_IE_MISSING",
    "MANDATORY_IE_INCORRECT",
    "OPTIONAL_IE_INCORRECT",
    "MANDATORY_QUERY_PARAM_MISSING",
    "MANDATORY_QUERY_PARAM_INCORRECT",
    "OPTIONAL_QUERY_PARAM_INCORRECT",
    "BOTH_STAT_PRED_NOT_ALLOWED",
    "UNAVAILABLE_DATA",
    "SUBSCRIPTION_NOT_FOUND",
]

STATUS: dict[Cause, int] = {"UNAVAILABLE_DATA": 500, "SUBSCRIPTION_NOT_FOUND": 404}
"""All others are answered by 400."""


def caused(cause: Cause, what: str, *, where: str = "", expected: str = "") -> RequestError:
    """Make an error with its cause, and the parameter that it is about."""
    more: dict[str, object] = {"cause": cause}
    if where:
        more["invalidParams"] = [{"param": where, "reason": expected or what}]
    status = STATUS.get(cause, 400)
    return RequestError(status, what, where=where, expected=expected, more=more)


def malformed(error: ValidationError, *, is_query: str = "") -> RequestError:
    """Say what is wrong with a body, or with the query parameter ``is_query``."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    said = first["msg"]
    if is_query:
        where = f"{is_query}.{place}" if place else is_query
        return caused("OPTIONAL_QUERY_PARAM_INCORRECT", said, where=where)
    if first["type"] == "json_invalid":
        return caused("INVALID_MSG_FORMAT", said)
    if first["type"] == "missing":
        return caused("MANDATORY_IE_MISSING", f"{place} is missing", where=place)
    return caused("MANDATORY_IE_INCORRECT", said, where=place)
