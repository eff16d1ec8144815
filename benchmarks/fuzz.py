"""Claim: no input crashes, hangs or bloats a reader, nor what follows it up to the store.

Every format's samples, and files of a folder that are of the format, are damaged at random and
read in a child process, with a guard on time and memory; each piece that comes out is gated and
scored (with ``--scored-every N``, of every Nth input alone). ``--index`` reads one input again,
to see why it failed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

# children shall not reserve memory for threads that nothing needs
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS")
for each_variable in ONE_THREAD:
    os.environ.setdefault(each_variable, "1")

from _fuzz_child import Failure, Progress, Task, damaged, failure_of, run  # noqa: E402
from _fuzz_seeds import seeds_of  # noqa: E402
from _report import arguments, report  # noqa: E402
from sentio.ingest.format import FORMATS  # noqa: E402
from sentio.testing.survival import survive  # noqa: E402

GUARD_S = 5.0
PATIENCE_S = 60.0  # a child that waits for something, or hears no alarm, is killed after so long
POLL_S = 0.2
START_S = 120.0  # loading and compiling
MOST_PROCESSES = 2
SHOWN = 20


@dataclass(slots=True)
class Tally:
    """What came of one format's inputs."""

    crashes: int = 0
    hangs: int = 0
    memory: int = 0
    examples: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)

    def add(self, failure: Failure, name: str) -> None:
        """Count a failure; of those at one place, the first is the example."""
        self.crashes += failure.kind == "crash"
        self.hangs += failure.kind == "hang"
        self.memory += failure.kind == "memory"
        kind_of_error = failure.exception.split(":", 1)[0]
        known = self.examples.setdefault(
            (failure.where, kind_of_error),
            {
                "seed_index": f"{name}:{failure.index}",
                "kind": failure.kind,
                "exception": failure.exception,
                "where": failure.where,
                "size_bytes": failure.size_bytes,
                "hex": failure.content_hex,
                "times": 0,
            },
        )
        known["times"] = int(str(known["times"])) + 1


def main() -> None:
    wanted = _arguments()
    if wanted.index is not None:
        _again(wanted)
        return
    names = [wanted.format] if wanted.format else FORMATS.names()
    with ThreadPoolExecutor(min(wanted.processes, MOST_PROCESSES)) as pool:
        results = dict(zip(names, pool.map(lambda name: _fuzz(name, wanted), names), strict=True))
    totals = {
        key: sum(int(result[key]) for result in results.values())
        for key in ("inputs", "crashes", "hangs", "memory")
    }
    report({"seed": wanted.seed, **totals, "formats": results}, as_json=wanted.json)
    sys.exit(1 if totals["crashes"] + totals["hangs"] + totals["memory"] else 0)


