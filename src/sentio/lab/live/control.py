"""The lab's control port: break, change, order, ask for the truth; HTTP on this machine only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import unquote

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sentio.kernel.errors import ConfigError, SentioError
from sentio.kernel.values import from_plain, to_plain
from sentio.lab.changes import Change
from sentio.lab.live.lab import Lab
from sentio.lab.live.truth import Json
from sentio.model.collection import CollectionOrder, What

HOST = "127.0.0.1"
PORT = 8090
ORDERS = "/orders"
MOST_BYTES = 65_536
Model = TypeVar("Model", bound=BaseModel)
LOCAL = ("127.0.0.1", "localhost", "[::1]")


class Breaking(BaseModel):
    """What to break."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    element: str = ""
    severity: float = Field(default=0.8, ge=0.0, le=1.0)
    minutes: float = Field(default=30.0, ge=5.0, le=10_080.0)


class Changing(BaseModel):
    """What to change."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    element: str
    value: float = Field(default=1.5, gt=0.0, le=100.0)
    target: str = ""


class Ordering(BaseModel):
    """What to collect, as the webhook of Sentio tells it; what else it tells is kept."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(min_length=1)
    element: str
    element_kind: str
    what: What
    granularity_s: int = Field(ge=1)
    since_ns: int
    until_ns: int
    degradation: str = ""
    reason: str = ""


@contextmanager
def controlled(lab: Lab, *, port: int = PORT) -> Generator[str]:
    """Listen on a port of this machine, 0 for a free one, and give the address.

    Raises
    ------
    ConfigError
        Somebody else listens there, most likely another lab.
    """
    try:
        server = _Server((HOST, port), lab)
    except OSError as error:
        raise ConfigError(
            f"port {port} cannot be listened on ({error.strerror})",
            where="--control-port",
            expected="a free port",
            next_step="Another lab may be running: stop it, or give another port.",
        ) from error
    thread = threading.Thread(
        target=server.serve_forever, args=(0.05,), name="lab-control", daemon=True
    )
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def orders_url(port: int) -> str:
    """Give where a lab on a port takes orders to the collection; none where the port is not known.

    Examples
    --------
    >>> orders_url(8090), orders_url(0)
    ('http://127.0.0.1:8090/orders', '')
    """
    return f"http://{HOST}:{port}{ORDERS}" if port else ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], lab: Lab) -> None:
        self.lab = lab
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  (it serves nobody else)

    def do_GET(self) -> None:
        lab = self.server.lab
        match self.path:
            case "/truth":
                self._answer(200, {"faults": lab.truth()})
            case "/state":
                self._answer(200, lab.state())
            case "/orders":
                self._answer(200, {"orders": to_plain(lab.orders())})
            case _:
                self._unknown()

    def do_POST(self) -> None:
        posts = {"/break": self._break, "/apply": self._apply, ORDERS: self._order}
        self._answered(posts.get(self.path))

    def do_DELETE(self) -> None:
        parent, _, name = self.path.rpartition("/")
        self._answered((lambda: self._revoke(unquote(name))) if parent == ORDERS else None)

    def _break(self) -> Json:
        told = _checked(Breaking, self._body())
        return self.server.lab.break_now(
            told.kind, told.element, severity=told.severity, minutes=told.minutes
        )

    def _apply(self) -> Json:
        change = _checked(Changing, self._body())
        return self.server.lab.apply(Change(**change.model_dump()))

    def _order(self) -> Json:
        order = from_plain(CollectionOrder, _checked(Ordering, self._body()).model_dump())
        self.server.lab.order(order)
        return {"id": order.id}

    def _revoke(self, name: str) -> Json:
        self._check_sender()
        self.server.lab.revoke(name)
        return {"id": name}

    def _answered(self, wish: Callable[[], Json] | None) -> None:
        """Answer what comes of a wish, or why nothing does."""
        if wish is None:
            self._unknown()
            return
        try:
            self._answer(200, wish())
        except SentioError as error:
            self._answer(404 if isinstance(error, LookupError) else 422, {"error": error.as_dict()})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  (the library's)
        """Write no log: whoever asks is told."""

    def _body(self) -> bytes:
        self._check_sender()
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isdigit() else 0
        return self.rfile.read(min(size, MOST_BYTES))

    def _check_sender(self) -> None:
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        is_json = self.headers.get_content_type() == "application/json"
        if host not in LOCAL or not is_json:  # a page in somebody's browser can send neither
            raise ConfigError(
                "a request that is no JSON to this machine",
                where="headers",
                expected="Content-Type: application/json, and this machine as host",
            )

    def _unknown(self) -> None:
        error = ConfigError(
            f"nothing is at {self.path}",
            where="path",
            expected="GET /state, /truth, /orders; POST /break, /apply, /orders; "
            "DELETE /orders/<id>",
        )
        self._answer(404, {"error": error.as_dict()})

    def _answer(self, status: int, body: Json) -> None:
        content = orjson.dumps(body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _checked(kind: type[Model], body: bytes) -> Model:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"{'.'.join(map(str, first['loc'])) or 'the body'} is {first.get('input')!r}",
            where="body",
            expected=first["msg"].removeprefix("Input should be "),
        ) from error
