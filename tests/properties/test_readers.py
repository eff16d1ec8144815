"""Whatever is done to an input, a reader reads or refuses it, and the record path goes on.

The same damage as in ``benchmarks/fuzz.py``, a little of it; there it is done for hours.
"""

from __future__ import annotations

import gzip
import io
import re
import signal
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import BinaryIO

import pyarrow as pa
import pytest

from sentio.ingest.format import FORMATS
from sentio.ingest.formats import delimited, ndjson
from sentio.ingest.piece import Origin, Reading
from sentio.testing.mutations import MUTATIONS, mutate
from sentio.testing.survival import survive

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
INPUTS = 150
GUARD_S = 5
RECEIVED_NS = 1_790_000_000_000_000_000


def samples_of(name: str) -> list[tuple[str, bytes, dict[str, str]]]:
    """Give name, content and reading options of each sample; packed ones unpacked as well."""
    told = SAMPLES / name / "options.toml"
    options = tomllib.loads(told.read_text("utf-8")) if told.is_file() else {}
    found: list[tuple[str, bytes, dict[str, str]]] = []
    for path in sorted((SAMPLES / name).iterdir()):
        if path != told:
            own = {**options.get("options", {}), **options.get(path.name, {})}
            found += [(path.name, content, own) for content in _contents(path)]
    return found


def _contents(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if path.suffix == ".gz":
        yield gzip.decompress(content)
    if path.suffix == ".zst":
        yield pa.CompressedInputStream(pa.BufferReader(content), "zstd").read()


@contextmanager
def guarded(seconds: int) -> Iterator[None]:
    def too_long(*_: object) -> None:
        pytest.fail(f"reading takes more than {seconds} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS.names())
def test_no_damage_breaks_a_reader(name: str) -> None:
    samples = samples_of(name)
    others = [content for _, content, _ in samples]
    for sample, content, options in samples:  # compiling is not reading
        survive(FORMATS[name], content, name=sample, options=options)

    for index in range(INPUTS):
        rng = Random(f"{name}:{index}")
        sample, content, options = rng.choice(samples)
        with guarded(GUARD_S):
            survive(FORMATS[name], mutate(content, rng, others), name=sample, options=options)


@pytest.mark.parametrize("name", FORMATS.names())
def test_a_file_cut_short_anywhere_is_read_as_far_as_it_goes(name: str) -> None:
    for sample, content, options in samples_of(name):
        for end in range(0, len(content), max(len(content) // 8, 1)):
            survive(FORMATS[name], content[:end], name=sample, options=options)


@pytest.mark.parametrize("name", FORMATS.names())
@pytest.mark.parametrize(("opens", "closes"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_values_nested_deeper_than_json_is_written_break_no_reader(
    name: str, opens: bytes, closes: bytes
) -> None:
    deep = opens * 300 + b"1" + closes * 300
    for sample, content, options in samples_of(name):
        values = [*re.finditer(rb"(?<=[:,\[])\s*[\w.+-]{1,40}(?=[,\]}])", content)]
        for value in values[:: max(len(values) // 25, 1)]:
            hostile = content[: value.start()] + deep + content[value.end() :]
            survive(FORMATS[name], hostile, name=sample, options=options)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_mutation_is_the_same_again_and_does_something(mutation) -> None:
    text = b'ts,rtt_ms\n1772442900,"20"\n1772442901,null\n{"a": [1.5, true]}\n' * 4

    one = [mutation(text, Random(seed), [text[::-1]]) for seed in range(20)]
    two = [mutation(text, Random(seed), [text[::-1]]) for seed in range(20)]

    assert one == two
    assert sum(damaged != text for damaged in one) > 10


def test_nothing_is_lost_of_pipe_separated_rows_whatever_is_done_to_them() -> None:
    sound = (SAMPLES / "delimited" / "s1u_http.txt").read_bytes()
    options = {"map": "s1u_http"}

    for index in range(INPUTS):
        damaged = sound + mutate(sound, Random(index)).replace(b"\r", b"")
        pieces = delimited.read(_stream(damaged), _reading(options))

        assert sum(piece.rows_read for piece in pieces) == len(_filled(damaged)), index


def test_nothing_is_lost_of_json_lines_whatever_is_done_to_them() -> None:
    sound = (SAMPLES / "ndjson" / "pages.ndjson").read_bytes()

    for index in range(INPUTS):
        damaged = sound + mutate(sound, Random(index))
        pieces = ndjson.read(_stream(damaged), _reading({}))

        assert sum(piece.rows_read for piece in pieces) == len(_filled(damaged)), index


def _filled(content: bytes) -> list[bytes]:
    return [line for line in content.split(b"\n") if line.strip()]


def _stream(content: bytes) -> BinaryIO:
    return io.BytesIO(content)


def _reading(options: dict[str, str]) -> Reading:
    origin = Origin(source="test", name="damaged")
    return Reading(origin=origin, received_ns=RECEIVED_NS, options=options)


def test_a_table_s_header_has_no_thousands_of_columns() -> None:
    content = b"timestamp,session,sent,received,rtt_avg_ms" + b",a" * 750_000 + b"\n"

    assert survive(FORMATS["twamp"], content, name="wide.csv", options={}) == 0


def test_a_record_of_webrtc_rows_always_has_rows_behind_it() -> None:
    names = b"timestamp,callId,packetsReceived,packetsLost,framesPerSecond,jitter\n"
    far = b"9" * 40 + b",c-1,0,0,30,0.01\n"
    rows = b"".join(b"177239520%d,c-%d,%d,0,30,0.01\n" % (i, i % 2, 100 * i) for i in range(9))

    assert survive(FORMATS["webrtc_stats"], names + far + rows, name="flat.csv", options={}) > 0
