"""A real application over a real store, for the tests of the API."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sentio.api.app import create_app
from sentio.kernel.config import load_settings
from sentio.loop.platform import open_platform

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette wants another client than the one we have
    from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """Give a function that serves with some settings and gives a client."""
    with ExitStack() as stack:

        def serve(**given: object) -> TestClient:
            settings = load_settings({"data_folder": tmp_path / "data", **given})
            opened = stack.enter_context(open_platform(settings))
            client = TestClient(create_app(opened), base_url="http://127.0.0.1:8080")
            client.platform = opened
            return stack.enter_context(client)

        yield serve


@pytest.fixture
def client(serving: Callable[..., TestClient]) -> TestClient:
    return serving()
