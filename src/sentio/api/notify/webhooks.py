"""What subscribers of our own API are sent: what the loop tells, as it tells it."""

from __future__ import annotations

from collections.abc import Sequence

from sentio.api.awareness import with_moments
from sentio.api.notify.notifier import Event
from sentio.store.state.outbox import Subscriber
from sentio.store.state.told import ToldEvent

API = "sentio"


def webhooks(told: ToldEvent, subscribers: Sequence[Subscriber]) -> list[tuple[Event, list[str]]]:
    """Make the notification of an event for those whose kinds it is of; no kinds are all."""
    names = [each.id for each in subscribers if each.api == API and _wants(each, told)]
    if not names:
        return []
    body = {"id": f"told-{told.id}", "kind": told.kind, "event": with_moments(told.body)}
    return [(Event(id=f"told-{told.id}", body=body), names)]


def _wants(subscriber: Subscriber, told: ToldEvent) -> bool:
    is_new = told.id > int(subscriber.body.get("after", 0))
    return is_new and (not subscriber.query or told.kind in subscriber.query.split(","))
