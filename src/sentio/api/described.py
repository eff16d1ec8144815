"""The description of our own API (OpenAPI): every operation may answer with problem details."""

from __future__ import annotations

import http
from typing import Any

SCHEMA = "Problem"
ALWAYS = (401, 403, 422, 429, 503)
WITH_BODY = (400, 409, 413, 415)
OPERATIONS = ("get", "put", "post", "patch", "delete")
OPEN_APIS = "/tmf-api/"  # they answer in a form of their own

PROBLEM: dict[str, Any] = {  # Any: JSON
    "type": "object",
    "title": "Problem details (RFC 9457)",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "kind": {"type": "string"},
        "what": {"type": "string", "description": "What was found."},
        "where": {"type": "string", "description": "Where it was found."},
        "expected": {"type": "string", "description": "What would have been right."},
        "next": {"type": "string", "description": "What to do."},
    },
}


def with_problems(described: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """Add the problems that an operation may answer with, where it does not describe its own."""
    described.setdefault("components", {}).setdefault("schemas", {})[SCHEMA] = PROBLEM
    for path, item in described["paths"].items():
        for method in OPERATIONS:
            if method in item and OPEN_APIS not in path:
                _add(item[method]["responses"], method, path)
    return described


def _add(responses: dict[str, Any], method: str, path: str) -> None:  # Any: JSON
    statuses = [*ALWAYS, *(WITH_BODY if method != "get" else (400,))]
    if "{" in path or method == "get":
        statuses.append(404)
    for status in sorted(statuses):
        known = responses.get(str(status))
        if known is None or _is_frameworks(known):
            responses[str(status)] = _problem(status)


def _is_frameworks(response: dict[str, Any]) -> bool:  # Any: JSON
    """Tell the framework's own description of a 422, which nobody answers, from one of ours."""
    return "HTTPValidationError" in str(response.get("content", {}))


def _problem(status: int) -> dict[str, Any]:  # Any: JSON
    schema = {"$ref": f"#/components/schemas/{SCHEMA}"}
    return {
        "description": http.HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": schema}},
    }
