"""Events of Open APIs, and who is told of them: ``/hub`` with a query (TMF630)."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from sentio.api.notify.notifier import Event as Notification
from sentio.api.tmf.errors import bad, missing
from sentio.api.tmf.filters import is_passed, parse_filters
from sentio.api.tmf.moments import moment
from sentio.api.tmf.table import ApiTable
from sentio.kernel.clock import Clock
from sentio.store.state.outbox import Subscriber

Body = dict[str, Any]  # Any: JSON
DOMAIN = "sentio"
LONGEST = 2000  # characters of a callback or a query
SECRET_BYTES = 32
PRIORITY = "4"  # of 1 (highest) to 5: an event says nothing of how urgent it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Notification):
    """What happened in an API; ``body`` is what is sent."""

    body: Body
    api: str
    type: str


class Notifies(Protocol):
    """Whoever delivers events: what is offered is kept before the call returns."""

    def offer(self, event: Event, *, subscribers: Sequence[Subscriber]) -> None:
        """Deliver an event to subscribers, in the order of the offers."""
        ...

    def pass_on(self, event: Event, names: Sequence[str]) -> None:
        """Deliver an event to those of some names who are still subscribers."""
        ...

    def subscribe(self, subscriber: Subscriber) -> None:
        """Get to know a subscriber."""
        ...

    def subscriber(self, name: str) -> Subscriber | None:
        """Give a subscriber, None if there is none of that id."""
        ...

    def subscribers(self, api: str) -> list[Subscriber]:
        """List the subscribers of an API, by age."""
        ...

    def unsubscribe(self, name: str) -> bool:
        """Forget a subscriber, and what is still to be delivered to it."""
        ...


def make_event(
    api: ApiTable, resource: str, kind: str, body: Mapping[str, Any], *, at_ns: int, name: str = ""
) -> Event:
    """Write an event as its generation does; ``name`` is its id where it has one already."""
    type_ = f"{api.resources[resource].type}{kind}Event"
    event_id = name or str(uuid.uuid4())
    at = moment(at_ns)
    told: Body = {
        "eventId": event_id,
        "eventTime": at,
        "eventType": type_,
        "correlationId": str(body.get("id", "")),
        "domain": DOMAIN,
        "title": type_,
        "description": f"{api.title}: {resource} {kind}",
        "priority": PRIORITY,
        ("timeOccurred" if api.generation == "v5" else "timeOcurred"): at,
        "event": {resource: dict(body)},
    }
    if api.generation == "v5":
        told |= {"@type": type_, "id": event_id}
    return Event(id=event_id, api=api.key, type=type_, body=told)


class Desk:
    """Takes registrations in, and passes each event to those whose query it passes.

    A registration is a subscriber of the notifier, and stands nowhere else.
    """

    def __init__(self, notifier: Notifies, clock: Clock) -> None:
        self.notifier = notifier
        self._clock = clock
        self._new_id: Callable[[], str] = lambda: str(uuid.uuid4())

    def register(self, api: ApiTable, body: object) -> tuple[Body, str]:
        """Take a registration in; gives it as it is shown, and the secret, this once.

        Raises
        ------
        RequestError
            There is no callback, or the callback or the query cannot be read.
        """
        if not isinstance(body, dict) or not isinstance(body.get("callback"), str):
            raise bad("callback is missing", where="body", expected="the address to call back")
        query = body.get("query") or ""
        check_callback(body["callback"])
        if not isinstance(query, str) or len(query) > LONGEST:
            raise bad("the query is no text", where="query", expected="attribute=value pairs")
        parse_filters(_pairs(query))
        hub = Subscriber(
            id=self._new_id(),
            api=api.key,
            callback=body["callback"],
            query=query,
            secret=secrets.token_hex(SECRET_BYTES),
            created_ns=self._clock.now_ns(),
        )
        self.notifier.subscribe(hub)
        return hub_body(api, hub), hub.secret

    def list(self, api: ApiTable) -> list[Body]:
        """List the registrations of an API."""
        return [hub_body(api, each) for each in self.notifier.subscribers(api.key)]

    def one(self, api: ApiTable, name: str) -> Body:
        """Give one; raises `RequestError` where there is none."""
        found = self.notifier.subscriber(name)
        if found is None or found.api != api.key:
            raise missing("hub", name)
        return hub_body(api, found)

    def remove(self, api: ApiTable, name: str) -> None:
        """Drop one; raises `RequestError` where there is none."""
        self.one(api, name)
        if not self.notifier.unsubscribe(name):  # somebody else was faster
            raise missing("hub", name)

    def tell(self, event: Event) -> None:
        """Offer an event to those who want it."""
        found = self.notifier.subscribers(event.api)
        if wanted := [each.id for each in found if wants(each.query, event.body)]:
            self.notifier.pass_on(event, wanted)

    def offer(self, event: Event, subscribers: Sequence[Subscriber]) -> None:
        """Offer an event to some."""
        self.notifier.offer(event, subscribers=subscribers)


def wants(query: str, body: Mapping[str, Any]) -> bool:
    """Tell whether the query of a registration lets an event through.

    It is written as that of a list, over the event: ``eventType=AlarmCreateEvent``, or over its
    resource: ``event.alarm.perceivedSeverity=critical`` or ``perceivedSeverity=critical``.
    """
    inner: Mapping[str, Any] = {}
    for each in dict(body.get("event") or {}).values():
        inner = each if isinstance(each, dict) else inner
    return is_passed(parse_filters(_pairs(query)), {**inner, **body})


def check_callback(text: str) -> None:
    """Raise the error of an address that cannot be called back."""
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or len(text) > LONGEST or not text.isprintable():
        raise bad(f"the callback is {text[:80]!r}", where="callback", expected="an http(s) address")


def hub_body(api: ApiTable, hub: Subscriber) -> Body:
    """Show a registration."""
    told: Body = {"id": hub.id, "href": f"{api.path}/hub/{hub.id}", "callback": hub.callback}
    if api.generation == "v5":
        told["@type"] = "Hub"
    if hub.query:
        told["query"] = hub.query
    return told


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=50)
