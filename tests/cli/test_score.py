"""``sentio score``: a model on given values, or on the rows of a file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentio.experience.scoring import score
from sentio.experience.service import SERVICES


def test_values_are_scored_as_the_model_scores_them(told):
    value = told("score", "web", "--set", "page_load_ms=3000", "--set", "is_success=1")

    batch = pa.RecordBatch.from_pydict({"page_load_ms": [3000.0], "is_success": [1.0]})
    row = value["rows"][0]
    assert row["mos"] == pytest.approx(score(SERVICES["web"], batch).mos[0], abs=1e-4)
    assert "page_load_ms" not in row["missing"]
    assert "dns_ms" in row["missing"]
    assert row["drivers"][0]["mos_loss"] > 0


def test_lists_and_texts_are_understood(told):
    value = told(
        "score", "streaming", "--set", "segment_bitrate_kbps=800;1200;400",
        "--set", "segment_duration_s=4;4;4", "--set", "video_codec=h265",
    )  # fmt: skip

    row = value["rows"][0]
    assert 1 <= row["mos"] <= 5
    assert not {"segment_bitrate_kbps", "video_codec"} & set(row["missing"])


def test_people_read_what_it_means(sentio):
    result = sentio("score", "web", "--set", "page_load_ms=9000")

    assert result.exit_code == 0
    assert "(poor)" in result.stdout
    assert "page_load_ms" in result.stdout


def test_every_row_of_a_file_is_scored(told, tmp_path: Path):
    file = tmp_path / "uses.csv"
    file.write_text("who,page_load_ms,is_success\na,500,1\nb,,1\nc,9000,1\nd,800,0\n")

    rows = told("score", "web", str(file))["rows"]

    assert rows[0]["mos"] > rows[2]["mos"]
    assert rows[3]["mos"] == 1.0
    assert "page_load_ms" in rows[1]["missing"]


def test_scores_are_written_beside_the_rows(sentio, tmp_path: Path):
    file, out = tmp_path / "uses.parquet", tmp_path / "scored.parquet"
    pq.write_table(pa.table({"who": ["a", "b"], "page_load_ms": [500, 5000]}), file)

    result = sentio("score", "web", str(file), "--out", str(out))

    assert result.exit_code == 0, result.output
    assert "mean MOS" in result.stdout
    scored = pq.read_table(out)
    assert scored["who"].to_pylist() == ["a", "b"]
    assert scored["mos"][0].as_py() > scored["mos"][1].as_py()
    assert scored["loss_page_load_ms"][1].as_py() > 0


def test_lists_are_written_to_csv_as_they_are_read(sentio, told, tmp_path: Path):
    file, out = tmp_path / "uses.parquet", tmp_path / "scored.csv"
    pq.write_table(pa.table({"segment_bitrate_kbps": [[800.0, 1200.0]]}), file)

    sentio("score", "streaming", str(file), "--out", str(out))

    first = told("score", "streaming", str(file))["rows"][0]["mos"]
    assert "800;1200" in out.read_text("utf-8")
    assert told("score", "streaming", str(out))["rows"][0]["mos"] == first


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("webb", "--set", "page_load_ms=1"), "Did you mean 'web'"),
        (("web",), "nothing to score"),
        (("web", "--set", "page_load=1"), "page_load_ms"),
        (("web", "--set", "page_load_ms"), "NAME=VALUE"),
        (("web", "--set", "page_load_ms=fast"), "page_load_ms"),
        (("web", "absent.csv"), "absent.csv"),
        (("web", "uses.json"), "ending"),
    ],
)
def test_what_cannot_be_scored_is_told(sentio, words, said: str):
    Path("uses.json").write_text("{}")

    result = sentio("score", *words)

    assert result.exit_code == 1
    assert said in result.stderr


def test_a_file_without_any_input_is_refused(sentio):
    Path("uses.csv").write_text("a,b\n1,2\n")

    result = sentio("score", "web", "uses.csv")

    assert result.exit_code == 1
    assert "page_load_ms" in result.stderr
