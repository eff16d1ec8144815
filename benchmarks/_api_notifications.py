"""Notifications a second, from the offer to the answer of a listener on this machine.

Twenty subscribers, of which two never answer, on a server with a fresh state in a file; the
listener is a process of its own on the same processors. Counted is from the first offer until the
last notification of those who answer has been answered; their order is checked.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar

from prometheus_client import CollectorRegistry

from sentio.api.notify import Event, Notifier, Subscriber, open_notifier
from sentio.kernel.clock import SystemClock
from sentio.kernel.config import load_settings
from sentio.store.state import StateStore

SUBSCRIBERS, DEAD = 20, 2
EVENTS = 500
BODY = {"text": "x" * 600, "numbers": list(range(20))}


def figures() -> dict[str, object]:
    """Give `notifications_s`, and what it was measured over."""
    wanted = EVENTS * (SUBSCRIBERS - DEAD)
    with _listener() as (port, arrived), _notifier() as notifier, _silent() as dead:
        subscribers = [
            Subscriber(
                id=f"to-{n:02}",
                api="bench",
                callback=f"http://127.0.0.1:{dead if n < DEAD else port}/{n}",
                secret="benchmark",
            )
            for n in range(SUBSCRIBERS)
        ]
        began_s = time.perf_counter()
        for number in range(EVENTS):
            event = Event(id=f"event-{number}", body={**BODY, "number": number})
            notifier.offer(event, subscribers=subscribers)
        offered_s = time.perf_counter() - began_s
        while (got := _ask(arrived))["count"] < wanted:
            if time.perf_counter() - began_s > 300:
                raise TimeoutError(f"{got['count']} of {wanted} arrived")
            time.sleep(0.02)
        took_s = time.perf_counter() - began_s
    return {
        "notifications_s": wanted / took_s,
        "notifications": wanted,
        "notifications_out_of_order": got["out_of_order"],
        "notifications_offer_ms": 1000 * offered_s / EVENTS,
    }


def _ask(arrived: Connection) -> dict[str, int]:
    arrived.send("?")
    return arrived.recv()


@contextmanager
def _notifier() -> Iterator[Notifier]:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"data_folder": Path(folder)})
        with StateStore.open(settings.state_url) as state:
            made = open_notifier(state, settings, clock=SystemClock(), registry=CollectorRegistry())
            with closing(made):
                made.start()
                yield made


@contextmanager
def _silent() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@contextmanager
def _listener() -> Iterator[tuple[int, Connection]]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_listen, args=(theirs, list(sys.path)), daemon=True)
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        process.terminate()
        process.join()


class _Counting(asyncio.Protocol):
    """Answers 204 to each POST, and notes the last number of each path."""

    count = 0
    out_of_order = 0
    last: ClassVar[dict[bytes, int]] = {}

    def connection_made(self, transport) -> None:
        self.transport, self.rest = transport, b""

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while (end := self.rest.find(b"\r\n\r\n")) >= 0:
            head = self.rest[:end].lower()
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            if len(self.rest) < end + 4 + length:
                return
            body, self.rest = self.rest[end + 4 : end + 4 + length], self.rest[end + 4 + length :]
            number = int(body.rsplit(b'"number":', 1)[1].split(b"}", 1)[0])
            path = head.split(b" ", 2)[1]
            _Counting.out_of_order += number != self.last.get(path, -1) + 1
            self.last[path] = number
            _Counting.count += 1
            self.transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


def _listen(pipe: Connection, path: list[str]) -> None:
    sys.path[:] = path
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Counting, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    while True:
        if pipe.poll():
            pipe.recv()
            pipe.send({"count": _Counting.count, "out_of_order": _Counting.out_of_order})
        await asyncio.sleep(0.005)
