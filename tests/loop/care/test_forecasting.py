"""What a planned work will do is known before it begins, and what it does is learned of."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.loop.care.village import MONDAY_NS, remembered, uses, ways, work

from sentio.loop.care.forecasting import forecast
from sentio.loop.care.past_works import Learned, learned, result_of
from sentio.loop.care.seen import DAY_NS, HOUR_NS, Remembered, hour_kind
from sentio.model.calendar import Calendar

TODAY = 14
NOW_NS = MONDAY_NS + TODAY * DAY_NS
TUESDAY = MONDAY_NS // DAY_NS + 29


def told(element: str, hours: tuple[float, float], *, title: str = "maintenance", **given):
    wanted = work(element, TODAY, hours, title=title)
    return forecast(wanted, remembered(TODAY), ways(), now_ns=NOW_NS, **given)


def test_everybody_who_is_there_at_that_hour_every_day_will_be_touched_and_nobody_else():
    made = told("ring-1", (7.5, 10.5))

    assert {each.subject for each in made.touched} == set(range(1, 61))
    assert all(each.probability > 0.9 for each in made.touched)
    assert made.agreement > 0.7
    assert made.subjects.high >= 55.0
    assert made.by_service.keys() == {"web"}
    assert "cells" in made.sentence


def test_in_an_hour_in_which_nobody_is_there_a_work_is_harmless():
    made = told("ring-1", (1.0, 5.0))

    assert made.is_harmless
    assert made.lost_min == pytest.approx(0.0)
    assert made.care == ()


def test_a_ring_with_a_way_round_harms_nobody():
    made = told("ring-2", (7.5, 10.5))

    assert made.is_harmless
    assert made.sentence.startswith("Nobody should notice")


def test_a_visit_of_a_site_is_harmless_until_one_was_felt():
    visit = told("link-1", (7.5, 10.5), title="site visit")
    spoilt = MONDAY_NS + 12 * DAY_NS + 7 * HOUR_NS, MONDAY_NS + 12 * DAY_NS + 11 * HOUR_NS
    seen = remembered(TODAY, spoilt_ns=spoilt)
    before = [
        work("link-1", 12, (7, 11), title="site visit"),
        work("link-2", 12, (7, 11), title="site visit"),
    ]
    wanted = work("link-1", TODAY, (7.5, 10.5), title="site visit")
    known = learned(before, seen, ways(), now_ns=NOW_NS)

    assert visit.is_harmless
    assert [each.is_harmful for each in known.results] == [True, True]
    assert not forecast(wanted, seen, ways(), now_ns=NOW_NS, learned=known).is_harmless


def test_works_that_nobody_felt_make_the_next_of_their_kind_harmless():
    seen = remembered(TODAY)
    before = [work(f"link-{at}", day, (7, 11)) for at in (1, 2) for day in (9, 10, 11)]
    known = learned(before, seen, ways(), now_ns=NOW_NS)

    assert not any(each.is_harmful for each in known.results)
    made = forecast(work("link-1", TODAY, (7.5, 10.5)), seen, ways(), now_ns=NOW_NS, learned=known)
    assert made.is_harmless


def test_a_work_with_hardly_any_uses_tells_nothing():
    assert result_of(work("link-1", 12, (1, 5)), remembered(TODAY), ways()) is None
    assert Learned().felt_share("web") == pytest.approx(0.95)


def test_nothing_of_the_window_itself_or_after_is_used():
    seen, more = remembered(TODAY), remembered(TODAY)
    more.take(uses(TODAY, TODAY + 3), "web")
    wanted = work("ring-1", TODAY, (7.5, 10.5))

    one, other = (forecast(wanted, each, ways(), now_ns=NOW_NS) for each in (seen, more))

    assert one == other


def test_the_best_windows_are_those_without_anybody_and_there_are_ten():
    made = told("ring-1", (7.5, 10.5))

    assert len(made.windows) >= 10
    assert made.windows[0].subjects == pytest.approx(0.0, abs=1e-6)
    assert all(each.begins_ns >= NOW_NS for each in made.windows)
    lost = [each.lost_min for each in made.windows]
    assert lost == sorted(lost)
    assert any("move the work" in each.what for each in made.care)


def test_a_day_that_follows_another_by_a_rule_is_foretold_by_that_rule():
    """Each subject is there on every second day only: odd and even ones in turn."""
    seen, rng = Remembered("cell"), np.random.default_rng(3)
    table = uses(0, TODAY)
    day = (table["ts"].to_numpy() - MONDAY_NS) // DAY_NS
    comes = (table["subject"].to_numpy() + day) % 2 == 0
    seen.take(table.filter(comes | (rng.random(len(day)) < 0.02)), "web")

    made = forecast(work("ring-1", TODAY, (7.5, 10.5)), seen, ways(), now_ns=NOW_NS)

    named = {each.subject for each in made.touched}
    even = set(range(2, 61, 2))
    assert len(named & even) / len(named | even) > 0.9


def test_nobody_was_seen_yet_so_nobody_is_named():
    made = forecast(work("ring-1", TODAY, (7.5, 10.5)), Remembered("cell"), ways(), now_ns=NOW_NS)

    assert made.is_harmless
    assert made.subjects.mean == 0.0


def test_saturdays_and_sundays_are_free():
    days = MONDAY_NS + np.arange(7) * DAY_NS + 5 * HOUR_NS

    assert hour_kind(days).tolist() == [5] * 5 + [29] * 2


def test_of_a_work_that_traffic_was_led_around_only_what_came_before_is_learned():
    spoilt = MONDAY_NS + 12 * DAY_NS + 8 * HOUR_NS
    seen = remembered(TODAY, spoilt_ns=(spoilt, spoilt + HOUR_NS))  # from nine on all is well
    before = [work("link-1", 12, (7.5, 21.5))]

    def felt_share(*changes: tuple[str, int]) -> float:
        (result,) = learned(before, seen, ways(), now_ns=NOW_NS, changes=changes).results
        return sum(result.felt.values()) / sum(result.uses.values())

    assert felt_share() == pytest.approx(0.5, abs=0.1)
    assert felt_share(("link-1", spoilt + HOUR_NS), ("link-2", spoilt)) > 0.9
    at_once = [("link-1", spoilt - 1)]  # no use is left to tell
    assert not learned(before, seen, ways(), now_ns=NOW_NS, changes=at_once).results


def test_on_a_holiday_people_are_where_they_are_on_a_saturday():
    at_work = [d for d in range(28) if d % 7 < 5]  # in the second cell by day, at home else
    rows = [
        (d, h, w, 1 if d in at_work and h == 8 else 0)
        for d in range(28)
        for h in (8, 20)
        for w in range(60)
    ]
    day, hour, who, place = (np.array(each) for each in zip(*rows, strict=True))
    seen = [
        Remembered("cell", Calendar(days_off=days)) for days in (frozenset(), frozenset({TUESDAY}))
    ]
    for each in seen:
        each.take(
            pa.table(
                {
                    "ts": MONDAY_NS + day * DAY_NS + hour * HOUR_NS,
                    "subject": who.astype(np.int64),
                    "mos": np.full(len(day), 4.2),
                    "cell": pa.array([f"cell-{2 - at}" for at in place]).dictionary_encode(),
                }
            ),
            "web",
        )
    now_ns = MONDAY_NS + 28 * DAY_NS
    wanted = work("link-2", 29, (7.5, 9.5))  # that Tuesday, at home
    usual, known = (forecast(wanted, each, ways(), now_ns=now_ns) for each in seen)

    assert usual.is_harmless
    assert len(known.touched) == 60
