"""Reads the parameters of the read API: moments, durations, limits; from the query or a form."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs

from fastapi import Request

from sentio.api.prom.errors import MalformedQuery
from sentio.api.prom.tokens import duration_ms

MOST_BYTES = 65_536  # of a form
FORM = "application/x-www-form-urlencoded"
PLAIN = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?|[+-]?\.\d+")
LATEST_S = 9_000_000_000.0  # what nanoseconds in 64 bits can hold, about
LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was asked, each name with all its values."""

    values: Mapping[str, Sequence[str]]

    @classmethod
    async def of(cls, request: Request) -> Parameters:
        """Read the query of an address, and a form if one was sent.

        Raises
        ------
        MalformedQuery
            The form is very long, or no text.
        """
        found: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            found.setdefault(name, []).append(value)
        if request.method == "POST" and request.headers.get("content-type", "").startswith(FORM):
            for name, values in parse_qs(await _body(request), keep_blank_values=True).items():
                found.setdefault(name, []).extend(values)
        return cls(found)

    def all(self, name: str) -> Sequence[str]:
        """Give every value of a parameter."""
        return self.values.get(name, ())

    def text(self, name: str) -> str:
        """Give a parameter that must be there; raises `MalformedQuery`."""
        found = self.values.get(name)
        if not found or not found[0]:
            raise MalformedQuery(f"the parameter {name!r} is missing", where=name)
        return found[0]

    def moment_ms(self, name: str, default_ms: int | None = None) -> int:
        """Give a moment, in seconds since 1970 or as in RFC 3339; raises `MalformedQuery`."""
        if default_ms is not None and not self.values.get(name):
            return default_ms
        return moment_ms(self.text(name), where=name)

    def duration_ms(self, name: str, default_ms: int | None = None) -> int:
        """Give a duration, in seconds or such as ``5m``; raises `MalformedQuery`."""
        if default_ms is not None and not self.values.get(name):
            return default_ms
        text = self.text(name)
        return round(float(text) * 1000) if PLAIN.fullmatch(text) else duration_ms(text)

    def count(self, name: str) -> int | None:
        """Give a whole number, None if it is not there or 0; raises `MalformedQuery`."""
        found = self.values.get(name)
        if not found or not found[0]:
            return None
        if not found[0].isdecimal() or len(found[0]) > 9:  # noqa: PLR2004  (digits)
            raise MalformedQuery(f"{found[0]!r} is no number", where=name)
        return int(found[0]) or None


def moment_ms(text: str, *, where: str) -> int:
    """Read a moment; raises `MalformedQuery`."""
    if PLAIN.fullmatch(text):
        seconds = float(text)
        if not math.isfinite(seconds) or not 0.0 <= seconds <= LATEST_S:
            raise MalformedQuery(
                f"{text!r} is no moment", where=where, expected="seconds since 1970"
            )
        return round(seconds * 1000)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedQuery(
            f"{text!r} is no moment",
            where=where,
            expected="seconds since 1970, or such as 2026-11-29T08:00:00Z",
        ) from error
    known = found if found.tzinfo else found.replace(tzinfo=UTC)
    return round(known.timestamp() * 1000)


async def _body(request: Request) -> str:
    body = b""
    async for some in request.stream():
        body += some
        if len(body) > MOST_BYTES:
            raise MalformedQuery("the form is too long", expected=f"at most {MOST_BYTES} bytes")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise MalformedQuery("the form is no UTF-8") from error
