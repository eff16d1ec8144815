"""A subscriber on a real port of this machine: it notes what comes and answers as it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[int], int]
"""From the number of a request, counted from 0, to the status that answers it."""


class Listener:
    def __init__(self, answer: Answer, delay_s: float) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.answered: list[int] = []
        self.ports: set[int] = set()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                listener.ports.add(self.client_address[1])
                listener.got.append((self.path, headers, body))
                time.sleep(delay_s)
                status = answer(len(listener.got) - 1)
                listener.answered.append(status)
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/told"

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, _, body in self.got]


@contextmanager
def listening(answer: Answer = lambda _n: 204, *, delay_s: float = 0.0) -> Iterator[Listener]:
    listener = Listener(answer, delay_s)
    thread = threading.Thread(target=listener.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        listener.server.shutdown()
        listener.server.server_close()
        thread.join()


def until(is_so: Callable[[], bool], *, within_s: float = 10.0) -> bool:
    """Wait until something is so; tell whether it came to be."""
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        if is_so():
            return True
        time.sleep(0.005)
    return is_so()
