"""A watched folder: files that are new or have grown, once they lie still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from sentio.ingest.input import Input
from sentio.ingest.sources.files import inputs_of
from sentio.ingest.sources.limits import Limits, OnSkip, ignore_skipped
from sentio.ingest.sources.walk import Found, walk
from sentio.kernel.clock import Clock

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".inprogress")
"""Endings that senders give to files they still write, and take away by renaming."""

State = tuple[int, int]  # size in bytes, time of change in ns


@dataclass(slots=True)
class Watched:
    """What a watcher knows: the state of each file when last seen, and since when it is so."""

    still_ns: int
    done: dict[Path, State] = field(default_factory=dict[Path, State])
    seen: dict[Path, tuple[State, int]] = field(default_factory=dict[Path, tuple[State, int]])

    def ready(self, files: Iterable[Found], now_ns: int) -> list[Found]:
        """Give the files that are new or changed and have been still for long enough."""
        ready: list[Found] = []
        here: set[Path] = set()
        for file in files:
            here.add(file.path)
            state = (file.size_bytes, file.modified_ns)
            if self.done.get(file.path) == state:
                continue
            known, since_ns = self.seen.get(file.path, (None, now_ns))
            if known != state:
                # an old file was still before we came; a clock that is off only makes us wait
                since_ns = now_ns if known is not None else min(now_ns, file.modified_ns)
                self.seen[file.path] = (state, since_ns)
            if now_ns - since_ns >= self.still_ns:
                self.done[file.path] = state
                self.seen.pop(file.path, None)
                ready.append(file)
        self._forget(here)
        return ready

    def _forget(self, here: set[Path]) -> None:
        self.done = {path: state for path, state in self.done.items() if path in here}
        self.seen = {path: state for path, state in self.seen.items() if path in here}


def watch(
    paths: Iterable[Path],
    *,
    source: str,
    clock: Clock,
    stop: Event,
    limits: Limits | None = None,
    poll_s: float = 2.0,
    still_s: float = 3.0,
    on_skip: OnSkip = ignore_skipped,
) -> Iterator[Iterator[Input]]:
    """Give, look after look, the inputs that became ready, until ``stop`` is set.

    The first look gives everything that lies there; what was read before is passed over by its
    position. A file that has grown is given again. Read each batch to its end before the next.
    """
    paths, limits = list(paths), limits or Limits()
    watched = Watched(still_ns=int(still_s * 1e9))
    told: set[tuple[str, str]] = set()

    def skip_once(name: str, why: str) -> None:
        if (name, why) not in told:
            told.add((name, why))
            on_skip(name, why)

    while not stop.is_set():
        files = [file for file in walk(paths, on_skip=skip_once) if not _is_unfinished(file)]
        ready = watched.ready(files, clock.now_ns())
        if ready:
            yield (
                each
                for file in ready
                for each in inputs_of(file, source=source, limits=limits, on_skip=skip_once)
            )
        stop.wait(poll_s)


def _is_unfinished(file: Found) -> bool:
    return file.path.name.lower().endswith(UNFINISHED)
