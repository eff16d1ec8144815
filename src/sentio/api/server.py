"""Runs the HTTP application until it is told to stop, and then commits what was accepted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from sentio.api.address import check_address, listening_socket
from sentio.api.app import create_app
from sentio.api.guard import is_guarded
from sentio.kernel.clock import Clock
from sentio.kernel.config import Settings
from sentio.kernel.log import logger
from sentio.loop.change import OnChange
from sentio.loop.diagnosing import diagnoser
from sentio.loop.platform import open_platform, open_state

log = logger("api")


def serve(
    settings: Settings,
    *,
    clock: Clock | None = None,
    on_ready: Callable[[str], None] = lambda _url: None,
    on_change: OnChange = lambda _change: None,
    add_pages: Callable[[FastAPI], None] = lambda _app: None,
) -> None:
    """Serve until a signal to stop comes (SIGINT, SIGTERM).

    Parameters
    ----------
    on_ready
        Told the address once it is listened on.
    on_change
        Told of every degradation as it is seen, on the loop's thread.
    add_pages
        Adds to the application what people look at.

    Raises
    ------
    RefusedError
        The address can be reached by others, and no API key is in force.
    ConfigError
        The address or port cannot be used.
    StoreBusyError
        Another process writes to the store.
    """
    with open_state(settings) as state:  # refuse before anything else is opened
        check_address(settings.api_host, has_keys=is_guarded(state, settings))
    with (
        listening_socket(settings.api_host, settings.api_port) as listening,
        open_platform(settings, clock=clock) as platform,
    ):
        app = create_app(
            platform,
            explainer=lambda live: diagnoser(platform.warehouse, live),
            on_change=on_change,
        )
        add_pages(app)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=settings.api_shutdown_s,
        )
        host, port = listening.getsockname()[:2]
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        log.info("listening", url=url)
        on_ready(url)
        with _signals_are_spent():
            server = uvicorn.Server(config)
            app.state.is_stopping = lambda: server.should_exit  # streams must end before it waits
            server.run(sockets=[listening])
        log.info("stopped")


@contextmanager
def _signals_are_spent() -> Generator[None]:
    """Let uvicorn, which raises its signal again once it has stopped, not end us half closed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, lambda _signal, _frame: None) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
