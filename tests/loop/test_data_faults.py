"""What is wrong with the data is told as that; fewer people and broken cells are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.awareness.town import PERIOD_NS, START_NS, Town, Uses

from sentio.loop.data_faults import DataFaults
from sentio.loop.snapshot import packed, unpacked

DEAF = 5  # the cell of which one or both probes hear nothing


def told(town: Town, periods: int = 4, **spoilt: object) -> list[tuple[str, str, str]]:
    return [(each.what, each.source, each.place) for each in town.run(periods, **spoilt)]


@pytest.fixture(scope="module")
def learned() -> bytes:
    arrays, more = Town().faults.saved()
    return packed(arrays, more)


@pytest.fixture
def town(learned: bytes) -> Town:
    return again(Town.__new__(Town), learned)


def again(town: Town, content: bytes, period: int = 144) -> Town:
    """Go on from what was learned, as a process that was started anew does."""
    town.rng, town.period, town.measures = np.random.default_rng(period), period, False
    town.faults = DataFaults.restored(*unpacked(content))
    return town


def lost(source: str, share: float):
    def spoil(name: str, uses: Uses, rng: np.random.Generator) -> Uses:
        return uses.where(rng.random(len(uses.cell)) >= (share if name == source else 0.0))

    return spoil


def deaf_in_one(source: str, uses: Uses, _: np.random.Generator) -> Uses:
    return uses.where((uses.cell != DEAF) | (source != "probe-a"))


def asleep(_source: str, uses: Uses, rng: np.random.Generator) -> Uses:
    near = DEAF + rng.choice([-1, 1], len(uses.cell))
    return replace(uses, cell=np.where(uses.cell == DEAF, near, uses.cell))


def a_thousand_times(source: str, uses: Uses, _: np.random.Generator) -> Uses:
    return replace(uses, load_ms=uses.load_ms * (1000.0 if source == "probe-b" else 1.0))


def without_values(source: str, uses: Uses, _: np.random.Generator) -> Uses:
    return replace(uses, load_ms=np.where(source == "probe-b", np.nan, uses.load_ms))


def upf_clock(_source: str, uses: Uses, _rng: np.random.Generator) -> Uses:
    return replace(uses, ts_ns=uses.ts_ns + np.where(uses.upf == 1, 180_000_000_000, 0))


def test_where_all_is_well_nothing_is_told(town):
    assert told(town, 100) == []


def test_a_silent_source_is_told_at_once_with_its_beginning_and_its_end(town):
    (silent,) = town.run(6, spoil=lost("probe-a", 1.0))
    (over,) = town.run(6)

    began_ns = START_NS + 144 * PERIOD_NS
    assert (silent.what, silent.source, silent.place) == ("silent", "probe-a", "")
    assert (silent.since_ns, silent.seen_ns) == (began_ns, began_ns + PERIOD_NS)
    assert "not of the network" in silent.sentence
    assert (over.id, over.until_ns) == (silent.id, began_ns + 6 * PERIOD_NS)


def test_a_source_that_loses_half_its_records_is_told(town):
    assert told(town, spoil=lost("probe-a", 0.5)) == [("fewer", "probe-a", "")]


def test_a_probe_at_one_place_that_loses_half_is_told_with_its_place(town):
    def spoil(source: str, uses: Uses, rng: np.random.Generator) -> Uses:
        lossy = (uses.upf == 2) & (source == "probe-b")
        return uses.where(~lossy | (rng.random(len(uses.cell)) < 0.5))

    assert told(town, spoil=spoil) == [("fewer", "probe-b", "upf-2")]


def test_a_holiday_on_which_all_use_less_or_more_is_no_fault(town):
    assert told(town, 24, activity=0.4) + told(town, 24, activity=1.8) == []


def test_a_cell_that_only_one_probe_lost_is_a_matter_of_the_data(town):
    assert told(town, 12, spoil=deaf_in_one) == [("silent", "probe-a", f"cell-{DEAF}")]


def test_a_cell_whose_neighbours_took_over_is_a_matter_of_the_network(town):
    assert told(town, 12, spoil=asleep) == []


def test_a_source_in_other_units_is_told_with_the_factor(town):
    (found,) = town.run(3, spoil=a_thousand_times)

    assert (found.what, found.source, found.indicator) == ("factor", "probe-b", "page_load_ms")
    assert "1,000 times" in found.sentence


def test_a_column_that_ran_dry_is_told(town):
    assert told(town, spoil=without_values) == [("empty", "probe-b", "")]


def test_a_clock_that_is_three_minutes_fast_is_told_and_not_missing_records(town):
    found = town.run(6, spoil=upf_clock)

    assert {(each.what, each.place) for each in found} == {("skewed", "upf-1")}
    assert abs(found[0].seen - 180.0) < 40.0


def test_rows_that_come_twice_are_told(town):
    assert told(town, duplicates=0.3) == [
        ("duplicates", "probe-a", ""),
        ("duplicates", "probe-b", ""),
    ]


@pytest.mark.parametrize(
    ("reads", "what"),
    [
        (lambda values: np.where(np.arange(24) == 3, 0.8123, values), "constant"),
        (lambda values: np.where(np.arange(24) == 3, values * 1000.0, values), "factor"),
    ],
    ids=["stuck", "in other units"],
)
def test_a_counter_that_is_wrong_is_told_with_its_element(town, reads, what):
    assert told(town, 6, delays=reads) == [(what, "pm", "link-3")]


def test_a_delay_that_rises_in_earnest_is_not_told(town):
    def queue(values: np.ndarray) -> np.ndarray:
        return values + 25.0 * np.exp(town.rng.normal(0.0, 0.2, len(values)))

    assert told(town, 24, delays=queue) == []


def test_a_process_started_anew_in_the_middle_goes_on_as_if_it_had_not_been(town):
    first = town.run(3, spoil=lost("probe-a", 0.5))
    content = packed(*town.faults.saved())
    after, other = again(town, content, 147), again(Town.__new__(Town), content, 147)
    through, anew = after.run(6), other.run(6)

    assert [each.id for each in first] == [each.id for each in anew]
    assert anew == through
    assert anew[0].until_ns == START_NS + 147 * PERIOD_NS
