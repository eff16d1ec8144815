"""A server whose events are caught, for the tests of Open APIs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sentio.api.tmf.events import Event, Subscriber

sys.path.insert(0, str(Path(__file__).parent))


@dataclass
class Caught:
    """A notifier that keeps what it is offered."""

    offers: list[tuple[Event, list[str]]] = field(default_factory=list)
    kept: dict[str, Subscriber] = field(default_factory=dict)

    @property
    def known(self) -> set[str]:
        return set(self.kept)

    def offer(self, event: Event, *, subscribers: Sequence[Subscriber]) -> None:
        self.offers.append((event, [each.id for each in subscribers]))

    def subscribe(self, subscriber: Subscriber) -> None:
        self.kept[subscriber.id] = subscriber

    def pass_on(self, event: Event, names: Sequence[str]) -> None:
        self.offers.append((event, list(names)))

    def subscriber(self, name: str) -> Subscriber | None:
        return self.kept.get(name)

    def subscribers(self, api: str) -> list[Subscriber]:
        return [each for each in self.kept.values() if each.api == api]

    def unsubscribe(self, name: str) -> bool:
        return self.kept.pop(name, None) is not None

    @property
    def types(self) -> list[str]:
        return [event.type for event, _ in self.offers]


@pytest.fixture
def caught(client) -> Caught:
    notifier = Caught()
    client.app.state.tmf.desk.notifier = notifier
    return notifier
