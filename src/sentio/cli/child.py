"""A `sentio serve` in a process of its own, for as long as it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

from sentio.governance.key import Key, key_from_file
from sentio.kernel.errors import StoreError

KEY_FILE = "key"
LOG_FILE = "serve.log"
LISTENS = "Listening on "
KEPT = ("SENTIO_DEFINITIONS", "SENTIO_SHARED", "SENTIO_MEMORY_LIMIT_MB", "SENTIO_THREADS")
ANSWER_S = 60.0
END_S = 45.0  # for what was accepted to be committed

Json = dict[str, Any]  # Any: JSON


class Server:
    """The process; its log stands beside the data.

    It runs in a session of its own: a Ctrl-C reaches us first, and it ends after us.

    Parameters
    ----------
    port
        0 takes a free one, and keeps it.
    more
        Settings besides, in capitals.
    stop
        Set should the process end before it is told to.
    """

    def __init__(
        self, folder: Path, port: int, *, learn_days: float, more: Mapping[str, str], stop: Event
    ) -> None:
        self.log = folder / LOG_FILE
        self._folder = folder
        self._key_file = folder / KEY_FILE
        self._port = port
        self._learn_days = learn_days
        self._more = more
        self._stop = stop
        self._child: subprocess.Popen[str] | None = None
        self._is_wanted = False
        self._url, self._said = "", list[str]()
        self._is_known = Event()

    @property
    def url(self) -> str:
        """Its address, once it listens; raises `StoreError` where it does not come."""
        self._is_known.wait()
        if not self._url:
            raise _not_started(self._said, self.log)
        return self._url

    def key(self) -> Key:
        """Give its pseudonym key, once it listens; raises `StoreError` where it does not come."""
        _ = self.url  # it makes the key before
        return key_from_file(self._key_file)

    def start(self, *, grace_s: int) -> None:
        """Start it with a grace; it takes some seconds until it listens."""
        child = subprocess.Popen(
            [sys.executable, "-m", "sentio.cli.main", "serve"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self._folder,  # no settings file of somebody's own
            env=self._environment(grace_s),
            start_new_session=True,
        )
        self._child, self._is_wanted = child, True
        said: IO[str] = child.stderr or sys.stdin  # it is a pipe
        Thread(target=self._note, args=(said,), daemon=True).start()

    def ask(self, path: str, body: Json | None = None) -> Json:
        """Get what it tells under a path of the API, or put a body there.

        Raises `StoreError` where it does not answer.
        """
        request = urllib.request.Request(  # noqa: S310  (the server that was just started)
            f"{self.url}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method="GET" if body is None else "PUT",
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
                return json.load(answer)
        except OSError as error:
            raise StoreError(
                f"the server does not answer: {error}", where=request.full_url
            ) from error

    def end(self) -> None:
        """End it, once all that was accepted is committed."""
        self._is_wanted = False
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(END_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def check(self) -> None:
        """Raise `StoreError` if it ended by itself."""
        code = self._child.poll() if self._child else None
        if code is not None:
            raise StoreError(
                f"the server ended by itself (exit code {code})",
                where=str(self.log),
                next_step="Its log says why; start again, it goes on where it was.",
            )

    def _environment(self, grace_s: int) -> Mapping[str, str]:
        """Give our own settings and nobody else's."""
        others = {n: v for n, v in os.environ.items() if not n.startswith("SENTIO_") or n in KEPT}
        ours = {
            "DATA_FOLDER": str(self._folder),
            "KEY_FILE": str(self._key_file),
            "API_PORT": str(self._port),
            "LOG_LEVEL": "warning",  # a line a request would fill the disk in a few days
            "AWARENESS_LEARN_DAYS": str(self._learn_days),
            "AWARENESS_GRACE_S": str(grace_s),
            **self._more,
        }
        return {**others, **{f"SENTIO_{name}": value for name, value in ours.items()}}

    def _note(self, said: IO[str]) -> None:
        with said, self.log.open("w", encoding="utf-8") as file:
            for line in said:
                file.write(line)
                file.flush()
                if line.startswith(LISTENS):
                    self._url = line.removeprefix(LISTENS).split(";")[0]
                    self._is_known.set()
                elif not self._url:
                    self._said.append(line.strip())
        self._is_known.set()
        if self._is_wanted:
            self._stop.set()


@contextmanager
def serving(
    folder: Path,
    port: int,
    *,
    learn_days: float,
    grace_s: int,
    stop: Event,
    more: Mapping[str, str] | None = None,
) -> Generator[Server]:
    """Serve a folder on loopback; raises `StoreError` where it ends early.

    It starts while we go on; who asks for its address waits for it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    server = Server(folder, port, learn_days=learn_days, more=more or {}, stop=stop)
    try:
        server.start(grace_s=grace_s)
        yield server
        server.check()
    finally:
        server.end()


@contextmanager
def warming(*, is_wanted: bool) -> Generator[None]:
    """Compile beside us what a new machine needs, so that the server finds it in the cache."""
    if not is_wanted:
        yield
        return
    asked = "from sentio.loop.warming import warm; warm()"
    child = subprocess.Popen(  # noqa: S603  (ourselves)
        [sys.executable, "-c", asked], stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait()


def _not_started(lines: list[str], log: Path) -> StoreError:
    why = " ".join(line for line in lines if line.startswith(("error:", "where:", "next:")))
    return StoreError(
        f"the server did not start: {why or (lines or ['it said nothing'])[-1]}",
        where=str(log),
        next_step="Correct what it says, or give another --port.",
    )
