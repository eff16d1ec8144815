"""A watched folder gives what is new or has grown, once it lies still."""

from __future__ import annotations

import gzip
import os
import threading
from pathlib import Path

from sentio.ingest.sources.walk import walk
from sentio.ingest.sources.watch import Watched, watch
from sentio.kernel.clock import FixedClock, SystemClock

S = 1_000_000_000


def put(path: Path, content: bytes, *, at_s: int) -> None:
    path.write_bytes(content)
    os.utime(path, ns=(at_s * S, at_s * S))


def ready(watched: Watched, folder: Path, *, at_s: int) -> list[str]:
    return [file.path.name for file in watched.ready(walk([folder]), at_s * S)]


def test_a_file_that_still_grows_waits_until_it_lies_still(tmp_path):
    watched = Watched(still_ns=3 * S)
    put(tmp_path / "a.csv", b"1", at_s=100)

    assert ready(watched, tmp_path, at_s=100) == []
    put(tmp_path / "a.csv", b"12", at_s=102)
    assert ready(watched, tmp_path, at_s=102) == []
    assert ready(watched, tmp_path, at_s=104) == []
    assert ready(watched, tmp_path, at_s=105) == ["a.csv"]
    assert ready(watched, tmp_path, at_s=200) == []


def test_a_file_that_grew_later_is_given_again(tmp_path):
    watched = Watched(still_ns=3 * S)
    put(tmp_path / "a.csv", b"1", at_s=10)
    assert ready(watched, tmp_path, at_s=100) == ["a.csv"]

    put(tmp_path / "a.csv", b"12", at_s=110)

    assert ready(watched, tmp_path, at_s=111) == []
    assert ready(watched, tmp_path, at_s=114) == ["a.csv"]


def test_an_old_file_is_ready_at_the_first_look(tmp_path):
    put(tmp_path / "a.csv", b"1", at_s=10)

    assert ready(Watched(still_ns=3 * S), tmp_path, at_s=100) == ["a.csv"]


def test_a_file_from_the_future_is_ready_once_it_was_seen_still(tmp_path):
    watched = Watched(still_ns=3 * S)
    put(tmp_path / "a.csv", b"1", at_s=9_000)

    assert ready(watched, tmp_path, at_s=100) == []
    assert ready(watched, tmp_path, at_s=103) == ["a.csv"]


def test_a_file_that_was_taken_away_and_came_back_is_given_again(tmp_path):
    watched = Watched(still_ns=0)
    put(tmp_path / "a.csv", b"1", at_s=10)
    assert ready(watched, tmp_path, at_s=100) == ["a.csv"]

    (tmp_path / "a.csv").unlink()
    assert ready(watched, tmp_path, at_s=101) == []
    put(tmp_path / "a.csv", b"1", at_s=10)

    assert ready(watched, tmp_path, at_s=102) == ["a.csv"]


def test_watching_gives_batches_until_it_is_stopped_and_opens_archives(tmp_path):
    put(tmp_path / "a.csv.gz", gzip.compress(b"1"), at_s=10)
    put(tmp_path / "b.csv.part", b"1", at_s=10)
    stop = threading.Event()
    batches: list[list[str]] = []

    for batch in watch(
        [tmp_path], source="s", clock=FixedClock(100 * S), stop=stop, poll_s=0.01, still_s=1
    ):
        batches.append([each.origin.name.removeprefix(f"{tmp_path}/") for each in batch])
        if len(batches) == 1:
            (tmp_path / "b.csv.part").rename(tmp_path / "b.csv")
        else:
            stop.set()

    assert batches == [["a.csv.gz!a.csv"], ["b.csv"]]


def test_a_watcher_that_is_stopped_does_not_wait_for_its_next_look(tmp_path):
    stop = threading.Event()
    stop_soon = threading.Timer(0.02, stop.set)
    stop_soon.start()

    batches = list(
        watch([tmp_path], source="s", clock=SystemClock(), stop=stop, poll_s=60, still_s=0)
    )

    stop_soon.join()
    assert batches == []
