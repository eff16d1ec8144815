"""Moments as people type them: a date, a date and time, or so long ago."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from sentio.kernel.errors import SentioError

AGO = re.compile(r"(?:now)?-?(\d+)\s*(min|h|d|w)")
UNIT_S = {"min": 60, "h": 3600, "d": 86_400, "w": 604_800}

From = Annotated[
    str | None,
    typer.Option("--from", help="From then on: 2026-11-23, 2026-11-23T08:00, or 24h, 7d ago."),
]
To = Annotated[str | None, typer.Option("--to", help="Until then, itself left out.")]
Zone = Annotated[str, typer.Option(help="Time zone of times, such as Europe/Paris.")]


def zone_of(name: str) -> str:
    """Check the name of a time zone."""
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise SentioError(
            f"no time zone is called {name!r}", where="--zone", expected="one like Europe/Paris"
        ) from error


def moment_ns(text: str | None, *, now_ns: int, zone: str, where: str) -> int | None:
    """Read a moment; None stays None, and a time without an offset is in the zone.

    Raises
    ------
    SentioError
        It is none.
    """
    if text is None:
        return None
    ago = AGO.fullmatch(text.strip())
    if ago:
        return now_ns - int(ago[1]) * UNIT_S[ago[2]] * 1_000_000_000
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise SentioError(
            f"{text!r} is no moment",
            where=where,
            expected="a date, a date and time, or an age such as 24h or 7d",
        ) from error
    local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    return int(local.timestamp()) * 1_000_000_000


def span_ns(
    since: str | None, until: str | None, *, now_ns: int, zone: str
) -> tuple[int | None, int | None]:
    """Read both ends of a span; raises `SentioError` where it ends before it begins."""
    first = moment_ns(since, now_ns=now_ns, zone=zone, where="--from")
    last = moment_ns(until, now_ns=now_ns, zone=zone, where="--to")
    if first is not None and last is not None and last <= first:
        raise SentioError("the span ends before it begins", where=f"--from {since} --to {until}")
    return first, last
