"""However odd a peer's answers are, a controller gives a value or raises what a peer may raise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.execution.peers.all import interfaces
from tests.execution.peers.loopback import Asked, Loopback

from sentio.decision.catalogue import ACTIONS
from sentio.execution.catalogue import CONTROLLERS
from sentio.execution.controller import Diff, Found
from sentio.execution.peer import Peer, PeerError
from sentio.execution.routes import routes
from sentio.kernel.config import Settings
from sentio.model.plan import Action
from sentio.testing.controller import trial_order

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1.5, 10**30, float("inf"), float("nan")),
    *("", "x", "\x00", "../..", "plan-7.1", "é" * 500),
    *([], {}, [None], [[]], [{}], {"id": []}, {"_value": {}}),
)
SPOILED = 4  # places of one answer
KIND_OF = {row.controller: kind for kind, row in routes(Settings()).rows.items()}
ORDERS = {
    name: trial_order(
        Action(
            kind=kind,
            target="cell-7",
            target_kind="cell",
            parameters=dict(ACTIONS[kind].parameters),
        )
    )
    for name, kind in KIND_OF.items()
}


class Wrong:
    """A peer in memory; from some answer on it puts odd values into what it says."""

    def __init__(self, random: Random, sound: int) -> None:
        self.inner = Loopback(interfaces())
        self.random = random
        self.sound = sound
        self.peer = Peer(
            "http://peer.invalid", transport=httpx.MockTransport(self.reply), secret="s3cret"
        )

    def reply(self, request: httpx.Request) -> httpx.Response:
        parts = tuple(part for part in request.url.path.split("/") if part)
        asked = Asked(
            method=request.method,
            path=parts,
            query=dict(request.url.params),
            headers=request.headers,
            content=request.content,
        )
        found = self.inner.reply(asked)
        self.sound -= 1
        body = found.body
        for _ in range(SPOILED if self.sound < 0 else 0):
            body = spoiled(body, self.random)
        content = b"" if body is None else json.dumps(body).encode()
        return httpx.Response(found.status, headers=dict(found.headers), content=content)


def spoiled(value: Any, random: Random) -> Any:
    """Put an odd value in one place of JSON, each place as likely as another."""
    where = random.choice([*places(value)])
    if not where:
        return random.choice(ODD)
    copy = inner = deepcopy(value)
    for name in where[:-1]:
        inner = inner[name]
    inner[where[-1]] = random.choice(ODD)
    return copy


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Go through all places of JSON, itself first."""
    yield at
    listed = enumerate(value) if isinstance(value, list) else ()
    for name, each in value.items() if isinstance(value, dict) else listed:
        yield from places(each, (*at, name))


@pytest.mark.parametrize("name", sorted(KIND_OF))
@given(random=st.randoms(use_true_random=False), sound=st.integers(0, 6))
def test_a_controller_survives_odd_answers(name: str, random: Random, sound: int) -> None:
    controller, order = CONTROLLERS[name], ORDERS[name]
    peer = Wrong(random, sound).peer
    diff = tried(lambda: controller.plan(order, peer))
    if not isinstance(diff, Diff):
        diff = controller.plan(order, Wrong(random, 1_000).peer)

    handles = tried(lambda: controller.apply(diff, peer)) or ("1",)
    found = tried(lambda: controller.verify(diff, peer))
    tried(lambda: controller.undo(diff, handles, peer))

    given_out = found.handles if isinstance(found, Found) else ()
    assert all(isinstance(each, str) and each for each in (*handles, *given_out))


def tried(call: Callable[[], Any]) -> Any:
    """Call it; None where the peer is at fault."""
    try:
        return call()
    except PeerError:
        return None
