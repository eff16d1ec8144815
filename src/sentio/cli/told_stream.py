"""Follows what a Sentio tells (server-sent events), line by line, for people."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from threading import Event
from typing import TYPE_CHECKING, Any

from sentio.cli.told import change_line

if TYPE_CHECKING:
    from sentio.loop.change import News

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
                    if line := sentence(kind, body):
                        say(line)
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
    """Say what an event tells, empty where nobody cares; the moment is that of the data."""
    if kind == "task":
        return _task(body)
    if kind == "diagnosis":
        return f"{_clock(body['made_ns'])} {body['degradation']} {body['sentence']}"
    news = _news(kind, body)
    if news is None:  # of a later release
        return f"{kind} {body.get('id', '')}".strip()
    at_ns, told = news
    return f"{_clock(at_ns)} {change_line(told)}"


def _news(kind: str, body: Json) -> tuple[int, News] | None:
    """Read what is told, and its moment."""
    from sentio.kernel.values import from_plain
    from sentio.loop.change import Change
    from sentio.model.data_fault import DataFault
    from sentio.model.degradation import Degradation
    from sentio.model.plan import Outcome, Plan

    match kind:
        case "data_fault":
            fault = from_plain(DataFault, body)
            return fault.until_ns or fault.seen_ns, fault
        case "plan":
            plan = from_plain(Plan, body)
            return plan.made_ns, plan
        case "outcome":
            outcome = from_plain(Outcome, body)
            return outcome.verified_ns, outcome
        case "degradation":
            told = from_plain(Degradation, body)
            return told.ended_ns or told.seen_ns, Change(what=body["change"], degradation=told)
        case _:
            return None


TOLD_STEPS = {
    "action done": "is done",
    "action undone": "is taken back",
    "action held": "waits",
    "action failed": "could not be done",
    "undo failed": "could not be taken back",
    "action would be done": "is not done",
}
"""Of the steps of a task, those that people want to hear of."""


def _task(body: Json) -> str:
    step = TOLD_STEPS.get(body["what"], "")
    if not step:
        return ""
    by = f" by {body['controller']} at {body['peer']}" if body["peer"] else ""
    why = f": {body['said']}" if body["said"] else "."
    return f"      {body['plan']} {body['action']} {step}{by}{why}"


def _clock(ts_ns: int) -> str:
    return time.strftime("%H:%M", time.gmtime(ts_ns // 1_000_000_000))
