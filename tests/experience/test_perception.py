"""Perceived experience: own ratings, own memory, own requirement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sentio.experience.perception import against_requirement, learn, perceived, remembered

DAY_NS = 86_400 * 10**9
MOSES = arrays(np.float64, st.integers(1, 20), elements=st.floats(1.0, 5.0))


def who(*subjects: int) -> np.ndarray:
    return np.array(subjects, dtype=np.uint64)


def test_who_never_rated_perceives_the_absolute_mos() -> None:
    tastes = learn(who(7), np.array([4.0]), np.array([2.0]))

    found = perceived(tastes, who(1, 9), np.array([3.0, 4.5]))

    assert found.tolist() == [3.0, 4.5]


def test_nobody_rated_yet_leaves_all_as_it_is() -> None:
    nothing = learn(who(), np.empty(0), np.empty(0), causes={"stalls": np.empty(0)})

    assert perceived(nothing, who(1), np.array([3.3])).tolist() == [3.3]


def test_few_ratings_move_a_person_only_part_of_the_way() -> None:
    mos, strict = np.full(40, 3.0), np.full(40, 2.0)

    after = {
        k: float(perceived(learn(who(*[1] * k), mos[:k], strict[:k]), who(1), np.array([3.0]))[0])
        for k in (1, 5, 40)
    }

    assert after[1] == pytest.approx(3.0 - 1 / (1 + 4))
    assert after[5] == pytest.approx(3.0 - 5 / (5 + 4))
    assert 2.0 < after[40] < after[5] < after[1] < 3.0


def test_an_outspoken_person_is_told_from_a_strict_one() -> None:
    mos = np.tile([2.0, 3.0, 4.0], 60)
    outspoken = 3.0 + 1.5 * (mos - 3.0)
    tastes = learn(who(*[1] * 180, *[2] * 180), np.tile(mos, 2), np.r_[outspoken, mos - 0.5])

    found = perceived(tastes, who(1, 1, 2, 2), np.array([2.0, 4.0, 2.0, 4.0]))

    assert found == pytest.approx([1.5, 4.5, 1.5, 3.5], abs=0.06)


def test_what_a_person_minds_is_learnt_from_the_causes() -> None:
    rng = np.random.default_rng(1)
    stalls, picture = rng.uniform(0, 2, 300), rng.uniform(0, 2, 300)
    mos = 4.8 - stalls - 0.5 * picture
    rating = 4.8 - 1.6 * stalls - 0.1 * picture
    tastes = learn(who(*[3] * 300), mos, rating, causes={"stalls": stalls, "picture": picture})

    same_mos = np.array([3.3, 3.3])
    causes = {"stalls": np.array([1.5, 0.5]), "picture": np.array([0.0, 2.0])}
    stalled, coarse = perceived(tastes, who(3, 3), same_mos, causes=causes)

    assert stalled < 2.7
    assert coarse > 3.4


def test_people_are_learnt_apart_whatever_the_order_of_rows() -> None:
    rng = np.random.default_rng(2)
    subject, mos = rng.integers(0, 5, 200).astype(np.uint64), rng.uniform(1, 5, 200)
    rating = np.clip(mos + 0.3 * subject - 0.6, 1, 5)
    shuffled = rng.permutation(200)

    one = learn(subject, mos, rating)
    other = learn(subject[shuffled], mos[shuffled], rating[shuffled])
    alone = learn(subject[subject == 3], mos[subject == 3], rating[subject == 3])

    assert one.slopes == pytest.approx(other.slopes)
    assert one.slopes[3] == pytest.approx(alone.slopes[0])
    assert one.ratings.tolist() == np.bincount(subject.astype(int)).tolist()


def test_the_last_days_colour_the_next_experience() -> None:
    days = np.arange(4) * DAY_NS
    after_good = remembered(who(1, 1, 1, 1), days, np.array([5.0, 5.0, 5.0, 3.0]))
    after_bad = remembered(who(1, 1, 1, 1), days, np.array([1.0, 1.0, 1.0, 3.0]))

    assert after_good[:3].tolist() == [5.0, 5.0, 5.0]
    assert after_bad[3] < 3.0 < after_good[3]
    assert after_good[3] - 3.0 < 0.2 * 2.0


def test_a_first_experience_has_no_memory_and_others_memories_do_not_mix() -> None:
    found = remembered(who(1, 2, 1, 2), np.array([0, 0, DAY_NS, DAY_NS]), np.array([1.0, 5, 3, 3]))

    assert found[:2].tolist() == [1.0, 5.0]
    assert found[2] < 3.0 < found[3]


def test_memory_fades_with_time_and_skips_what_was_not_scored() -> None:
    soon, late = (
        remembered(who(1, 1), np.array([0, gap]), np.array([1.0, 4.0]))[1]
        for gap in (DAY_NS, 60 * DAY_NS)
    )
    with_gap = remembered(who(1, 1, 1), np.array([0, 5, DAY_NS]), np.array([1.0, np.nan, 4.0]))

    assert soon < late < 4.0
    assert late == pytest.approx(4.0, abs=0.01)
    assert np.isnan(with_gap[1])
    assert with_gap[2] == pytest.approx(soon)


@settings(deadline=None, max_examples=50)
@given(MOSES, st.data())
def test_perception_never_leaves_the_scale_or_the_order_of_rows(
    mos: np.ndarray, data: st.DataObject
) -> None:
    rows = len(mos)
    subject = data.draw(arrays(np.uint64, rows, elements=st.integers(0, 3)))
    ts_ns = data.draw(arrays(np.int64, rows, elements=st.integers(0, 10**15)))
    rating = data.draw(arrays(np.float64, rows, elements=st.floats(1.0, 5.0)))

    tasted = perceived(learn(subject, mos, rating), subject, mos)
    felt = remembered(subject, ts_ns, mos)

    assert ((tasted >= 1.0) & (tasted <= 5.0)).all()
    assert ((felt >= 1.0 - 1e-9) & (felt <= 5.0 + 1e-9)).all()


@given(st.floats(1.0, 5.0), st.floats(1.01, 5.0))
def test_a_thing_is_fully_content_from_its_requirement_on(mos: float, required: float) -> None:
    found = float(against_requirement(np.array([mos]), required)[0])

    assert mos - 1e-9 <= found <= 5.0
    assert (found == 5.0) == (mos >= required) or found == pytest.approx(5.0)


@pytest.mark.shared
def test_own_ratings_foretell_real_people_better_than_the_perfect_mos(shared: Path) -> None:
    table = pa_csv.read_csv(shared / "data/experience/waterloo4_train.csv")
    phones = table.filter(pa.array([d == "phone" for d in table["device"].to_pylist()]))
    points = np.array([row.split() for row in phones["individual_scores"].to_pylist()], dtype=float)
    rating = 1.0 + points / 25.0
    absolute = (rating.sum(axis=1, keepdims=True) - rating) / (rating.shape[1] - 1)
    subject = np.tile(np.arange(rating.shape[1], dtype=np.uint64), len(rating))
    is_known = np.random.default_rng(3).random(len(rating)) < 50 / len(rating)
    seen = np.repeat(is_known, rating.shape[1])
    truth, model = rating.ravel(), absolute.ravel()

    tastes = learn(subject[seen], model[seen], truth[seen])
    found = perceived(tastes, subject[~seen], model[~seen])

    before = np.corrcoef(model[~seen], truth[~seen])[0, 1]
    after = np.corrcoef(found, truth[~seen])[0, 1]
    assert after > before + 0.1
    assert after > 0.67
