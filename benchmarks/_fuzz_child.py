"""A process that reads damaged inputs of one format until it is done, dies or is stopped."""

from __future__ import annotations

import faulthandler
import gc
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from types import FrameType
from typing import Protocol

from _fuzz_seeds import Seed, seeds_of
from sentio.ingest.format import FORMATS
from sentio.testing.breach import BrokenContract
from sentio.testing.mutations import mutate
from sentio.testing.survival import survive

ROOM_BYTES = 2 << 30  # what a reader may take beyond the interpreter and its libraries
GROWTH_KIB = 300 * 1024
SHOWN_BYTES = 200
WARM_UP_INPUTS, WARM_UP_SEED = 100, -1


class Progress(Protocol):
    """Seen by the parent even if the child dies: index at hand, slowest time (ms), its index,
    inputs that gave records.
    """

    def __setitem__(self, place: int, value: float, /) -> None: ...
    def __getitem__(self, place: int, /) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Which inputs of which format to read."""

    form: str
    seed: int
    start: int
    stop: int
    guard_s: float
    scored_every: int
    folder: Path | None
    log: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An input that a reader did not survive; ``kind`` is crash, hang or memory."""

    index: int
    kind: str
    exception: str
    where: str
    content_hex: str
    size_bytes: int


class TooLong(BaseException):
    """The guard's time is over; no `except Exception` shall swallow it."""


def damaged(form: str, seed: int, index: int, seeds: Sequence[Seed]) -> tuple[Seed, bytes]:
    """Make one input again from the numbers that name it."""
    rng = Random(f"{seed}:{form}:{index}")
    chosen = rng.choice(seeds)
    return chosen, mutate(chosen.content, rng, [each.content for each in seeds])


def run(task: Task, progress: Progress, sink: Connection) -> None:
    """Read the inputs of a task; failures go into the sink as they come."""
    with task.log.open("w") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())  # native libraries speak there when they die
        faulthandler.enable(log)
        seeds = seeds_of(task.form, task.folder)
        _warm_up(task.form, seeds)
        _limit_memory()
        # the guard counts this process's own time: on a busy machine nothing else would be fair
        signal.signal(signal.SIGPROF, _too_long)
        for index in range(task.start, task.stop):
            progress[0] = index
            seed, content = damaged(task.form, task.seed, index, seeds)
            began_s = time.process_time()
            failure, records = tried(task, index, content, seed)
            took_ms = (time.process_time() - began_s) * 1000.0
            progress[3] += records > 0
            if took_ms > progress[1]:
                progress[1], progress[2] = took_ms, index
            if failure is not None:
                sink.send(failure)
        progress[0] = task.stop
        sink.send(None)


def tried(task: Task, index: int, content: bytes, seed: Seed) -> tuple[Failure | None, int]:
    """Read one input under the guard; gives what went wrong, and how many records came out."""
    found: tuple[str, BaseException] | None = None
    records = 0
    before_kib = _peak_kib()
    try:
        signal.setitimer(signal.ITIMER_PROF, task.guard_s)
        try:
            records = survive(
                FORMATS[task.form],
                content,
                name=seed.name,
                options=seed.options,
                scored=index % task.scored_every == 0,
            )
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
    except TooLong as error:
        found = ("hang", error)
    except MemoryError as error:
        found = ("memory", error)
    except Exception as error:  # noqa: BLE001  (whatever a reader raises is the finding)
        found = ("crash", error)
    grown_kib = _peak_kib() - before_kib
    if grown_kib > GROWTH_KIB:
        _forget_peak()
        found = found or ("memory", MemoryError(f"grew by {grown_kib // 1024} MiB"))
    if found is None:
        return None, records
    failure = failure_of(index, found[0], _named(found[1]), _place(found[1]), content)
    return failure, records


def failure_of(index: int, kind: str, exception: str, where: str, content: bytes) -> Failure:
    """Describe a failure, its input shortened."""
    shown = content[:SHOWN_BYTES].hex() + ("..." if len(content) > SHOWN_BYTES else "")
    return Failure(
        index=index,
        kind=kind,
        exception=exception,
        where=where,
        content_hex=shown,
        size_bytes=len(content),
    )


def _warm_up(form: str, seeds: Sequence[Seed]) -> None:
    """Compile and load all that is loaded late: it is not the inputs' doing."""
    others = [damaged(form, WARM_UP_SEED, index, seeds) for index in range(WARM_UP_INPUTS)]
    for seed, content in [*((seed, seed.content) for seed in seeds), *others]:
        with suppress(Exception):
            survive(FORMATS[form], content, name=seed.name, options=seed.options)
    gc.collect()


def _limit_memory() -> None:
    size_kib = int(Path("/proc/self/status").read_text().split("VmSize:")[1].split()[0])
    limit = size_kib * 1024 + ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    _forget_peak()


def _forget_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_kib() -> int:
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TooLong


def _named(error: BaseException) -> str:
    said = str(error)
    if isinstance(error, BrokenContract):
        said = "; ".join(error.breaches)
    return f"{type(error).__name__}: {said}"[:300]


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}sentio{os.sep}" in frame.filename]
    frame = (ours or frames or [None])[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}" if frame else ""
