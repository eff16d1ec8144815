"""The sample is the same each time, its files are what they claim, its stories can be seen."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sentio.ingest.format import FORMATS, HEAD_BYTES
from sentio.ingest.piece import Origin, Piece, Reading
from sentio.kernel.errors import ConfigError, RefusedError
from sentio.lab.sample import Summary, write_sample
from sentio.lab.stories import Story
from sentio.lab.wire.text import Written
from sentio.model.record import Kind

NOW_NS = 1_795_000_000_000_000_000  # 18 November 2026
HOUR_NS = 3_600_000_000_000


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return small(tmp_path_factory.mktemp("lab") / "sample")


def small(folder: Path, **changed: int) -> Summary:
    return write_sample(folder, **{"now_ns": NOW_NS, "hours": 2, "users": 50, **changed})


def content(summary: Summary) -> dict[str, bytes]:
    return {each.path: (summary.folder / each.path).read_bytes() for each in summary.files}


def read(summary: Summary, file: Written) -> list[Piece]:
    return _read(summary.folder, file.path, file.format)


@cache
def _read(folder: Path, path: str, form: str) -> list[Piece]:
    reading = Reading(origin=Origin(source="sample", name=path), received_ns=NOW_NS)
    return list(FORMATS[form].read(io.BytesIO((folder / path).read_bytes()), reading))


def pieces(summary: Summary, within: str = "") -> Iterator[Piece]:
    for file in summary.files:
        if file.path.startswith(within):
            yield from read(summary, file)


def uses(summary: Summary, service: str, within: str) -> pa.Table:
    batches = [piece.batch for piece in pieces(summary, within) if piece.service == service]
    return pa.Table.from_batches(batches, schema=batches[0].schema)


def story(summary: Summary, kind: str) -> Story:
    return next(each for each in summary.stories if each.kind == kind)


def split(rows: pa.Table, told: Story, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Give a column's values inside the story, and outside it."""
    ts = rows["ts"].to_numpy()
    is_there = np.array([cell in told.members for cell in rows["cell"].to_pylist()])
    inside = is_there & (ts >= told.start_ns) & (ts < told.end_ns)
    values = rows[column].to_numpy()
    return values[inside], values[~inside]


def test_the_same_seed_on_the_same_day_gives_the_same_bytes(sample, tmp_path):
    later = small(tmp_path / "again", now_ns=NOW_NS + HOUR_NS)

    assert content(later) == content(sample)


def test_another_seed_gives_another_day(sample, tmp_path):
    other = content(small(tmp_path / "other", seed=2))

    same = {path for path, held in content(sample).items() if other.get(path) == held}
    assert not same


def test_every_file_is_taken_for_what_it_is(sample):
    for file in sample.files:
        head = (sample.folder / file.path).read_bytes()[:HEAD_BYTES]
        sure = {form.name: form.sniff(head, file.path) for form in FORMATS}

        others = max(value for name, value in sure.items() if name != file.format)
        assert sure[file.format] > others, (file.path, sure)


def test_every_row_that_was_written_is_read_and_kept_or_rejected(sample):
    for file in sample.files:
        found = read(sample, file)

        assert all(one.rows_read == one.rows_kept + one.rejected.num_rows for one in found)
        assert sum(one.rows_read for one in found) == file.rows, file.path


def test_only_rows_that_were_soiled_are_rejected(sample):
    for file in sample.files:
        found = read(sample, file)

        wrong = sum(file.dirt.get(name, 0) for name in ("malformed", "not_telemetry"))
        assert sum(one.rejected.num_rows for one in found) == wrong, file.path


def test_the_congested_cell_loads_pages_slowly(sample):
    told = story(sample, "congestion")

    inside, outside = split(uses(sample, "web", "xdr/"), told, "page_load_ms")

    assert len(inside) > 5
    assert np.median(inside) > 4 * np.median(outside)


def test_the_congested_cell_shows_in_its_counters(sample):
    told = story(sample, "congestion")
    counters = pa.concat_tables(
        pa.Table.from_batches([piece.batch]) for piece in pieces(sample, "pm/")
    ).filter(pc.field("indicator") == "RRU.PrbTotDl")

    busy = counters.filter(pc.greater(counters["value"], 95.0))

    assert {name.rpartition("NRCellDU=")[2] for name in busy["element"].to_pylist()} == {
        told.members[0]
    }


