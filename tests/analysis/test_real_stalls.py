"""The localiser of ratios on real stalls of an online video provider (RS, 45 cases)."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from sentio.analysis.localiser import LOCALISERS

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.mark.shared
@pytest.mark.slow
def test_three_of_four_real_declines_are_located_exactly(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    cases = importlib.import_module("_localisation_cases")
    ((kind, folder),) = cases.folders(shared / "data/detection/riskloc_rs")

    exact = [
        {frozenset(cause.values) for cause in LOCALISERS["ratio"].localise(case.cells).causes}
        == case.truth
        for case in cases.read(kind, folder)
    ]

    assert len(exact) == 45
    assert sum(exact) >= 0.75 * len(exact)
