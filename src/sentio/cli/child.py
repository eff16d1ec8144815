"""A `sentio serve` in a process of its own, for as long as it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sentio.kernel.errors import StoreError

LOG_FILE = "serve.log"
LISTENS = "Listening on "
KEPT = ("SENTIO_DEFINITIONS", "SENTIO_SHARED", "SENTIO_MEMORY_LIMIT_MB", "SENTIO_THREADS")
END_S = 45.0  # for what was accepted to be committed


@contextmanager
def serving(folder: Path, port: int, learn_days: float, *, stop: threading.Event) -> Generator[str]:
    """Serve a folder on loopback, and give the address; it sets ``stop`` should it end early.

    It runs in a session of its own: a Ctrl-C reaches us first, and it ends after us.

    Raises
    ------
    StoreError
        It does not start; what it said last is told.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = folder / LOG_FILE
    with log.open("w", encoding="utf-8") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", "sentio.cli.main", "serve"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,  # no settings file of somebody's own
            env=_environment(folder, port, learn_days),
            start_new_session=True,
        )
        said: IO[str] = child.stderr or sys.stdin  # it is a pipe
        try:
            url = _address(said, file, log)
            ended = threading.Thread(target=_log, args=(said, file, stop), daemon=True)
            ended.start()
            yield url
            if child.poll() is not None:
                raise StoreError(
                    f"the server ended by itself (exit code {child.returncode})",
                    where=str(log),
                    next_step="Its log says why; start again, it goes on where it was.",
                )
        finally:
            child.terminate()
            try:
                child.wait(END_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _environment(folder: Path, port: int, learn_days: float) -> Mapping[str, str]:
    """Give our own settings and nobody else's."""
    others = {n: v for n, v in os.environ.items() if not n.startswith("SENTIO_") or n in KEPT}
    ours = {
        "DATA_FOLDER": str(folder),
        "API_PORT": str(port),
        "LOG_LEVEL": "warning",  # a line a request would fill the disk in a few days
        "AWARENESS_LEARN_DAYS": str(learn_days),
        "AWARENESS_GRACE_S": "0",  # the lab sends in order, the little that is late aside
    }
    return {**others, **{f"SENTIO_{name}": value for name, value in ours.items()}}


def _address(said: IO[str], file: IO[str], log: Path) -> str:
    lines: list[str] = []
    for line in said:
        file.write(line)
        lines.append(line.strip())
        if line.startswith(LISTENS):
            file.flush()
            return line.removeprefix(LISTENS).split(";")[0]
    why = " ".join(line for line in lines if line.startswith(("error:", "where:", "next:")))
    raise StoreError(
        f"the server did not start: {why or (lines or ['it said nothing'])[-1]}",
        where=str(log),
        next_step="Correct what it says, or give another --port.",
    )


def _log(said: IO[str], file: IO[str], stop: threading.Event) -> None:
    for line in said:
        if not file.closed:
            file.write(line)
            file.flush()
    stop.set()
