"""What tells of groups only: the routes that whoever has the role `marketing` may read.

Everything else is closed to them. A route stands here only if no answer of it holds a pseudonym,
and if it hides groups of fewer subjects than `Access.least_group` says.
"""

from __future__ import annotations

from fastapi import Request

AGGREGATES = frozenset(
    {
        "/api/v1/experience",
        "/api/v1/freshness",
        "/api/v1/groups",
        "/api/v1/search",
    }
)
"""Paths without what may stand before them; each is read only."""


def is_aggregate(request: Request) -> bool:
    """Tell whether a request is for one of them."""
    path = str(request.scope["path"]).removeprefix(str(request.scope.get("root_path", "")))
    return request.method in {"GET", "HEAD"} and path in AGGREGATES
