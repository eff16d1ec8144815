"""Whether those who carry actions and orders out can be reached: a connection is tried."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from pydantic import BaseModel

from sentio.decision.catalogue import ACTIONS
from sentio.execution.routes import routes
from sentio.kernel.config import Settings

TIMEOUT_S = 1.0
KEPT_S = 10.0
AT_ONCE = 8
PORTS = {"https": 443, "http": 80}


class Reached(BaseModel):
    """A peer: what for, where, and whether somebody listens there."""

    name: str
    role: str  # actions, collection, sign-on
    at: str  # host and port; what else the address holds is nobody's business
    is_reachable: bool
    took_ms: float | None
    error: str


class Peers:
    """All peers of the settings; what was found is kept for a while."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = threading.Lock()
        self._found: list[Reached] = []
        self._found_s = -KEPT_S

    def reached(self) -> list[Reached]:
        """Try all at once; costs a second at most."""
        with self._turn:
            if time.monotonic() - self._found_s >= KEPT_S:
                self._found = self._try()
                self._found_s = time.monotonic()
            return self._found

    def _try(self) -> list[Reached]:
        named = [(name, role, url) for (name, role), url in self._addresses().items()]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda each: reach(*each), named))

    def _addresses(self) -> Mapping[tuple[str, str], str]:
        peers = routes(self._settings, known=ACTIONS.names()).peers
        found = {(name, "actions"): each.url for name, each in sorted(peers.items())}
        if self._settings.collection_url:
            found["collector", "collection"] = self._settings.collection_url
        if self._settings.oidc_issuer:
            found["issuer", "sign-on"] = self._settings.oidc_issuer
        return found


def reach(name: str, role: str, url: str) -> Reached:
    """Try to connect, no more: nothing is asked of whoever listens."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 80)
    begun_s = time.monotonic()
    try:
        socket.create_connection((host, port), timeout=TIMEOUT_S).close()
    except OSError as error:
        said, took_ms = error.strerror or type(error).__name__, None
    else:
        said, took_ms = "", (time.monotonic() - begun_s) * 1000.0
    return Reached(
        name=name,
        role=role,
        at=f"{host}:{port}",
        is_reachable=not said,
        took_ms=took_ms,
        error=said,
    )
