"""Speaks HTTP with a Sentio server and turns what it refuses into errors."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias

import httpx

Json: TypeAlias = dict[str, Any]  # Any: JSON
Moment: TypeAlias = datetime | str | None
Plain: TypeAlias = str | int | float | bool | datetime | None
Parameters: TypeAlias = Mapping[str, Plain | list[str] | tuple[str, ...]]


class ApiError(RuntimeError):
    """The server did not answer what was asked; ``status`` is its HTTP status code, 0 for none."""

    def __init__(self, status: int, what: str) -> None:
        self.status = status
        self.what = what
        super().__init__(f"{what} (HTTP {status})" if status else what)


class Transport:
    """A connection to one server.

    Parameters
    ----------
    url
        Where it serves, such as ``http://127.0.0.1:8080``; a path in front of the API is kept.
    key
        An API key or a token; None where the server needs none.
    """

    def __init__(
        self,
        url: str,
        key: str | None,
        *,
        timeout_s: float,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/", headers=headers, timeout=timeout_s, transport=transport
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def get(self, path: str, parameters: Parameters | None = None) -> Json:
        """Ask for JSON; raises `ApiError`."""
        with _told():
            answer = self._client.get(path, params=_texts(parameters or {}))
        _check(answer)
        return answer.json()

    def post(self, path: str, body: Json) -> Json:
        """Send JSON and give what is answered; raises `ApiError`."""
        with _told():
            answer = self._client.post(path, json=body)
        _check(answer)
        return answer.json()

    @contextmanager
    def stream(self, path: str, parameters: Parameters) -> Generator[io.BufferedReader]:
        """Give a big answer as a file that is read while it comes; raises `ApiError`."""
        with (
            _told(),
            self._client.stream("GET", path, params=_texts(parameters)) as answer,
        ):
            if answer.is_error:
                answer.read()
            _check(answer)
            yield io.BufferedReader(Coming(answer.iter_bytes()), 1_048_576)


class Coming(io.RawIOBase):
    """A file over parts as they come."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        super().__init__()
        self._parts = parts
        self._rest = b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401  (whatever can be written into)
        """Fill a buffer, as far as there is something; 0 at the end."""
        while not self._rest:
            try:
                self._rest = next(self._parts)
            except StopIteration:
                return 0
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


@contextmanager
def _told() -> Generator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise ApiError(0, f"the server cannot be asked: {error}") from error


def _check(answer: httpx.Response) -> None:
    if not answer.is_error:
        return
    try:
        told = answer.json()
        what = str(told.get("detail") or told.get("error") or told.get("title") or "")
    except ValueError:  # a proxy answers with no JSON
        what = ""
    raise ApiError(answer.status_code, what or f"the server answers {answer.reason_phrase}")


def _texts(parameters: Parameters) -> dict[str, str]:
    """Write parameters as texts; those that are None are left out."""
    return {name: _text(value) for name, value in parameters.items() if value is not None}


def _text(value: Plain | list[str] | tuple[str, ...]) -> str:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, list | tuple) else str(value)
