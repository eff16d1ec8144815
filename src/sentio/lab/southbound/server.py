"""Answers all southbound interfaces at one address, over HTTP, on this machine only."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from sentio.kernel.errors import ConfigError
from sentio.lab.live.control import HOST
from sentio.lab.live.lab import Lab
from sentio.lab.southbound.answers import Answers
from sentio.lab.southbound.asked import OK, UNPROCESSABLE, Reply
from sentio.lab.southbound.mischief import NONSENSE, Mischief
from sentio.lab.southbound.network import Network

PORT = 8091
MOST_BYTES = 1_000_000  # of a request
DOWN = 503


@contextmanager
def southbound(
    lab: Lab,
    *,
    port: int = PORT,
    mischief: Mischief | None = None,
    token: str = "",
    subject_of: Callable[[str], str] = str,
) -> Generator[str]:
    """Listen on a port of this machine, 0 for a free one, and give the address.

    Parameters
    ----------
    token
        Asked for as bearer token, and as the key of signatures, unless empty.
    subject_of
        Gives the IMSI of whom a session is for (`sentio.lab.southbound.network.Network`).

    Raises
    ------
    ConfigError
        Somebody else listens there, most likely another lab.
    """
    network = Network(lab, subject_of=subject_of, mischief=mischief)
    answers = Answers(network=network, token=token)
    try:
        server = _Server((HOST, port), answers)
    except OSError as error:
        raise ConfigError(
            f"port {port} cannot be listened on ({error.strerror})",
            where="--southbound-port",
            expected="a free port",
            next_step="Another lab may be running: stop it, or give another port.",
        ) from error
    thread = threading.Thread(
        target=server.serve_forever, args=(0.05,), name="lab-southbound", daemon=True
    )
    lab.each_period.append(answers.pass_time)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        lab.each_period.remove(answers.pass_time)
        server.shutdown()
        server.server_close()
        thread.join()


def southbound_url(port: int) -> str:
    """Give where others act on the lab at a port; empty where the port is not known.

    Examples
    --------
    >>> southbound_url(8091), southbound_url(0)
    ('http://127.0.0.1:8091', '')
    """
    return f"http://{HOST}:{port}" if port else ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], answers: Answers) -> None:
        self.answers = answers
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  (it serves nobody else)

    def do_GET(self) -> None:
        self._meet()

    def do_POST(self) -> None:
        self._meet()

    def do_PUT(self) -> None:
        self._meet()

    def do_PATCH(self) -> None:
        self._meet()

    def do_DELETE(self) -> None:
        self._meet()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  (the library's)
        """Write no log: the ledger tells what was done."""

    def _meet(self) -> None:
        """Answer a request, as well as the mischief of the moment lets."""
        mischief = self.server.answers.network.mischief
        is_hit = mischief.hits(self.command, self.path)
        content = self._content()
        if is_hit and mischief.slow_s:
            time.sleep(mischief.slow_s)
        if is_hit and mischief.down:
            self._send(DOWN, b"", {"Retry-After": "1"})
            return
        if is_hit and mischief.refuse:
            self._answer(Reply(status=UNPROCESSABLE, body={"message": "that is not wanted here"}))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.answers.answer(
            self.command, self.path, headers=headers, content=content
        )
        if is_hit and mischief.drop_after:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        elif is_hit and mischief.nonsense:
            self._send(OK, NONSENSE, {"Content-Type": "text/html; charset=utf-8"})
        else:
            self._answer(reply)

    def _content(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isdigit() else 0
        return self.rfile.read(min(size, MOST_BYTES))

    def _answer(self, reply: Reply) -> None:
        headers = {"Content-Type": "application/json"} if reply.body is not None else {}
        content = b"" if reply.body is None else orjson.dumps(reply.body)
        self._send(reply.status, content, {**headers, **reply.headers})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        with suppress(OSError):  # who asked may have gone
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value.replace("\r", "").replace("\n", ""))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