def _arguments() -> argparse.Namespace:
    parser = arguments(__doc__ or "")
    parser.add_argument("--inputs", type=int, default=200_000, help="per format (%(default)s)")
    parser.add_argument("--format", choices=FORMATS.names(), help="this format alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, help="a folder of more files to damage")
    parser.add_argument("--processes", type=int, default=1, help="children at once, 1 or 2")
    parser.add_argument(
        "--scored-every", type=int, default=1, help="gate and score each so-manieth input only"
    )
    parser.add_argument("--index", type=int, help="read this input of --format alone, unguarded")
    parser.add_argument("--save", type=Path, help="with --index: write the input to this file")
    wanted = parser.parse_args()
    if wanted.index is not None and not wanted.format:
        parser.error("--index needs --format")
    return wanted


def _again(wanted: argparse.Namespace) -> None:
    seeds = seeds_of(wanted.format, wanted.data)
    seed, content = damaged(wanted.format, wanted.seed, wanted.index, seeds)
    if wanted.save:
        wanted.save.write_bytes(content)
    print(f"{wanted.format}: {seed.name}, damaged, {len(content)} bytes: {content[:400]!r}")
    began = time.perf_counter()
    records = survive(FORMATS[wanted.format], content, name=seed.name, options=seed.options)
    print(f"{records} records in {(time.perf_counter() - began) * 1000:.1f} ms")


def _fuzz(name: str, wanted: argparse.Namespace) -> dict[str, object]:
    tally, seconds, slowest, fruitful = Tally(), 0.0, (0.0, -1), 0
    if not seeds_of(name, wanted.data):
        return {"inputs": 0, "crashes": 0, "hangs": 0, "memory": 0, "note": "it has no sample"}
    with tempfile.TemporaryDirectory() as folder:
        task = Task(
            form=name,
            seed=wanted.seed,
            start=0,
            stop=wanted.inputs,
            guard_s=GUARD_S,
            scored_every=wanted.scored_every,
            folder=wanted.data,
            log=Path(folder) / "stderr",
        )
        while task.start < task.stop:
            child = _Child(task)
            for failure in child.failures():
                tally.add(failure, name)
            seconds += child.seconds
            fruitful += int(child.progress[3])
            slowest = max(slowest, (child.progress[1], int(child.progress[2])))
            task = replace(task, start=int(child.progress[0]) + 1)
    failed = tally.crashes + tally.hangs + tally.memory
    print(f"{name}: {wanted.inputs} inputs, {failed} failed", file=sys.stderr, flush=True)
    return {
        "inputs": wanted.inputs,
        "crashes": tally.crashes,
        "hangs": tally.hangs,
        "memory": tally.memory,
        "gave_records": fruitful,
        "seconds": round(seconds, 2),
        "inputs_per_s": round(wanted.inputs / max(seconds, 1e-9), 1),
        "slowest_ms": round(slowest[0], 1),
        "slowest_index": slowest[1],
        "examples": [*tally.examples.values()][:SHOWN],
    }


class _Child:
    """One child process: its failures as they come, and its end, whatever that is."""

    def __init__(self, task: Task) -> None:
        context = multiprocessing.get_context("spawn")
        self._task = task
        self.progress: Progress = context.Array("d", [-1.0, 0.0, -1.0, 0.0], lock=False)
        self._source, sink = context.Pipe(duplex=False)
        self._process = context.Process(target=run, args=(task, self.progress, sink), daemon=True)
        self.seconds = 0.0
        self._process.start()
        sink.close()

    def failures(self) -> Iterator[Failure]:
        """Give failures until the child ends; what killed it is the last of them."""
        began_s, seen, silent_s = 0.0, -1.0, 0.0
        while True:
            asked_s = time.monotonic()
            try:
                if self._source.poll(POLL_S):
                    failure = self._source.recv()
                    if failure is None:
                        break
                    yield failure
            except EOFError:
                yield self._fatal("crash", self._death())
                break
            index = self.progress[0]
            # where the whole machine stood still, that is not the child's doing
            silent_s += min(time.monotonic() - asked_s, 2 * POLL_S)
            if index != seen:
                began_s = began_s or asked_s
                seen, silent_s = index, 0.0
            elif silent_s > (PATIENCE_S if seen >= 0 else START_S):
                yield self._fatal("hang", "no answer to the alarm")
                break
        self.seconds = time.monotonic() - (began_s or asked_s)
        self._process.kill()
        self._process.join()

    def _death(self) -> str:
        self._process.join()
        code = self._process.exitcode or 0
        said = self._task.log.read_text("utf-8", "replace").strip()[:1500]
        return f"killed by signal {-code}: {said}" if code < 0 else f"exit {code}: {said}"

    def _fatal(self, kind: str, exception: str) -> Failure:
        index = int(self.progress[0])
        if index < 0:
            raise SystemExit(f"{self._task.form}: the child did not start ({exception})")
        seeds = seeds_of(self._task.form, self._task.folder)
        _, content = damaged(self._task.form, self._task.seed, index, seeds)
        return failure_of(index, kind, exception, "process", content)


if __name__ == "__main__":
    main()
