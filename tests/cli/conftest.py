"""Runs verbs in a folder of their own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from typer.testing import CliRunner, Result

from sentio.cli.main import app

HEADER = "ts,imsi,cell,page_load_ms\n"


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "KEY", "DATA_FOLDER", "STATE_URL"):
        monkeypatch.delenv(f"SENTIO_{name}", raising=False)
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def sentio() -> Callable[..., Result]:
    """Give a function that runs a command line and gives what came of it."""

    def run(*words: str, given: Any = None) -> Result:
        return CliRunner().invoke(app, list(words), input=given)

    return run


@pytest.fixture
def told(sentio: Callable[..., Result]) -> Callable[..., dict[str, Any]]:
    """Give a function that runs a command line with --json and gives its object."""

    def run(*words: str, given: Any = None) -> dict[str, Any]:
        result = sentio(*words, "--json", given=given)
        assert result.exit_code == 0, result.output
        return orjson.loads(result.stdout)

    return run


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """Put a folder of telemetry there: 20 good rows, one bad one, one file of nothing known."""
    folder = tmp_path / "drive"
    folder.mkdir()
    now_ns = time.time_ns() // 10**9 * 10**9
    good = (f"{now_ns - i * 10**9},26201{i:010},cell-{i % 3},{800 + i}\n" for i in range(20))
    (folder / "a.csv").write_text(HEADER + "".join(good) + "never,262019876543210,c,5\n")
    (folder / "b.bin").write_bytes(b"\x00\x01\x02 nothing of ours \xff")
    (folder / ".hidden.csv").write_text(HEADER)
    return folder
