"""Follows what a Sentio tells (server-sent events), line by line, for people."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from threading import Event
from typing import Any

Json = dict[str, Any]  # Any: JSON

AGAIN_S = 1.0
SILENCE_S = 60.0  # a heartbeat comes every 15 s


def follow(url: str, stop: Event, say: Callable[[str], None], *, after: int | None) -> None:
    """Say each thing told, the first one behind ``after``, until it is stopped."""
    while not stop.is_set():
        query = "" if after is None else f"?after={after}"
        try:
            with urllib.request.urlopen(  # noqa: S310  (the server that was just started)
                f"{url}/api/v1/events/stream{query}", timeout=SILENCE_S
            ) as stream:
                for number, kind, body in events(line.decode() for line in stream):
                    after = number
                    say(sentence(kind, body))
        except OSError:
            stop.wait(AGAIN_S)


def events(lines: Iterable[str]) -> Iterator[tuple[int, str, Json]]:
    """Give number, kind and body of each event.

    Examples
    --------
    >>> list(events(["id: 7", "event: degradation", 'data: {"id": "D1"}', ""]))
    [(7, 'degradation', {'id': 'D1'})]
    """
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.rstrip("\r\n").partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
        elif not line.strip():
            if "data" in fields:
                yield int(fields.get("id", 0)), fields.get("event", ""), json.loads(fields["data"])
            fields = {}


def sentence(kind: str, body: Json) -> str:
    """Say what an event tells; the moment is that of the data."""
    from sentio.cli.told import change_line
    from sentio.kernel.values import from_plain
    from sentio.loop.change import Change
    from sentio.model.data_fault import DataFault
    from sentio.model.degradation import Degradation
    from sentio.model.diagnosis import Diagnosis
    from sentio.model.plan import Outcome, Plan

    if kind == "diagnosis":
        made = from_plain(Diagnosis, body)
        return f"{_clock(made.made_ns)} {made.degradation} {made.sentence}"
    if kind == "data_fault":
        fault = from_plain(DataFault, body)
        return f"{_clock(fault.until_ns or fault.seen_ns)} {change_line(fault)}"
    if kind == "plan":
        plan = from_plain(Plan, body)
        return f"{_clock(plan.made_ns)} {change_line(plan)}"
    if kind == "outcome":
        outcome = from_plain(Outcome, body)
        return f"{_clock(outcome.verified_ns)} {change_line(outcome)}"
    if kind != "degradation":  # of a later release
        return f"{kind} {body.get('id', '')}".strip()
    told = from_plain(Degradation, body)
    line = change_line(Change(what=body["change"], degradation=told))
    return f"{_clock(told.ended_ns or told.seen_ns)} {line}"


def _clock(ts_ns: int) -> str:
    return time.strftime("%H:%M", time.gmtime(ts_ns // 1_000_000_000))
