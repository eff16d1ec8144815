"""The checks find what is broken: a check that passes everything would prove nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pytest

from sentio.experience.columns import Columns, FloatArray
from sentio.experience.service import Example, Input, Service
from sentio.experience.terms import InTerms, Term
from sentio.ingest.format import Format
from sentio.ingest.piece import NOTHING_REJECTED, Piece, Reading
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind
from sentio.testing import BrokenContract, check_format, check_service


def patience(columns: Columns) -> FloatArray:
    return 5.0 - 4.0 * np.minimum(np.asarray(columns["page_load_ms"]) / 10_000.0, 1.0)


PATIENCE = Service(
    name="patience",
    title="Waiting",
    standard="ours",
    version="1",
    subject_kind="user",
    inputs=(Input(name="page_load_ms", nominal=0.0, need="must", weight=0.5),),
    mos=patience,
    confidence=0.5,
    provisional="made up for this test",
    examples=(Example(given={"page_load_ms": 5000.0}, mos=3.0),),
)


def above_five(columns: Columns) -> FloatArray:
    return patience(columns) + 0.5


def of_the_batch(columns: Columns) -> FloatArray:
    mos = patience(columns)
    return np.full(len(mos), mos.mean())


def spoiling_its_input(columns: Columns) -> FloatArray:
    load_ms = columns["page_load_ms"]
    load_ms /= 10_000.0  # type: ignore[operator]
    return np.asarray(5.0 - 4.0 * np.minimum(load_ms, 1.0))


def upside_down(columns: Columns) -> FloatArray:
    return 6.0 - patience(columns)


def of_terms(*reads: str, term: str = "mos") -> InTerms:
    return InTerms((Term(name=term, reads=reads, of=patience),))


def test_a_sound_service_passes() -> None:
    check_service(PATIENCE)


@pytest.mark.parametrize(
    ("mos", "says"),
    [
        (above_five, "outside"),
        (of_the_batch, "at a time give other scores"),
        (spoiling_its_input, "mos raises ValueError"),
        (upside_down, "the nominal use scores"),
    ],
)
def test_a_broken_formula_is_found(mos: Callable[[Columns], FloatArray], says: str) -> None:
    broken = replace(PATIENCE, mos=mos)

    with pytest.raises(BrokenContract, match=says):
        check_service(broken)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"examples": ()}, "no worked example"),
        ({"examples": (Example(given={"page_load_ms": 5000.0}, mos=3.1),)}, "expected 3.1"),
        ({"inputs": (Input(name="page_lode_ms", nominal=0.0),)}, "not in the catalogue"),
        ({"inputs": (Input(name="page_load_ms", nominal=-1.0),)}, "nominal is -1.0"),
        ({"confidence": 0.0}, "confidence is 0.0"),
        ({"mos": of_terms("page_load_ms", "dns_ms")}, "reads dns_ms: no input"),
        ({"mos": of_terms("page_load_ms", term="page_load_ms")}, "has the name of an input"),
    ],
)
def test_a_broken_declaration_is_found(change: dict[str, object], says: str) -> None:
    broken = replace(PATIENCE, **change)  # type: ignore[arg-type]

    with pytest.raises(BrokenContract, match=says):
        check_service(broken)


MAGIC = b"WAITS\n"


def sniff(head: bytes, _name: str) -> float:
    return 1.0 if head.startswith(MAGIC) else 0.0


def read(stream: BinaryIO, _reading: Reading) -> Iterator[Piece]:
    if stream.readline() != MAGIC:
        raise FormatError("no waits")
    for number, line in enumerate(stream):
        digits = line.strip()
        if digits.isdigit() and len(digits) < 9:
            yield wait(number, int(digits))


def wait(number: int, load_ms: float, name: str = "page_load_ms") -> Piece:
    columns = {"ts": pa.array([number], pa.int64()), name: pa.array([load_ms], pa.float64())}
    return Piece(
        kind=Kind.EXPERIENCE,
        batch=pa.RecordBatch.from_pydict(columns),
        rows_read=1,
        rows_kept=1,
        position=number,
        rejected=NOTHING_REJECTED,
        service="web",
    )


WAITS = Format(name="waits", title="Waits", standard="ours", sniff=sniff, read=read)


@pytest.fixture
def waits(tmp_path: Path) -> list[Path]:
    sample = tmp_path / "a.waits"
    sample.write_bytes(MAGIC + b"100\n200\n300\n")
    return [sample]


def trusting(head: bytes, _name: str) -> float:
    return float(head[0])


def strange_column(_stream: BinaryIO, _reading: Reading) -> Iterator[Piece]:
    yield wait(1, 2.0, name="waiting")


def going_back(_stream: BinaryIO, _reading: Reading) -> Iterator[Piece]:
    yield wait(2, 2.0)
    yield wait(1, 2.0)


def losing_rows(_stream: BinaryIO, _reading: Reading) -> Iterator[Piece]:
    yield replace(wait(1, 2.0), rows_read=2)


def fragile(stream: BinaryIO, _reading: Reading) -> Iterator[Piece]:
    stream.seek(len(MAGIC))
    yield from (wait(number, int(line)) for number, line in enumerate(stream))


def test_a_sound_format_passes(waits: list[Path]) -> None:
    check_format(WAITS, waits)


def test_a_format_without_samples_is_found() -> None:
    with pytest.raises(BrokenContract, match="no sample"):
        check_format(WAITS, [])


def test_a_sniff_that_trusts_its_bytes_is_found(waits: list[Path]) -> None:
    with pytest.raises(BrokenContract, match="sniff raises IndexError"):
        check_format(replace(WAITS, sniff=trusting), waits)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (strange_column, "column waiting is canonical for no"),
        (going_back, "after one at 2"),
        (losing_rows, "read 2 rows, kept 1"),
        (fragile, "read raises ValueError"),
    ],
)
def test_a_broken_reader_is_found(
    waits: list[Path], broken: Callable[[BinaryIO, Reading], Iterator[Piece]], says: str
) -> None:
    with pytest.raises(BrokenContract, match=says):
        check_format(replace(WAITS, read=broken), waits)
