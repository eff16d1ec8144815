"""A real server in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start one with some settings, and give it with its port once it listens."""
    ours = {"DATA_FOLDER": str(folder / "data"), **settings}
    started = subprocess.Popen(
        [sys.executable, "-m", "sentio.cli.main", "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **{f"SENTIO_{name}": value for name, value in ours.items()}},
        cwd=folder,
    )
    try:
        for line in started.stderr:
            if line.startswith("Listening on"):
                yield started, int(line.split(";")[0].rsplit(":", 1)[1])
                break
    finally:
        started.kill()
        started.communicate()
