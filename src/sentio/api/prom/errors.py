"""What goes wrong with a query, as Prometheus tells it: bad_data, execution, timeout."""

from __future__ import annotations

from typing import ClassVar, Literal

from sentio.kernel.errors import SentioError

ErrorType = Literal["bad_data", "execution", "timeout"]


class QueryError(SentioError):
    """A query that cannot be answered; ``status`` is the HTTP status code."""

    kind = "query"
    error_type: ClassVar[ErrorType] = "execution"
    status: ClassVar[int] = 422


class MalformedQuery(QueryError):
    """The query or a parameter cannot be read."""

    error_type = "bad_data"
    status = 400


class UnsupportedQuery(QueryError):
    """The query is right, but outside of what is supported or of the limits."""


class SlowQuery(QueryError):
    """The query took longer than it may."""

    error_type = "timeout"
    status = 503
