"""Awareness learns what is usual, and tells what leaves it, on invented cells."""

from __future__ import annotations

import numpy as np
import pytest
from tests.awareness.city import PERIOD_NS, City, cube_rows

from sentio.awareness.baselines import Baselines
from sentio.awareness.series import Place
from sentio.awareness.tail import Tail
from sentio.awareness.watch import Watch

pytestmark = pytest.mark.slow
LEARNED = 420


@pytest.fixture(scope="module")
def learned() -> tuple[Watch, City]:
    city, watch = City(30, seed=5), Watch(period_ns=PERIOD_NS)
    for period in range(LEARNED):
        rows, bins = cube_rows(city.uses(period))
        watch.see(rows, bins, start_ns=period * PERIOD_NS)
        if period > 60:
            watch.learn_tail()
    return watch, city


def test_a_cell_that_falls_is_the_first_suspicion_within_a_few_periods(learned) -> None:
    watch, city = learned
    told = []
    for period in range(LEARNED, LEARNED + 6):
        rows, bins = cube_rows(city.uses(period, broken=12))
        watch.see(rows, bins, start_ns=period * PERIOD_NS)
        told = watch.suspicions(per_day=0.5)
        if told:
            break

    assert told[0].place == Place(dimension="cell", member="cell-12")
    assert set(told[0].services) == {"web", "voice_wb"}
    assert told[0].lost / told[0].uses == pytest.approx(1.0, abs=0.5)


def test_what_is_taken_back_is_no_longer_suspicious(learned) -> None:
    watch, city = learned
    for period in range(LEARNED + 6, LEARNED + 10):
        uses = city.uses(period, broken=7)
        rows, bins = cube_rows(uses)
        watch.see(rows, bins, start_ns=period * PERIOD_NS)
        series, n, total = [], [], []
        for service, (cell, mos) in uses.items():
            of = mos[cell == 7]
            for place in (("cell", "cell-7"), ("gnb", "gnb-2"), ("all", "all")):
                found = watch.book.find(service, Place(dimension=place[0], member=place[1]))
                series.append(found)
                n.append(len(of))
                total.append(of.sum())
        watch.take_back(np.array(series), np.array([n], float), np.array([total], float))

        assert all(s.place.member not in {"cell-7", "gnb-2"} for s in watch.suspicions(per_day=0.5))


def test_baselines_go_on_from_where_they_were_saved(learned) -> None:
    watch, _ = learned

    again = Baselines.restored(watch.baselines.saved())

    for name, array in watch.baselines.arrays.items():
        size = watch.baselines.size
        assert np.array_equal(array[..., :size], again.arrays[name][..., :size]), name
    assert again.service.tolist() == watch.baselines.service.tolist()


def test_the_tail_of_an_exponential_is_followed_beyond_what_was_seen() -> None:
    rng, tail = np.random.default_rng(3), Tail(ticks_a_day=288.0)
    for _ in range(288 * 20):
        tail.learn(rng.exponential(1.5, 40))

    # 288 x 40 a day exceed x with probability exp(-x / 1.5)
    exact = 1.5 * np.log(288 * 40 / 0.5)
    assert tail.height(0.5) == pytest.approx(exact, rel=0.08)
    assert tail.per_day(exact) == pytest.approx(0.5, rel=0.8)
