"""Every localiser keeps its contract; the check finds one that does not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from sentio.analysis.localiser import LOCALISERS, Cells, Localisation, MeasureKind
from sentio.testing import BrokenContract, check_localiser


@pytest.mark.parametrize("name", LOCALISERS.names())
@pytest.mark.parametrize("seed", [0, 1])
def test_a_localiser_keeps_its_contract(name: str, seed: int) -> None:
    check_localiser(LOCALISERS[name], seed=seed)


def test_every_kind_of_measure_has_one_localiser() -> None:
    kinds = sorted(kind for each in LOCALISERS for kind in each.handles)

    assert kinds == ["mean", "ratio", "sum"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Always:
    """Blames what the real one ranks first, sure or not."""

    name: str = "always"
    handles: frozenset[MeasureKind] = frozenset({"ratio"})

    def localise(self, cells: Cells) -> Localisation:
        answer = LOCALISERS["ratio"].localise(cells)
        return replace(answer, causes=answer.ranking[:1])


@dataclass(frozen=True, slots=True, kw_only=True)
class ByOrder(Always):
    """Leans on the order of the cells."""

    def localise(self, cells: Cells) -> Localisation:
        answer = LOCALISERS["ratio"].localise(cells)
        return answer if cells.attributes[0].codes[0] == 0 else replace(answer, causes=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing(Always):
    """Writes to its input."""

    def localise(self, cells: Cells) -> Localisation:
        np.copyto(cells.attributes[0].codes, 0)
        return LOCALISERS["ratio"].localise(cells)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (Always(), "blames where nothing is wrong"),
        (ByOrder(), "when cells are shuffled"),
        (Writing(), "raises ValueError"),
        (Always(handles=frozenset()), "handles no measure"),
    ],
)
def test_a_broken_localiser_is_found(broken: Always, says: str) -> None:
    with pytest.raises(BrokenContract, match=says):
        check_localiser(broken)
