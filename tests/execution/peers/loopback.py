"""A real HTTP peer on this machine, in memory, that can be away, slow, confused or unwilling."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from sentio.execution.peer import Peer
from sentio.testing.controller import Mood

HTML = b"<!DOCTYPE html><html><body>Please sign in.</body></html>"
IMPATIENT_S = 0.05
ABSENT_PORT = 9  # "discard": nobody listens there


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content) if self.content else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


MISSING = Reply(status=404, body={"code": "404", "reason": "not found"})


class Interface(Protocol):
    """What answers under one prefix."""

    def reply(self, asked: Asked) -> Reply: ...

    def holds(self) -> object: ...


@dataclass(slots=True)
class Loopback:
    """The peer: interfaces by prefix, a mood, and all that it was asked."""

    interfaces: Mapping[str, Interface]
    mood: Mood = "well"
    spared: int = 0
    log: list[Asked] = field(default_factory=list)
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: dict[bool, Peer] = field(default_factory=dict)
    address: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    @property
    def peer(self) -> Peer:
        if self.mood == "away":
            return Peer(f"http://{self.address}:{ABSENT_PORT}", timeout_s=1.0)
        is_slow = self.mood == "slow"
        if is_slow not in self.made:
            timeout_s = IMPATIENT_S if is_slow else 10.0
            self.made[is_slow] = Peer(self.url, timeout_s=timeout_s, secret="s3cret")
        return self.made[is_slow]

    def become(self, mood: Mood, *, spared: int = 0) -> None:
        self.mood, self.spared = mood, spared
        self.released.set() if mood == "well" else self.released.clear()

    def holds(self) -> object:
        with self.lock:
            return deepcopy({name: each.holds() for name, each in self.interfaces.items()})

    def reply(self, asked: Asked) -> Reply:
        where = "/" + "/".join(asked.path)
        for prefix, interface in self.interfaces.items():
            if where == prefix or where.startswith(f"{prefix}/"):
                depth = len([part for part in prefix.split("/") if part])
                with self.lock:
                    return interface.reply(
                        Asked(
                            method=asked.method,
                            path=asked.path[depth:],
                            query=asked.query,
                            headers=asked.headers,
                            content=asked.content,
                        )
                    )
        return MISSING


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, loopback: Loopback) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.loopback = loopback


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _any(self) -> None:
        parts = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(
            method=self.command,
            path=tuple(unquote(part) for part in parts.path.split("/") if part),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            content=content,
        )
        peer = self.server.loopback
        peer.log.append(asked)
        if peer.mood == "slow":
            peer.released.wait(2.0)
            self._send(503, b"")
        elif peer.mood == "busy":
            self._send(503, b"")
        elif peer.mood == "nonsense":
            self._send(200, HTML, {"Content-Type": "text/html"})
        elif peer.mood == "unwilling":
            self._send(403, b'{"code": "PERMISSION_DENIED"}')
        else:
            self._do(peer, asked)

    def _do(self, peer: Loopback, asked: Asked) -> None:
        is_dropping = peer.mood == "dropping"
        before = peer.holds() if is_dropping else None
        reply = peer.reply(asked)
        if is_dropping and peer.holds() != before:
            peer.spared -= 1
            if peer.spared < 0:
                self.close_connection = True
                return
        content = b"" if reply.body is None else json.dumps(reply.body).encode()
        self._send(reply.status, content, reply.headers)

    def _send(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # whoever asked did not wait

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def listening(interfaces: Mapping[str, Interface]) -> Generator[Loopback]:
    """Listen on a free port of this machine."""
    loopback = Loopback(interfaces)
    server = _Server(loopback)
    loopback.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        loopback.released.set()
        for peer in loopback.made.values():
            peer.close()
        server.shutdown()
        server.server_close()
        thread.join()
