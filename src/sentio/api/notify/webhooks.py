"""What subscribers of our own API are sent: what the loop tells, as it tells it."""

from __future__ import annotations

from collections.abc import Sequence

from sentio.api.notify.formats import FORMATS, name_of
from sentio.api.notify.notifier import Event
from sentio.store.state.outbox import Subscriber
from sentio.store.state.told import Told, ToldEvent

API = "sentio"
FORMAT = "format"
"""Where a subscriber's body says how it wants to be told."""


class Webhooks:
    """Makes notifications of events, each subscriber in the format that it named."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def __call__(
        self, told: ToldEvent, subscribers: Sequence[Subscriber]
    ) -> list[tuple[Event, list[str]]]:
        """Make the notification of an event for those whose kinds it is of; no kinds are all."""
        groups: dict[tuple[str, str], list[Subscriber]] = {}
        for each in subscribers:
            if each.api == API and _wants(each, told):
                wanted = str(each.body.get(FORMAT, API))
                secret = str(each.body.get("routing_key", ""))
                groups.setdefault((wanted, secret), []).append(each)
        found: list[tuple[Event, list[str]]] = []
        for (wanted, _), group in groups.items():
            write = FORMATS.get(wanted)  # pyright: ignore[reportArgumentType, reportCallIssue]
            body = write(told, self._told, group[0]) if write else None
            if body is not None:
                found.append((Event(id=name_of(told), body=body), [each.id for each in group]))
        return found


def _wants(subscriber: Subscriber, told: ToldEvent) -> bool:
    is_new = told.id > int(subscriber.body.get("after", 0))
    return is_new and (not subscriber.query or told.kind in subscriber.query.split(","))
