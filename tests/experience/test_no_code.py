"""A service written in TOML scores as its curves say, and a wrong one says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sentio.experience.no_code import OWN_DEFINITIONS, read_service, toml_services
from sentio.kernel.errors import DefinitionError
from sentio.testing import check_service

SOUND = """
name = "kiosk"
title = "Ticket kiosk"
standard = "ours"
version = "1"
subject_kind = "thing"
confidence = 0.4
provisional = "not calibrated"
combine = "weighted"
gate = ["is_success"]

[[indicator]]
name = "rtt_ms"
curve = [[50, 5], [250, 1]]
nominal = 50
share = 3
need = "must"

[[indicator]]
name = "throughput_dl_kbps"
scale = "log"
curve = [[100, 1], [1000, 3], [10000, 5]]
nominal = 10000
domain = "transport"

[[example]]
given = { rtt_ms = 150, throughput_dl_kbps = 10000 }
mos = 3.5
source = "by hand: (3 x 3 + 5) / 4"
"""


def definition(folder: Path, text: str) -> Path:
    path = folder / "kiosk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mos_of(folder: Path, text: str, **values: float) -> float:
    service = read_service(definition(folder, text))
    return float(service.mos({name: np.array([value]) for name, value in values.items()})[0])


def test_a_sound_definition_becomes_a_sound_service(tmp_path: Path) -> None:
    service = read_service(definition(tmp_path, SOUND))

    check_service(service)
    assert service.name == "kiosk"
    assert [wanted.name for wanted in service.inputs] == [
        "rtt_ms",
        "throughput_dl_kbps",
        "is_success",
    ]


@pytest.mark.parametrize(
    ("combine", "mos"),
    [
        ("weighted", (3 * 3.0 + 2.0) / 4),
        ("weakest", 2.0),
        ("product", 1 + 4 * (2.0 / 4) * (1.0 / 4)),
    ],
)
def test_curves_are_combined_as_the_definition_says(
    tmp_path: Path, combine: str, mos: float
) -> None:
    text = SOUND.replace('combine = "weighted"', f'combine = "{combine}"')

    # 150 ms is half-way down: 3. sqrt(10) x 100 kbit/s is half-way from 1 to 3 on a log scale: 2.
    found = mos_of(
        tmp_path, text, rtt_ms=150.0, throughput_dl_kbps=100.0 * np.sqrt(10.0), is_success=1.0
    )

    assert found == pytest.approx(mos)


@pytest.mark.parametrize(("rtt_ms", "mos"), [(0.0, 5.0), (1e6, 1.0 * 3 / 4 + 5.0 / 4)])
def test_beyond_its_ends_a_curve_is_level(tmp_path: Path, rtt_ms: float, mos: float) -> None:
    found = mos_of(tmp_path, SOUND, rtt_ms=rtt_ms, throughput_dl_kbps=10_000.0, is_success=1.0)

    assert found == pytest.approx(mos)


def test_a_rate_of_nothing_scores_as_the_lowest_of_its_log_curve(tmp_path: Path) -> None:
    found = mos_of(tmp_path, SOUND, rtt_ms=50.0, throughput_dl_kbps=0.0, is_success=1.0)

    assert found == pytest.approx((3 * 5.0 + 1.0) / 4)


def test_a_use_that_failed_scores_1(tmp_path: Path) -> None:
    found = mos_of(tmp_path, SOUND, rtt_ms=50.0, throughput_dl_kbps=1e4, is_success=0.0)

    assert found == 1.0


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ('title = "Ticket kiosk"', "", "title: Field required"),
        ("nominal = 50\n", "nominal = 50\ncolour = 1\n", "indicator.0.colour: Extra inputs"),
        ('name = "rtt_ms"', 'name = "rtt_sm"', "Did you mean 'rtt_ms'"),
        ('name = "rtt_ms"', 'name = "voice_codec"', "voice_codec is a text"),
        ("[[50, 5], [250, 1]]", "[[50, 5], [40, 1]]", "must go up in x"),
        ("[[50, 5], [250, 1]]", "[[50, 6], [250, 1]]", "indicator.0.curve.0.1"),
        ("[[100, 1], [1000, 3]", "[[0, 1], [1000, 3]", "needs x above 0"),
        ("nominal = 50\n", "nominal = -1\n", "is not in [0, 600000]"),
        ('domain = "transport"', 'domain = "moon"', "no domain is called 'moon'"),
        ('gate = ["is_success"]', 'gate = ["stream_fps"]', "no share of successes"),
        ('gate = ["is_success"]', 'gate = ["rtt_ms"]', "no share of successes"),
        ('combine = "weighted"', 'combine = "median"', "combine: Input should be"),
        ("rtt_ms = 150", "stream_fps = 150", "not an input"),
        ('name = "throughput_dl_kbps"', 'name = "rtt_ms"', "given twice: rtt_ms"),
        ("confidence = 0.4", "confidence = 4", "confidence: Input should be"),
        ("confidence = 0.4", "confidence = nan", "confidence: Input should be"),
        ('name = "kiosk"', 'name = "Kiosk!"', "name: String should match"),
        ("[[example]]", "[[example", "not TOML"),
    ],
)
def test_a_wrong_definition_names_its_file_and_field(
    tmp_path: Path, good: str, bad: str, says: str
) -> None:
    path = definition(tmp_path, SOUND.replace(good, bad))

    with pytest.raises(DefinitionError) as error:
        read_service(path)

    assert says in str(error.value)
    assert error.value.where == "kiosk.toml"


def test_a_definition_that_is_no_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(DefinitionError, match="not TOML"):
        read_service(path)


def test_an_operator_adds_a_service_in_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "services").mkdir()
    definition(tmp_path / "services", SOUND)
    monkeypatch.setenv(OWN_DEFINITIONS, str(tmp_path))

    names = [service.name for service in toml_services()]

    assert "kiosk" in names
    assert {"file", "social", "xr"} <= set(names)


def test_a_folder_of_definitions_that_is_not_there_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OWN_DEFINITIONS, str(tmp_path / "nowhere"))

    with pytest.raises(DefinitionError, match="nowhere"):
        toml_services()
