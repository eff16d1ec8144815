"""What can be asked of a server: named questions in bulk, incidents, works, single subjects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self
from urllib.parse import quote

import httpx
import pyarrow as pa

from sentio.client.series import series_table
from sentio.client.transport import Json, Moment, Parameters, Transport

API = "api/v1"
PROMETHEUS = "prom/api/v1"
PAGE_ROWS = 500
TIMEOUT_S = 60.0


class Client:
    """A server that can be asked.

    Times are moments with an offset (UTC unless said), as `datetime` or ISO 8601; spans hold
    their beginning and not their end. Every method raises `ApiError` where the server refuses.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __enter__(self) -> Self:
        """Use the client as a context; the connection is closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def ask(
        self,
        question: str,
        *,
        since: Moment = None,
        until: Moment = None,
        tz: str = "UTC",
        reveal: str | None = None,
        **parameters: Any,  # noqa: ANN401  (each question has its own)
    ) -> pa.Table:
        """Answer a named question as an Arrow table; ``.to_pandas()`` makes a data frame of it.

        Parameters
        ----------
        question
            One of `questions`.
        tz
            Zone of the times in the answer.
        reveal
            Why whole pseudonyms are needed: then they are not masked. The key must have the role
            ``reveal``, and the reason is audited.
        parameters
            Those of the question.
        """
        with self._transport.stream(
            f"{API}/query", _query(question, since, until, tz, reveal, parameters)
        ) as file:
            return pa.ipc.open_stream(file).read_all()

    def batches(
        self,
        question: str,
        *,
        since: Moment = None,
        until: Moment = None,
        tz: str = "UTC",
        reveal: str | None = None,
        **parameters: Any,  # noqa: ANN401  (each question has its own)
    ) -> Iterator[pa.RecordBatch]:
        """Answer as `ask` does, batch by batch: for answers bigger than the memory."""
        with self._transport.stream(
            f"{API}/query", _query(question, since, until, tz, reveal, parameters)
        ) as file:
            yield from pa.ipc.open_stream(file)

    def questions(self) -> list[Json]:
        """List the named questions with their parameters."""
        return self._transport.get(f"{API}/questions")["items"]

    def services(self, *, since: Moment = None, until: Moment = None) -> pa.Table:
        """Total each service: uses, poor uses, mean MOS, confidence."""
        return self.ask("service_totals", since=since, until=until)

    def incidents(self, *, is_open: bool | None = None, limit: int | None = None) -> list[Json]:
        """List service problems with their cause and impact, the newest first."""
        return self._pages("service-problems", {"open": is_open}, limit)

    def incident(self, name: str) -> Json:
        """Give one service problem."""
        return self._transport.get(f"{API}/service-problems/{_safe(name)}")

    def degradations(
        self, *, since: Moment = None, until: Moment = None, limit: int | None = None, **more: str
    ) -> list[Json]:
        """List declines of experience, those seen last first; ``state`` and ``service`` narrow."""
        return self._pages("degradations", {"since": since, "until": until, **more}, limit)

    def diagnoses(self, degradation: str | None = None, *, limit: int | None = None) -> list[Json]:
        """List diagnoses, of one degradation or of all, the newest first."""
        return self._pages("diagnoses", {"degradation": degradation}, limit)

    def plans(self, degradation: str | None = None, *, limit: int | None = None) -> list[Json]:
        """List what is to be done, about one degradation or all, the newest first."""
        return self._pages("plans", {"degradation": degradation}, limit)

    def works(self, *, since: Moment = None, until: Moment = None) -> list[Json]:
        """List planned works."""
        found = self._transport.get(f"{API}/works", {"since": since, "until": until, "limit": 1000})
        return found["items"]

    def work_impact(self, name: str) -> Json:
        """Forecast whom a planned work will touch, and name better windows."""
        return self._transport.get(f"{API}/works/{_safe(name)}/impact")

    def subject(
        self, subject: int | str, *, purpose: str = "customer care", days: float = 7.0
    ) -> Json:
        """Tell how one subject fared, and why, by its pseudonym; that it was asked is audited."""
        given = {"purpose": purpose, "days": days}
        return self._transport.get(f"{API}/care/{_safe(str(subject))}", given)

    def experience(
        self, *, since: Moment = None, until: Moment = None, dimension: str = "cell"
    ) -> Json:
        """Sum a span up: uses, subjects, mean MOS, services, and where it was worst."""
        given = {"since": since, "until": until, "dimension": dimension}
        return self._transport.get(f"{API}/experience", given)

    def series(self, query: str, *, since: Moment, until: Moment, step: str = "1m") -> pa.Table:
        """Answer a query in PromQL: one row a series and step, with its labels, time and value."""
        given = {"query": query, "start": since, "end": until, "step": step}
        return series_table(self._transport.get(f"{PROMETHEUS}/query_range", given)["data"])

    def get(self, path: str, **parameters: Any) -> Json:  # noqa: ANN401  (each route has its own)
        """Ask any route under ``api/v1`` for JSON."""
        return self._transport.get(f"{API}/{path.lstrip('/')}", parameters)

    def _pages(self, path: str, given: Parameters, limit: int | None) -> list[Json]:
        """Read page after page, up to a number of items or all."""
        found: list[Json] = []
        after: str | None = None
        while True:
            wanted = PAGE_ROWS if limit is None else min(PAGE_ROWS, limit - len(found))
            if wanted <= 0:
                return found
            page = self._transport.get(f"{API}/{path}", {**given, "limit": wanted, "after": after})
            found.extend(page["items"])
            after = page.get("next")
            if after is None:
                return found


def connect(
    url: str,
    key: str | None = None,
    *,
    timeout_s: float = TIMEOUT_S,
    transport: httpx.BaseTransport | None = None,
) -> Client:
    """Connect to a server; nothing is asked yet.

    Parameters
    ----------
    url
        Where it serves, such as ``http://127.0.0.1:8080``.
    key
        An API key or a token; none is needed on the same machine until there is one.
    """
    return Client(Transport(url, key, timeout_s=timeout_s, transport=transport))


def _query(
    question: str,
    since: Moment,
    until: Moment,
    tz: str,
    reveal: str | None,
    parameters: Parameters,
) -> Parameters:
    shown = {"identifiers": "full", "reason": reveal} if reveal is not None else {}
    own = {"question": question, "format": "arrow", "since": since, "until": until, "tz": tz}
    return {**parameters, **own, **shown}


def _safe(name: str) -> str:
    """Keep a name one step of a path."""
    return quote(name, safe="")