def test_only_the_gateways_with_the_bad_firmware_send_their_frames_again(tmp_path):
    homes = uses(small(tmp_path / "homes", hours=1, users=400), "cpe", "cpe/")

    by_model = homes.group_by("device_model").aggregate([("wifi_retry_ratio", "mean")]).to_pylist()

    worst = max(by_model, key=lambda row: row["wifi_retry_ratio_mean"])
    others = [row["wifi_retry_ratio_mean"] for row in by_model if row is not worst]
    assert worst["device_model"] == "HB-220"
    assert worst["wifi_retry_ratio_mean"] > 2 * max(others)


def test_the_lossy_link_is_told_by_an_alarm_and_felt_in_calls(tmp_path):
    day = small(tmp_path / "day", hours=13, users=200)
    told = story(day, "loss")
    link, gnb = told.members[:2]

    inside, outside = split(uses(day, "voice_wb", "probe/voice"), told, "packet_loss_ratio")
    alarms = [
        row
        for piece in pieces(day, "faults/")
        for row in piece.batch.to_pylist()
        if row["event_kind"] == "alarm" and link in (row["title"] or "")
    ]

    assert inside.min() > 10 * np.median(outside)
    assert {(row["element"], row["severity"]) for row in alarms} == {
        (gnb, "major"), (gnb, "cleared")
    }  # fmt: skip


def test_a_subscriber_is_the_same_in_every_system(sample):
    lists = {
        kind: {imsi for piece in pieces(sample) if piece.kind is kind for imsi in _imsis(piece)}
        for kind in (Kind.CUSTOMER, Kind.EXPERIENCE, Kind.EVENT)
    }

    assert len(lists[Kind.CUSTOMER]) == 50
    assert lists[Kind.EXPERIENCE] <= lists[Kind.CUSTOMER]
    assert lists[Kind.EVENT] <= lists[Kind.CUSTOMER]


def test_cells_of_uses_have_a_place(sample):
    placed = {
        row["element"]
        for piece in pieces(sample)
        if piece.kind is Kind.ELEMENT
        for row in piece.batch.to_pylist()
        if row.get("longitude_deg")
    }

    seen = {cell for piece in pieces(sample) for cell in _texts(piece, "cell")}

    assert seen
    assert seen <= placed


def test_the_truth_stands_beside_the_folder_and_not_in_it(sample):
    truth = json.loads(sample.truth.read_text("utf-8"))

    assert sample.truth.parent == sample.folder.parent
    assert [each["name"] for each in truth["stories"] if each["is_within"]] == [
        "busy_evening", "bad_firmware"
    ]  # fmt: skip
    assert {each["path"] for each in truth["files"]} == {
        str(path.relative_to(sample.folder)) for path in sample.folder.rglob("*") if path.is_file()
    }


def test_an_older_sample_is_replaced(tmp_path):
    small(tmp_path / "sample", hours=3)

    new = small(tmp_path / "sample", hours=1)

    left = {str(p.relative_to(new.folder)) for p in new.folder.rglob("*") if p.is_file()}
    assert left == {each.path for each in new.files}


def test_a_folder_with_something_else_in_it_is_refused(tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.txt").write_text("mine")

    with pytest.raises(RefusedError, match=r"thesis\.txt"):
        small(tmp_path / "work")

    assert [path.name for path in (tmp_path / "work").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(("name", "value"), [("hours", 0), ("hours", 169), ("users", 9)])
def test_a_size_out_of_range_is_refused(tmp_path, name, value):
    with pytest.raises(ConfigError, match=name):
        small(tmp_path / "sample", **{name: value})


def _imsis(piece: Piece) -> list[str]:
    return _texts(piece, "imsi")


def _texts(piece: Piece, name: str) -> list[str]:
    if piece.batch.schema.get_field_index(name) < 0:
        return []
    return [text for text in piece.batch.column(name).unique().to_pylist() if text]
