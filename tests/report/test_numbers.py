"""Numbers and moments as people read them."""

from __future__ import annotations

import doctest
import math

import pytest

from sentio.report import numbers
from sentio.report.charts import axis
from sentio.report.charts.heatmap import shortened
from sentio.report.charts.place_map import _projection
from sentio.report.levels import LEVELS, level_of
from sentio.report.page import Place
from sentio.report.times import Times
from sentio.report.words import catalogue, word
from sentio.store.facts import DAY_NS

NOON = 1_795_953_600_000_000_000  # Sun 29 Nov 2026 12:00 UTC


@pytest.mark.parametrize("module", [numbers, axis])
def test_worked_examples_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 100_000, "0 %"),
        (1, 100_000, "< 0.1 %"),
        (99_999, 100_000, "> 99.9 %"),
        (100_000, 100_000, "100 %"),
        (1, 3, "33 %"),
        (333, 1000, "33.3 %"),
        (0, 0, "–"),
    ],
)
def test_a_share_has_no_false_precision(part, whole, said):
    assert numbers.share(part, whole) == said


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "≈ 0"), (7.4, "≈ 7"), (1234, "≈ 1,200"), (99_900, "≈ 100,000"), (1_234_567, "≈ 1.2 M"),
     (12_345_678, "≈ 12 M"), (123_456_789, "≈ 120 M")],
)  # fmt: skip
def test_an_estimate_has_two_figures(n, said):
    assert numbers.about(n) == said


def test_mos_of_few_uses_has_one_decimal():
    assert numbers.mos(3.456, 99) == "3.5"
    assert numbers.mos(3.456, 100) == "3.46"
    assert numbers.mos(None, 100) == numbers.mos(math.nan, 5) == "–"


def test_a_long_span_says_the_year_and_a_short_one_no_month():
    short, month, long = (Times(zone="UTC", span_ns=n * DAY_NS) for n in (7, 90, 900))

    assert short.hour(NOON) == month.hour(NOON) == "Sun 29 Nov 12:00"
    assert long.hour(NOON) == "Sun 29 Nov 2026 12:00"
    assert short.short_hour(NOON) == "Sun 29, 12:00"
    assert month.short_hour(NOON) == "Sun 29 Nov, 12:00"
    assert long.short_hour(NOON) == "29 Nov 2026, 12:00"


def test_times_keep_to_the_zone():
    assert Times(zone="Europe/Paris", span_ns=0).moment(NOON) == "Sun 29 Nov 2026 13:00"


def test_marks_of_time_are_local_midnights_over_a_change_of_clocks():
    first = 1_792_792_800_000_000_000  # Sat 24 Oct 2026 00:00 in Paris, a day before the change
    marks = axis.time_marks(first, first + 4 * DAY_NS, "Europe/Paris", most=5)

    assert [is_midnight for _, is_midnight in marks] == [True] * len(marks)
    assert marks[2][0] - marks[1][0] == 25 * 3_600_000_000_000


def test_levels_cover_every_mos():
    assert [level_of(mos).name for mos in (1.0, 1.99, 2.0, 3.0, 3.5, 4.0, 5.0)] == [
        "bad", "bad", "poor", "fair", "good", "very_good", "very_good",
    ]  # fmt: skip
    assert [level.low for level in LEVELS] == sorted((level.low for level in LEVELS), reverse=True)


def test_a_long_name_keeps_both_ends():
    assert shortened("310-410-0123456-cell-00007", 15) == "310-410…l-00007"
    assert shortened("cell-7", 15) == "cell-7"


def test_the_scale_bar_tells_true_kilometres():
    """Two places 100 km apart along a meridian are as far on the map as the bar says."""
    places = tuple(
        Place(
            member=f"c{i}",
            longitude_deg=10.0,
            latitude_deg=50.0 + i * 100 / 111.195,
            n=100,
            poor=0,
            mos_mean=4.0,
            is_from_topology=True,
        )
        for i in range(2)
    )
    _, up, height, km_per_px = _projection(places)

    pixels = up(places[0].latitude_deg) - up(places[1].latitude_deg)
    assert pixels * km_per_px == pytest.approx(100, rel=1e-3)
    assert 0 < up(places[1].latitude_deg) < up(places[0].latitude_deg) < height


def test_every_word_that_is_asked_for_exists():
    for section in ("need", "dimension", "dimension_one", "domain", "level"):
        assert catalogue()[section]
    with pytest.raises(KeyError):
        word("page.nothing")


def test_every_domain_dimension_and_need_has_its_word():
    import typing

    from sentio.experience.service import Need
    from sentio.model.domain import DIMENSIONS, DOMAINS

    words = catalogue()
    assert set(DOMAINS) == set(words["domain"])
    assert set(DIMENSIONS) - {"all"} == set(words["dimension"]) == set(words["dimension_one"])
    assert set(typing.get_args(Need)) == set(words["need"])
    assert {level.name for level in LEVELS} == set(words["level"])
