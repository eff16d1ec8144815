"""Things are as content as the requirement that they meet least, and say which it is."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.experience.columns import Texts
from sentio.experience.requirements import profile, profile_of
from sentio.experience.scoring import Scores, score
from sentio.experience.service import Example, Service
from sentio.experience.things import limiting, service_of, thing_service
from sentio.kernel.errors import DefinitionError, UnknownName

DOCS = Path(__file__).resolve().parents[2] / "docs"
FILES = ("plc_motion_control", "mobile_robot", "camera", "cpe", "vehicle", "meter")
EXAMPLES = [
    pytest.param(file, example, id=f"{file}-{number}")
    for file in FILES
    for number, example in enumerate(thing_service(file).examples)
]


def batch(*, rows: int = 1, **columns: float | str | list[float]) -> pa.RecordBatch:
    """One row of each value given; NaN in a list is a lost message."""
    arrays = {
        name: pa.array([[None if math.isnan(one) else one for one in value]] * rows)
        if isinstance(value, list)
        else pa.array([value] * rows)
        for name, value in columns.items()
    }
    return pa.record_batch(arrays)


def names(texts: Texts) -> list[str | None]:
    return [texts.names[code] if code >= 0 else None for code in texts.codes]


def only(scores: Scores) -> float:
    return float(scores.mos[0])


@pytest.mark.parametrize(("file", "example"), EXAMPLES)
def test_every_worked_example_holds(file: str, example: Example) -> None:
    found = score(thing_service(file), batch(**example.given))

    assert only(found) == pytest.approx(example.mos, abs=example.tolerance)


def test_the_six_things_are_services_of_things_that_never_claim_to_be_grounded() -> None:
    found = [thing_service(file) for file in FILES]

    assert [one.name for one in found] == [
        "plc",
        "mobile_robot",
        "camera",
        "cpe",
        "vehicle",
        "meter",
    ]
    assert all(one.subject_kind == "thing" and one.provisional for one in found)


def test_a_record_s_own_transfer_interval_moves_latency_limit_and_survival_time() -> None:
    plc = thing_service("plc_motion_control")
    latency_ms = [0.4, 0.6, 0.4, 0.4]

    slow = score(plc, batch(message_latency_ms=latency_ms, transfer_interval_ms=1.0))
    fast = score(plc, batch(message_latency_ms=latency_ms, transfer_interval_ms=0.5))

    assert only(slow) == 5.0
    assert only(fast) == 4.0


def test_what_limits_is_named() -> None:
    plc = thing_service("plc_motion_control")
    lost = [0.5, math.nan, math.nan, 0.5]

    found = [
        score(plc, batch(message_latency_ms=lost, clock_error_ns=100.0)),
        score(plc, batch(message_latency_ms=[0.5, 0.5], clock_error_ns=5000.0)),
        score(plc, batch(message_latency_ms=[0.5, 0.5], clock_error_ns=100.0)),
    ]

    assert [names(limiting(plc, one))[0] for one in found] == [
        "message_latency_ms",
        "clock_error_ns",
        None,
    ]


def test_requirements_that_fail_equally_are_named_as_several() -> None:
    cpe = thing_service("cpe")

    found = score(cpe, batch(throughput_dl_kbps=20500.0, wifi_rssi_dbm=-76.0))

    assert only(found) == pytest.approx(3.0)
    assert names(limiting(cpe, found)) == ["several"]


def test_a_thing_of_which_nothing_is_known_has_no_score() -> None:
    found = score(thing_service("vehicle"), batch(transfer_interval_ms=200.0))

    assert math.isnan(only(found))
    assert found.confidence.tolist() == [0.0]


def test_what_is_missing_is_not_judged_but_costs_confidence() -> None:
    vehicle = thing_service("vehicle")

    without = score(vehicle, batch(message_latency_ms=[50.0]))
    complete = score(vehicle, batch(message_latency_ms=[50.0], position_error_m=0.1))

    assert only(without) == only(complete) == 5.0
    assert without.confidence[0] < complete.confidence[0]
    assert not without.grounded[0]


def test_counts_stand_in_where_there_are_no_latencies_and_survive_single_losses() -> None:
    meter = thing_service("meter")

    scattered = score(meter, batch(message_count=10_000.0, lost_count=50.0))
    many = score(meter, batch(message_count=10_000.0, lost_count=5_000.0))

    assert only(scattered) == 5.0
    assert only(many) == pytest.approx(1.0 + 4.0 * math.log(0.5) / math.log(0.01))
    assert names(limiting(meter, many)) == ["lost_count"]


def test_losses_out_of_an_unknown_number_are_no_good_sign() -> None:
    found = score(thing_service("meter"), batch(lost_count=3.0))

    assert only(found) < 3.0


def test_a_whole_batch_scores_as_each_of_its_rows_does() -> None:
    vehicle = thing_service("vehicle")
    windows = [[50.0] * 5, [50.0, None, 120.0], None, [None] * 5, [10.0]]
    together = pa.record_batch(
        {
            "message_latency_ms": pa.array(windows, pa.list_(pa.float64())),
            "position_error_m": pa.array([0.1, None, 0.2, None, 9.0]),
        }
    )

    found = score(vehicle, together)
    alone = [score(vehicle, together.slice(row, 1)) for row in range(len(windows))]

    assert found.mos.tolist() == [only(one) for one in alone]
    assert found.confidence.tolist() == [float(one.confidence[0]) for one in alone]
    assert names(limiting(vehicle, found)) == [names(limiting(vehicle, one))[0] for one in alone]


LATENCIES = st.lists(st.one_of(st.floats(0.0, 300.0), st.just(math.nan)), min_size=1, max_size=30)


@settings(deadline=None, max_examples=60)
@given(LATENCIES, st.sampled_from(FILES[:3] + FILES[4:]))
def test_a_score_stays_on_the_scale_and_a_faster_message_never_lowers_it(
    latency_ms: list[float], file: str
) -> None:
    service = thing_service(file)
    at = int(np.argmax(np.nan_to_num(latency_ms, nan=1e9)))
    faster = [*latency_ms[:at], 0.0, *latency_ms[at + 1 :]]

    before, after = (score(service, batch(message_latency_ms=one)) for one in (latency_ms, faster))

    assert 1.0 <= only(before) <= 5.0
    assert only(after) >= only(before) - 1e-9


@settings(deadline=None, max_examples=40)
@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_more_throughput_is_never_worse_for_a_cpe(one: float, other: float) -> None:
    less, more = sorted([one, other])
    cpe: Service = thing_service("cpe")

    assert only(score(cpe, batch(throughput_dl_kbps=less))) <= only(
        score(cpe, batch(throughput_dl_kbps=more))
    )


GOOD = """
name = "pump"
title = "Pump"
standard = "ours"
version = "1"
confidence = 0.5
[[requirement]]
kind = "ceiling"
indicator = "clock_error_ns"
at_most = 100.0
weight = 0.2
source = "ours"
[[example]]
given = { clock_error_ns = 200.0 }
mos = 3.0
"""


def test_a_profile_of_ones_own_becomes_a_service() -> None:
    pump = service_of(profile_of(GOOD, where="pump.toml"))

    assert only(score(pump, batch(clock_error_ns=200.0))) == 3.0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (GOOD.replace("at_most = 100.0", "at_most = -1.0"), "requirement.0.ceiling.at_most"),
        (GOOD.replace("weight = 0.2", "weight = 0.2\nwieght = 1"), "requirement.0.ceiling.wieght"),
        (GOOD.replace("clock_error_ns", "clock_eror_ns"), "catalogue"),
        (GOOD.replace('kind = "ceiling"', 'kind = "celling"'), "requirement.0"),
        (GOOD.replace("confidence = 0.5", ""), "confidence"),
        (GOOD + '[[requirement]]\nkind = "latency"\nat_least = 0.9\nsource = ""', "[messages]"),
        ("name = ", "not TOML"),
    ],
)
def test_a_wrong_profile_is_refused_with_file_and_field(wrong: str, field: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        profile_of(wrong, where="requirements/pump.toml")

    assert refused.value.where == "requirements/pump.toml"
    assert field in str(refused.value)


def test_a_profile_that_is_not_there_is_told_with_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'vehicle'"):
        thing_service("vehicel")


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_says_where_it_comes_from(file: str) -> None:
    assert all(one.source for one in profile(file).requirement)


@pytest.mark.parametrize("file", FILES)
def test_the_page_of_a_thing_names_every_input_and_admits_what_is_ours(file: str) -> None:
    service = thing_service(file)
    page = (DOCS / "services" / f"{service.name}.md").read_text("utf-8")

    unnamed = [one.name for one in service.inputs if f"`{one.name}`" not in page]

    assert f"(`{service.name}`)" in page.splitlines()[0]
    assert "**Grounded**: never" in page
    assert unnamed == []
