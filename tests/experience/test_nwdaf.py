"""Export as 3GPP ServiceExperienceInfo (TS 29.520)."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sentio.experience.nwdaf import ServiceExperienceInfo, service_experience_info

PLAIN = pa.table(
    {
        "service": ["voice_nb", "voice_nb", "video"],
        "mos": [4.0, 3.0, 2.0],
        "slice": ["1-00000A", "1-00000A", "internet.mnc001"],
        "app": [None, None, "tube"],
        "edge": [None, None, "edge-3"],
        "subject": pa.array([1, 2, 1], pa.uint64()),
        "confidence": [0.8, 0.6, 0.5],
        "duration_ms": [3000.0, 1000.0, 500.0],
    }
)


def test_only_the_experience_itself_is_required() -> None:
    found = service_experience_info(PLAIN.select(["service", "mos"]))

    assert found[0] == {
        "svcExprc": {"mos": 2.0, "upperRange": 5.0, "lowerRange": 1.0},
        "svcExprcVariance": 0.0,
        "appId": "video",
        "srvExpcType": "VIDEO",
    }
    assert ServiceExperienceInfo.model_json_schema()["required"] == ["svcExprc"]


def test_mean_and_variance_are_weighted_by_use() -> None:
    voice = service_experience_info(PLAIN)[1]

    assert voice["svcExprc"]["mos"] == 3.75  # type: ignore[index]
    assert voice["svcExprcVariance"] == pytest.approx(0.1875)
    assert voice["confidence"] == 75
    assert voice["srvExpcType"] == "VOICE"


def test_slices_become_snssai_and_other_names_a_dnn() -> None:
    video, voice = service_experience_info(PLAIN)

    assert voice["snssai"] == {"sst": 1, "sd": "00000A"}
    assert "dnn" not in voice
    assert video["dnn"] == "internet.mnc001"
    assert "snssai" not in video
    assert (video["appId"], video["dnai"]) == ("tube", "edge-3")


def test_the_ratio_says_for_how_many_of_all_subjects_an_entry_speaks() -> None:
    video, voice = service_experience_info(PLAIN)

    assert (video["ratio"], voice["ratio"]) == (50, 100)


def test_subjects_are_left_out_unless_asked_for_and_then_are_pseudonyms() -> None:
    silent = service_experience_info(PLAIN)
    named = service_experience_info(PLAIN, subjects="pseudonyms")

    assert all("supis" not in one for one in silent)
    assert named[1]["supis"] == [
        "nai-0000000000000001@pseudonym.invalid",
        "nai-0000000000000002@pseudonym.invalid",
    ]


def test_rows_without_a_score_or_a_service_say_nothing() -> None:
    table = pa.table({"service": ["video", None, "web"], "mos": [None, 3.0, float("nan")]})

    assert service_experience_info(table) == []


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["voice_fb", "video", "web", "plc"]),
        st.floats(1.0, 5.0),
        st.none() | st.floats(0.0, 1.0),
        st.none() | st.sampled_from(["1", "255-ABCDEF", "256", "ims", ""]),
        st.none() | st.integers(0, 9),
        st.none() | st.floats(0.0, 1e6),
    ),
    min_size=1,
    max_size=20,
)


@settings(deadline=None, max_examples=60)
@given(ROWS)
@example([("web", 1.5, None, None, None, None), ("web", 1.5, None, None, None, 5e-324)])
def test_every_entry_is_json_within_the_ranges_of_the_specification(
    rows: list[tuple[str, float, float | None, str | None, int | None, float | None]],
) -> None:
    service, mos, confidence, slices, subject, duration_ms = zip(*rows, strict=True)
    table = pa.table(
        {
            "service": service,
            "mos": mos,
            "confidence": pa.array(confidence, pa.float64()),
            "slice": pa.array(slices, pa.string()),
            "subject": pa.array(subject, pa.uint64()),
            "duration_ms": pa.array(duration_ms, pa.float64()),
        }
    )

    found = service_experience_info(table, subjects="pseudonyms")

    for entry in json.loads(json.dumps(found)):
        again = ServiceExperienceInfo.model_validate(entry)
        assert min(mos) - 1e-3 <= again.svcExprc.mos <= max(mos) + 1e-3
    assert len(found) == len(set(zip(service, slices, strict=True)))
