"""From uses to service scores and to the customer experience index."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.experience.aggregate import Norm, experience_index, service_scores
from sentio.experience.uses import weighted_percentile

MINUTE_MS = 60_000.0


def uses(*rows: dict[str, object]) -> pa.Table:
    """A table of uses; what a row leaves out is as good as can be."""
    good = {
        "subject": 1,
        "service": "video",
        "ts": 0,
        "duration_ms": MINUTE_MS,
        "mos": 4.0,
        "is_success": 1.0,
        "is_retained": 1.0,
        "confidence": 1.0,
    }
    schema = pa.schema(
        [("subject", pa.uint64()), ("service", pa.string()), ("ts", pa.int64())]
        + [(name, pa.float64()) for name in list(good)[3:]]
    )
    return pa.Table.from_pylist([{**good, **row} for row in rows], schema=schema)


def test_long_uses_weigh_more_and_bad_moments_are_not_averaged_away() -> None:
    table = uses(
        {"mos": 5.0, "duration_ms": 8 * MINUTE_MS}, {"mos": 1.0, "duration_ms": 2 * MINUTE_MS}
    )

    found = service_scores(table).to_pylist()[0]

    assert found["mos_mean"] == pytest.approx(4.2)
    assert found["mos_p10"] == 1.0
    assert found["quality"] == pytest.approx(25 * (0.5 * 4.2 + 0.5 * 1.0 - 1))


def test_a_flawless_service_scores_its_quality_share_by_the_weights_of_tr_103_559() -> None:
    norm = Norm(accessibility=1.0, retainability=1.0, quality=75.0)
    table = uses({"service": "voice_nb"}, {"service": "video"})

    found = service_scores(table, norms={"voice_nb": norm, "video": norm})

    scores = dict(zip(found["service"].to_pylist(), found["score"].to_pylist(), strict=True))
    assert scores["voice_nb"] == pytest.approx(100 * 0.6875 + 75 * 0.3125)
    assert scores["video"] == pytest.approx(100 * 0.536 + 75 * 0.464)


def test_a_small_sample_is_held_toward_what_is_usual() -> None:
    norm = {"video": Norm(accessibility=1.0, retainability=1.0, quality=75.0)}

    once = service_scores(uses({"mos": 1.0}), norms=norm).to_pylist()[0]
    often = service_scores(uses(*[{"mos": 1.0}] * 50), norms=norm).to_pylist()[0]

    assert once["score"] == pytest.approx(53.6 + 0.464 * (0.0 + 5 * 75) / 6)
    assert often["score"] == pytest.approx(53.6 + 0.464 * (5 * 75) / 55)
    assert once["confidence"] == pytest.approx(1 / 6)


def test_an_unsure_score_counts_as_a_smaller_sample() -> None:
    norm = {"video": Norm(accessibility=1.0, retainability=1.0, quality=75.0)}

    sure, unsure = (
        service_scores(uses(*[{"mos": 1.0, "confidence": one}] * 10), norms=norm).to_pylist()[0]
        for one in (1.0, 0.2)
    )

    assert unsure["score"] > sure["score"]
    assert unsure["confidence"] < sure["confidence"]


def test_one_failed_call_costs_and_twenty_cost_all_accessibility() -> None:
    norm = {"voice_nb": Norm(accessibility=1.0, retainability=1.0, quality=75.0)}
    call = {"service": "voice_nb", "is_retained": None}
    failed = {**call, "is_success": 0.0, "mos": 1.0, "duration_ms": None}

    scores = [
        service_scores(uses(call, *[failed] * n), norms=norm)["score"].to_pylist()[0]
        for n in (0, 1, 20)
    ]

    lost = 100 * 0.3125
    assert scores[0] - scores[1] == pytest.approx(lost * (1 / 22) / 0.15)
    assert scores[0] - scores[2] == pytest.approx(lost)


def test_a_failed_use_is_no_bad_quality_as_well() -> None:
    table = uses({"mos": 4.0}, {"mos": 1.0, "is_success": 0.0}, {"mos": 1.0, "is_retained": 0.0})

    found = service_scores(table).to_pylist()[0]

    assert found["mos_mean"] == 4.0
    assert found["scored_uses"] == 1
    assert found["accessibility"] == pytest.approx(1 / 3)


def test_voice_keeps_drops_apart_from_failed_calls() -> None:
    voice = {"service": "voice_nb"}
    table = uses(
        voice, {**voice, "is_success": 0.0, "is_retained": None}, {**voice, "is_retained": 0.0}
    )

    found = service_scores(table).to_pylist()[0]

    assert found["accessibility"] == pytest.approx(2 / 3)
    assert found["retainability"] == pytest.approx(1 / 2)


def test_what_nobody_reports_gives_its_weight_to_the_rest() -> None:
    silent = {"is_success": None, "is_retained": None}

    found = service_scores(uses(*[{**silent, "mos": 3.0}] * 3)).to_pylist()[0]

    assert found["accessibility"] is None
    assert found["score"] == pytest.approx(50.0)


def test_the_index_weighs_services_by_use_and_names_the_worst() -> None:
    silent = {"is_success": None, "is_retained": None}
    table = uses(
        {**silent, "service": "video", "mos": 5.0, "duration_ms": 90 * MINUTE_MS},
        {**silent, "service": "gaming", "mos": 1.0, "duration_ms": 10 * MINUTE_MS},
    )

    found = experience_index(service_scores(table)).to_pylist()

    assert found[0]["cei"] == pytest.approx(90.0)
    assert found[0]["worst_service"] == "gaming"
    assert found[0]["services"] == 2


def test_a_service_that_always_fails_is_not_forgotten_for_want_of_use_time() -> None:
    failed = {"service": "voice_nb", "is_success": 0.0, "duration_ms": 0.0, "mos": None}
    others = [{"subject": 2, "service": "voice_nb"}] * 40
    table = uses({"service": "video"}, *[failed] * 20, *others)

    happy = experience_index(service_scores(uses({"service": "video"}, *others)))
    found = experience_index(service_scores(table))

    assert found["cei"][0].as_py() < happy["cei"][0].as_py() - 20.0
    assert found["worst_service"][0].as_py() == "voice_nb"


def test_only_the_window_counts_and_rows_of_nobody_do_not() -> None:
    table = uses(
        {"ts": 5, "mos": 1.0}, {"ts": 10, "mos": 3.0}, {"ts": 20}, {"ts": 12, "subject": None}
    )

    found = service_scores(table, since_ns=10, until_ns=20).to_pylist()

    assert [(row["subject"], row["uses"], row["mos_mean"]) for row in found] == [(1, 1, 3.0)]


def test_no_uses_give_no_scores() -> None:
    nothing = service_scores(uses())

    assert nothing.num_rows == 0
    assert experience_index(nothing).num_rows == 0


def test_a_subject_without_any_score_has_no_index() -> None:
    unknown = {"mos": None, "is_success": None, "is_retained": None}

    found = experience_index(service_scores(uses(unknown))).to_pylist()

    assert found[0]["cei"] is None
    assert found[0]["uses"] == 1


WEIGHED = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(1, 50)), min_size=1)


@settings(deadline=None)
@given(WEIGHED, st.sampled_from([0.1, 0.25, 0.5, 0.9]))
def test_the_weighted_percentile_is_exact_in_every_group(
    rows: list[tuple[int, int, int]], share: float
) -> None:
    group, value, weight = (np.array(column) for column in zip(*rows, strict=True))

    found = weighted_percentile(
        group, value.astype(float), weight.astype(float), groups=4, share=share
    )

    for number in range(4):
        spread = np.sort(np.repeat(value[group == number], weight[group == number]))
        if not len(spread):
            assert np.isnan(found[number])
        else:
            assert found[number] == spread[int(np.ceil(round(share * len(spread), 9))) - 1]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "subject": st.integers(0, 3),
            "service": st.sampled_from(["voice_nb", "video", "plc"]),
            "duration_ms": st.none() | st.floats(0.0, 1e7),
            "mos": st.none() | st.floats(1.0, 5.0),
            "is_success": st.none() | st.sampled_from([0.0, 1.0]),
            "is_retained": st.none() | st.sampled_from([0.0, 1.0]),
            "confidence": st.none() | st.floats(0.0, 1.0),
        }
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=60)
@given(ROWS, st.randoms())
def test_scores_stay_in_range_and_do_not_hang_on_the_order_of_rows(
    rows: list[dict[str, object]], random: object
) -> None:
    table = uses(*rows)
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    found, again = service_scores(table), service_scores(table.take(pa.array(shuffled, pa.int64())))
    index = experience_index(found)

    for name in ("quality", "score"):
        assert all(0.0 <= one <= 100.0 + 1e-9 for one in found[name].to_pylist() if one is not None)
    assert all(0.0 <= one <= 100.0 + 1e-9 for one in index["cei"].to_pylist() if one is not None)
    assert found["mos_p10"].to_pylist() == again["mos_p10"].to_pylist()
    assert sum(index["uses"].to_pylist()) == len(rows)
