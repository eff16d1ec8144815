"""Localisation finds what was planted, says nothing where nothing is, and tells how sure it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sentio.analysis.cuboid import cuboids
from sentio.analysis.localiser import (
    LOCALISERS,
    Attribute,
    Cells,
    Localisation,
    MeasureKind,
    RatioMeasure,
    SumMeasure,
)
from sentio.testing.declines import decline, taken

KINDS: tuple[MeasureKind, ...] = ("mean", "ratio", "sum")
OF = {kind: each for each in LOCALISERS for kind in each.handles}


def names(answer: Localisation) -> list[dict[str, str]]:
    return sorted((dict(cause.values) for cause in answer.causes), key=str)


@pytest.mark.parametrize("kind", KINDS)
def test_two_faults_at_once_are_both_named(kind: MeasureKind) -> None:
    planted = [{"app": "app-4"}, {"cell": "cell-0", "ring": "ring-1"}]

    answer = OF["sum"].localise(decline("sum", planted))
    same = OF[kind].localise(decline(kind, [{"app": "app-4"}, {"cell": "cell-0"}]))

    assert names(answer) == planted
    assert names(same) == [{"app": "app-4"}, {"cell": "cell-0"}]


@pytest.mark.parametrize("kind", KINDS)
def test_a_cause_explains_most_of_the_excess_and_says_how_strong_it_is(kind: MeasureKind) -> None:
    strength = {"ratio": 5.0, "sum": 0.6, "mean": 1.0}[kind]

    (cause,) = OF[kind].localise(decline(kind, [{"device": "device-3"}])).causes

    assert cause.share > 0.8
    assert cause.probability > 0.9
    assert cause.effect == pytest.approx(strength, rel=0.35)


@pytest.mark.parametrize("kind", KINDS)
def test_calm_is_blamed_on_nobody(kind: MeasureKind) -> None:
    told = [OF[kind].localise(decline(kind, seed=seed)).causes for seed in range(20)]

    assert sum(bool(causes) for causes in told) <= 1


def test_an_earlier_decline_in_the_past_does_not_hide_the_next() -> None:
    cells = decline("ratio", [{"app": "app-2"}])
    measure = cells.measure
    assert isinstance(measure, RatioMeasure)
    past = measure.past_bad.copy()
    past[1] = measure.bad

    answer = OF["ratio"].localise(replace(cells, measure=replace(measure, past_bad=past)))

    assert names(answer) == [{"app": "app-2"}]


def test_without_a_past_the_cells_are_compared_with_each_other() -> None:
    cells = decline("ratio", [{"app": "app-2"}])
    measure = cells.measure
    assert isinstance(measure, RatioMeasure)
    none = np.empty((0, len(measure.bad)))

    answer = OF["ratio"].localise(
        replace(cells, measure=replace(measure, past_bad=none, past_total=none))
    )

    assert names(answer) == [{"app": "app-2"}]


def test_what_the_data_cannot_tell_apart_is_said() -> None:
    cells = decline("ratio", [{"app": "app-2"}])
    app, ring = cells.attributes[0], cells.attributes[3]
    kept = taken(cells, np.flatnonzero((app.codes != 2) | (ring.codes == 1)))

    (cause,) = OF["ratio"].localise(kept).causes

    assert dict(cause.values) == {"app": "app-2"}
    assert cause.implied == (("ring", "ring-1"),)


def test_a_rise_is_located_as_well_as_a_fall() -> None:
    cells = decline("sum", [{"cell": "cell-1"}])
    measure = cells.measure
    assert isinstance(measure, SumMeasure)
    turned = SumMeasure(observed=measure.expected, expected=measure.observed)

    assert names(OF["sum"].localise(replace(cells, measure=turned))) == [{"cell": "cell-1"}]


def test_a_measure_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="a sum measure is not a ratio"):
        OF["ratio"].localise(decline("sum"))


def test_a_cell_of_no_use_changes_nothing() -> None:
    cells = decline("sum", [{"cell": "cell-1"}])
    measure = cells.measure
    assert isinstance(measure, SumMeasure)
    idle = SumMeasure(
        observed=np.append(measure.observed, 0.0), expected=np.append(measure.expected, 0.0)
    )
    attributes = tuple(
        replace(each, codes=np.append(each.codes, np.int32(0))) for each in cells.attributes
    )

    answer = OF["sum"].localise(Cells(attributes=attributes, measure=idle))

    assert names(answer) == [{"cell": "cell-1"}]


def test_many_values_are_renumbered_without_mixing_groups() -> None:
    rng = np.random.default_rng(3)
    codes = [rng.integers(0, 5000, 300).astype(np.int32) for _ in range(3)]

    grown = cuboids(codes, lambda _: 0.0, max_order=3, most=100)

    assert [each.axes for each in grown] == [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
    for each in grown:
        rows = np.stack([codes[axis] for axis in each.axes], axis=1)
        assert len(np.unique(each.group)) == len(np.unique(rows, axis=0))


def test_an_attribute_of_one_value_explains_nothing() -> None:
    cells = decline("ratio", [{"app": "app-2"}])
    constant = Attribute(
        name="city", values=("here",), codes=np.zeros_like(cells.attributes[0].codes)
    )

    (cause,) = OF["ratio"].localise(replace(cells, attributes=(constant, *cells.attributes))).causes

    assert dict(cause.values) == {"app": "app-2"}
    assert cause.implied == ()
