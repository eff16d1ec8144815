"""Folders are read in a fixed order, without junk, and never out through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sentio.ingest.input import Input
from sentio.ingest.sources.files import inputs
from sentio.ingest.sources.limits import RefusedInput

ROWS = b"a\n1\n"


def put(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(ROWS)
    return folder


def names(*paths: Path, told: dict[str, str] | None = None) -> list[str]:
    on_skip = (told if told is not None else {}).__setitem__
    found = inputs(paths, source="s", on_skip=on_skip)
    return [each.origin.name.removeprefix(f"{paths[0]}/") for each in found]


def read(each: Input) -> bytes:
    with each.open() as stream:
        return stream.read()


def test_a_folder_is_read_to_the_bottom_in_order_of_names(tmp_path):
    put(tmp_path, "b.csv", "a/z.csv", "a/b/c.csv", "a10.csv", "a2.csv")

    assert names(tmp_path) == ["a/b/c.csv", "a/z.csv", "a10.csv", "a2.csv", "b.csv"]


def test_hidden_and_junk_files_are_passed_over_and_told(tmp_path):
    put(tmp_path, "a.csv", ".hidden.csv", ".git/x", "__MACOSX/b.csv", "d/.DS_Store", "d/._c.csv")
    told: dict[str, str] = {}

    assert names(tmp_path, told=told) == ["a.csv"]
    assert sorted(Path(name).name for name in told) == [
        ".DS_Store",
        "._c.csv",
        ".git",
        ".hidden.csv",
        "__MACOSX",
    ]


def test_a_hidden_file_that_is_named_is_read(tmp_path):
    put(tmp_path, ".hidden.csv")

    assert names(tmp_path / ".hidden.csv") == [str(tmp_path / ".hidden.csv")]


def test_a_link_out_of_the_folder_is_refused_and_the_rest_is_read(tmp_path):
    put(tmp_path, "in/a.csv", "out/secret.csv")
    (tmp_path / "in/link.csv").symlink_to(tmp_path / "out/secret.csv")
    (tmp_path / "in/folder").symlink_to(tmp_path / "out")

    found = {each.origin.name: each for each in inputs([tmp_path / "in"], source="s")}

    assert read(found[f"{tmp_path}/in/a.csv"]) == ROWS
    for name in ("link.csv", "folder"):
        with pytest.raises(RefusedInput, match="leads out") as caught:
            found[f"{tmp_path}/in/{name}"].open()
        assert caught.value.reason == "unsafe"


def test_a_link_within_the_folder_does_not_make_its_target_count_twice(tmp_path):
    put(tmp_path, "2026/a.csv")
    (tmp_path / "current").symlink_to(tmp_path / "2026")
    (tmp_path / "b.csv").symlink_to(tmp_path / "2026/a.csv")

    assert names(tmp_path) == ["2026/a.csv"]


def test_a_link_into_a_hidden_folder_is_read_as_mounted_volumes_need(tmp_path):
    put(tmp_path, "..data/a.csv")
    (tmp_path / "a.csv").symlink_to(tmp_path / "..data/a.csv")

    assert names(tmp_path) == ["a.csv"]


def test_links_in_a_circle_end(tmp_path):
    put(tmp_path, "a.csv")
    (tmp_path / "x").symlink_to(tmp_path / "y")
    (tmp_path / "y").symlink_to(tmp_path / "x")
    (tmp_path / "up").symlink_to(tmp_path)
    told: dict[str, str] = {}

    assert names(tmp_path, told=told) == ["a.csv"]
    assert told[f"{tmp_path}/x"] == "a link to nowhere"


def test_a_pipe_is_passed_over_instead_of_waited_for(tmp_path):
    put(tmp_path, "a.csv")
    os.mkfifo(tmp_path / "pipe")

    assert names(tmp_path) == ["a.csv"]


def test_a_path_that_is_not_there_is_told_and_the_others_are_read(tmp_path):
    put(tmp_path, "a.csv")

    missing, present = inputs([tmp_path / "no.csv", tmp_path / "a.csv"], source="s")

    with pytest.raises(RefusedInput, match="No such file"):
        missing.open()
    assert read(present) == ROWS


def test_a_name_that_is_no_text_is_written_down_as_text_and_still_opened(tmp_path):
    raw = os.fsencode(tmp_path) + b"/caf\xe9\n.csv"
    Path(os.fsdecode(raw)).write_bytes(ROWS)

    (each,) = inputs([tmp_path], source="s")

    assert each.origin.name == f"{tmp_path}/caf\\xe9\\x0a.csv"
    assert read(each) == ROWS


def test_a_plain_file_can_be_mapped_and_tells_its_time(tmp_path):
    put(tmp_path, "a.csv")
    os.utime(tmp_path / "a.csv", ns=(5, 7_000_000_000))

    (each,) = inputs([tmp_path], source="drive")

    assert each.path == tmp_path / "a.csv"
    assert each.size_bytes == len(ROWS)
    assert (each.origin.source, each.origin.modified_ns) == ("drive", 7_000_000_000)
