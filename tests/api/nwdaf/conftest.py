"""A real application over the small store whose every use is known."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sentio.api.app import create_app
from sentio.kernel.clock import FixedClock
from sentio.kernel.config import load_settings
from sentio.loop.platform import open_platform

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette wants another client than the one we have
    from starlette.testclient import TestClient

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1] / "notify")]

from sentio.store.cube import HOUR_NS  # noqa: E402
from small_store import HOURS, START, Small, build  # noqa: E402

END = START + HOURS * HOUR_NS


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(tmp_path_factory.mktemp("small") / "sentio.duckdb")


@pytest.fixture
def client(store: Small, tmp_path: Path) -> Iterator[TestClient]:
    """Serve the store at the end of its data."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "sentio.duckdb").write_bytes(store.path.read_bytes())
    settings = load_settings({"data_folder": folder, "awareness_enabled": False})
    with ExitStack() as stack:
        platform = stack.enter_context(open_platform(settings, clock=FixedClock(END)))
        client = TestClient(create_app(platform), base_url="http://127.0.0.1:8080")
        client.platform = platform
        yield stack.enter_context(client)
