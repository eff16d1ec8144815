"""Every shared test vector is met, by the formulas and by the services that score people."""

from __future__ import annotations

import csv
import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

from sentio.experience.scoring import score
from sentio.experience.service import SERVICES

pytestmark = pytest.mark.shared
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def standards(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("standards")


def test_every_vector_is_met_within_a_millionth(standards: ModuleType, shared: Path) -> None:
    found = standards.figures(shared / "data" / "experience")

    errors = {
        (file, column): error
        for file, columns in found["max_abs_error"].items()
        if file != "defaults"
        for column, error in columns.items()
    }

    assert found["vectors"] == 3261
    assert len(errors) > 55
    assert max(errors.values()) < 1e-6, errors


def test_no_file_of_vectors_is_passed_over(standards: ModuleType, shared: Path) -> None:
    found = standards.figures(shared / "data" / "experience")

    assert found["files_without_model"] == []
    assert found["files_not_found"] == []
    assert set(found["not_compared"]) <= {
        "p1203_3_stalling_vectors.csv",  # terms inside one sum
        "p1203_3_session_vectors.csv",
    }


CODECS = {
    "G.711": "g711",
    "G.711+PLC(G.113 rand)": "g711-plc",
    "G.729": "g729",
    "G.729A+VAD": "g729a-vad",
    "G.723.1-6.3": "g723.1",
    "AMR-12.2": "amr-12.2",
    "GSM-EFR": "gsm-efr",
}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(rows: list[dict[str, str]], name: str) -> pa.Array:
    return pa.array([float(row[name]) for row in rows])


def test_the_voice_service_gives_the_mos_of_g107_for_every_codec(shared: Path) -> None:
    rows = rows_of(shared / "data" / "experience" / "emodel_nb_g107_vectors.csv")
    batch = pa.RecordBatch.from_pydict(
        {
            "voice_codec": pa.array([CODECS[row["codec"]] for row in rows]),
            "one_way_delay_ms": numbers(rows, "Ta_ms"),
            "packet_loss_ratio": pa.array(np.asarray(numbers(rows, "Ppl_pct")) / 100.0),
            "burst_ratio": numbers(rows, "BurstR"),
        }
    )

    found = score(SERVICES["voice_nb"], batch)

    assert np.abs(found.mos - np.asarray(numbers(rows, "MOS"))).max() < 1e-6
    unpublished = np.array([row["codec"] in {"AMR-12.2", "GSM-EFR"} for row in rows])
    assert (found.grounded == ~unpublished).all()


def test_the_gaming_service_gives_the_mos_of_g1072(shared: Path) -> None:
    rows = rows_of(shared / "data" / "experience" / "g1072_vectors.csv")
    batch = pa.RecordBatch.from_pydict(
        {
            "stream_bitrate_kbps": pa.array(np.asarray(numbers(rows, "bitrate_mbps")) * 1000.0),
            "stream_width_px": numbers(rows, "width"),
            "stream_height_px": numbers(rows, "height"),
            "stream_fps": numbers(rows, "fps"),
            "rtt_ms": numbers(rows, "delay_rtt_ms"),
            "frame_loss_ratio": numbers(rows, "loss_freezing_fraction"),
            "slice_loss_ratio": numbers(rows, "loss_slicing_fraction"),
            "interaction_class": pa.array([row["interaction_class"] for row in rows]),
            "video_class": pa.array([row["video_class"] for row in rows]),
        }
    )

    found = score(SERVICES["gaming"], batch)

    assert np.abs(found.mos - np.asarray(numbers(rows, "MOS"))).max() < 1e-6
    cross_checked = np.array([row["form_cross_checked"] == "yes" for row in rows])
    assert (found.grounded == cross_checked).all()
