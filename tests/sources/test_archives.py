"""Archives become their members, and what is unsafe in them is refused alone."""

from __future__ import annotations

import bz2
import gc
import gzip
import io
import lzma
import tarfile
import time
import tracemalloc
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from packs import make_tar, make_zip, zip_bytes, zip_link

from sentio.ingest.input import Input
from sentio.ingest.sources.files import inputs, totals
from sentio.ingest.sources.limits import Limits, RefusedInput
from sentio.kernel.errors import FormatError

ROWS = b"ts,rtt_ms\n1,20\n2,30\n"


def read(each: Input) -> bytes:
    with each.open() as stream:
        return stream.read()


def outcome(each: Input) -> bytes | str:
    try:
        return read(each)
    except RefusedInput as error:
        return error.reason


def all_of(*paths: Path, limits: Limits | None = None) -> dict[str, bytes | str]:
    found = inputs(paths, source="test", limits=limits)
    base = paths[0].parent
    return {each.origin.name.removeprefix(f"{base}/"): outcome(each) for each in found}


def each_packing(test):
    packings = [
        ("gz", gzip.compress),
        ("bz2", lambda raw: bz2.compress(raw, 1)),
        ("xz", lambda raw: lzma.compress(raw, preset=0)),
        ("zst", lambda raw: pa.compress(raw, codec="zstd", asbytes=True)),
    ]
    names = [name for name, _ in packings]
    return pytest.mark.parametrize(("suffix", "pack"), packings, ids=names)(test)


def test_members_of_a_zip_are_read_in_its_order_by_their_names(tmp_path):
    path = make_zip(tmp_path / "drive.zip", {"run/b.csv": ROWS, "run/a.csv": b"x"})

    found = list(inputs([path], source="drive"))

    assert [each.origin.name for each in found] == [f"{path}!run/b.csv", f"{path}!run/a.csv"]
    assert [read(each) for each in found] == [ROWS, b"x"]
    assert [each.size_bytes for each in found] == [len(ROWS), 1]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_members_of_a_tar_are_read_however_it_is_packed(tmp_path, mode):
    path = make_tar(tmp_path / "t.tar", {"a.csv": ROWS, "d/b.csv": b"y" * 70_000}, mode=mode)

    found = list(inputs([path], source="drive"))

    assert [read(each) for each in found] == [ROWS, b"y" * 70_000]
    assert [read(each) for each in found] == [ROWS, b"y" * 70_000]
    assert found[0].origin.modified_ns == 1_700_000_000 * 10**9


@each_packing
def test_a_compressed_file_is_read_as_what_is_in_it(tmp_path, suffix, pack):
    (tmp_path / f"a.csv.{suffix}").write_bytes(pack(ROWS))

    assert all_of(tmp_path / f"a.csv.{suffix}") == {f"a.csv.{suffix}!a.csv": ROWS}


@each_packing
def test_several_compressed_streams_in_one_file_are_read_to_the_last(tmp_path, suffix, pack):
    (tmp_path / f"a.{suffix}").write_bytes(pack(ROWS) + pack(ROWS))

    assert all_of(tmp_path / f"a.{suffix}") == {f"a.{suffix}!a": ROWS + ROWS}


@each_packing
def test_a_compressed_file_that_was_cut_short_says_so_after_what_was_there(tmp_path, suffix, pack):
    rows = "".join(f"{i},{i * 7919 % 104729}\n" for i in range(40_000)).encode()
    packed = pack(rows)
    (tmp_path / f"a.{suffix}").write_bytes(packed[: len(packed) * 2 // 3])
    (each,) = inputs([tmp_path / f"a.{suffix}"], source="s")

    with each.open() as stream:
        got = stream.read(10_000_000)
        with pytest.raises(FormatError, match="cannot be unpacked"):
            stream.read(1)

    assert len(got) > 100_000
    assert rows.startswith(got)


def test_the_content_decides_not_the_name(tmp_path):
    (tmp_path / "a.gz").write_bytes(ROWS)
    (tmp_path / "b.csv").write_bytes(gzip.compress(ROWS))

    assert all_of(tmp_path / "a.gz", tmp_path / "b.csv") == {"a.gz": ROWS, "b.csv!b.csv": ROWS}


def test_an_archive_in_an_archive_is_opened_and_one_deeper_is_refused(tmp_path):
    deepest = zip_bytes({"c.csv": ROWS})
    middle = zip_bytes({"b.csv": ROWS, "c.zip": deepest})
    path = make_zip(tmp_path / "a.zip", {"b.zip": middle, "d.csv.gz": gzip.compress(ROWS)})

    assert all_of(path) == {
        "a.zip!b.zip!b.csv": ROWS,
        "a.zip!b.zip!c.zip": "unsafe",
        "a.zip!d.csv.gz!d.csv": ROWS,
    }


def test_a_tar_within_a_zip_is_opened(tmp_path):
    inner = make_tar(tmp_path / "i.tgz", {"a.csv": ROWS}, mode="w:gz").read_bytes()
    path = make_zip(tmp_path / "o.zip", {"i.tgz": inner, "z.csv": b"z"})

    assert all_of(path) == {"o.zip!i.tgz!a.csv": ROWS, "o.zip!z.csv": b"z"}


def test_a_name_that_leads_out_of_the_archive_is_refused_and_the_others_are_read(tmp_path):
    path = make_zip(
        tmp_path / "a.zip",
        {"../up.csv": ROWS, "/etc/x.csv": ROWS, "c:\\x.csv": ROWS, "ok..fine.csv": ROWS},
    )

    assert all_of(path) == {
        "a.zip!../up.csv": "unsafe",
        "a.zip!/etc/x.csv": "unsafe",
        "a.zip!c:\\x.csv": "unsafe",
        "a.zip!ok..fine.csv": ROWS,
    }


def test_links_in_archives_are_refused(tmp_path):
    tar = tmp_path / "a.tar"
    with tarfile.open(tar, "w") as archive:
        link = tarfile.TarInfo("passwd")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        hard = tarfile.TarInfo("hard")
        hard.type, hard.linkname = tarfile.LNKTYPE, "/etc/passwd"
        archive.addfile(hard)
    zipped = zip_link(tmp_path / "b.zip", "passwd", "/etc/passwd")

    assert all_of(tar, zipped) == {
        "a.tar!passwd": "unsafe",
        "a.tar!hard": "unsafe",
        "b.zip!passwd": "unsafe",
        "b.zip!good.csv": b"a\n1\n",
    }


def test_an_encrypted_member_is_refused_alone(tmp_path):
    raw = bytearray(zip_bytes({"secret.csv": ROWS, "open.csv": ROWS}))
    raw[6] |= 1  # the flag in the first local header, and in its entry of the directory
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(raw)

    assert all_of(tmp_path / "a.zip") == {"a.zip!secret.csv": "unsafe", "a.zip!open.csv": ROWS}


def test_a_bomb_is_refused_by_its_ratio_and_the_others_are_read(tmp_path):
    path = make_zip(tmp_path / "a.zip", {"bomb": bytes(20_000_000), "good.csv": ROWS})
    (tmp_path / "b.gz").write_bytes(gzip.compress(bytes(20_000_000)))

    assert all_of(path, tmp_path / "b.gz", limits=Limits(ratio=100)) == {
        "a.zip!bomb": "too_large",
        "a.zip!good.csv": ROWS,
        "b.gz!b": "too_large",
    }


def test_a_zip_that_lies_about_a_size_gives_no_more_than_it_said(tmp_path):
    raw = bytearray(zip_bytes({"bomb": bytes(1_000_000)}))
    at = raw.index(b"PK\x01\x02") + 24
    raw[at : at + 4] = (1000).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(raw)

    (each,) = inputs([tmp_path / "a.zip"], source="s")

    with each.open() as stream, pytest.raises(FormatError):
        assert len(stream.read()) <= 1000


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_zip_half_read_and_lost_in_a_circle_closes_without_a_word(tmp_path):
    path = make_zip(tmp_path / "a.zip", {"a.csv": ROWS})
    heard: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.unraisablehook", heard.append)
        for _ in range(5):
            (each,) = inputs([path], source="s")
            circle: list[object] = [each, each.open()]
            circle.append(circle)
        del each, circle
        gc.collect()

    assert heard == []


def test_members_together_may_not_unpack_to_more_than_the_limit(tmp_path):
    members = {f"{i}.csv": bytes([48 + i]) * 1000 for i in range(5)}
    limits = Limits(unpacked_bytes=2500)

    zipped = all_of(make_zip(tmp_path / "a.zip", members), limits=limits)
    tarred = all_of(make_tar(tmp_path / "a.tar", members), limits=limits)

    assert list(zipped.values()) == [b"0" * 1000, b"1" * 1000, *["too_large"] * 3]
    assert list(tarred.values()) == [b"0" * 1000, b"1" * 1000, *["too_large"] * 3]


def test_members_beyond_the_count_are_told_once(tmp_path):
    members = {f"{i}.csv": ROWS for i in range(5)}
    limits = Limits(members=3)

    for path in (make_zip(tmp_path / "a.zip", members), make_tar(tmp_path / "a.tar", members)):
        assert list(all_of(path, limits=limits).values()) == [ROWS, ROWS, ROWS, "too_large"]


def test_a_dictionary_that_would_take_all_memory_is_refused(tmp_path):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 256 * 2**20, "mode": lzma.MODE_FAST}]
    path = tmp_path / "a.xz"
    path.write_bytes(lzma.compress(ROWS, filters=filters, preset=None))

    assert all_of(path) == {"a.xz!a": "too_large"}


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
def test_a_damaged_archive_is_one_refusal_and_keeps_what_was_readable(tmp_path, name):
    members = {f"{i}.csv": f"{i}\n".encode() * 3000 for i in range(4)}
    path = tmp_path / name
    if name == "a.zip":
        make_zip(path, members)
    else:
        make_tar(path, members, mode="w:gz" if name == "a.tgz" else "w")
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) * 6 // 10])

    found = list(all_of(path).values())

    assert found[-1] == "unreadable"
    assert all(isinstance(each, bytes) for each in found[:-1])


def test_a_tar_header_that_is_damaged_is_not_taken_for_the_end(tmp_path):
    path = make_tar(tmp_path / "a.tar", {"a.csv": ROWS, "b.csv": ROWS})
    raw = bytearray(path.read_bytes())
    raw[1024 + 10] ^= 0xFF  # in the second header: the first member takes 512 + 512 bytes
    path.write_bytes(raw)

    assert all_of(path) == {"a.tar!a.csv": ROWS, "a.tar": "unreadable"}


def test_junk_of_operating_systems_is_passed_over_and_told(tmp_path):
    path = make_zip(
        tmp_path / "a.zip", {"__MACOSX/._a.csv": b"x", "d/.DS_Store": b"x", "d/a.csv": ROWS}
    )
    told: dict[str, str] = {}

    found = list(inputs([path], source="s", on_skip=told.__setitem__))

    assert [each.origin.name for each in found] == [f"{path}!d/a.csv"]
    assert list(told) == [f"{path}!__MACOSX/._a.csv", f"{path}!d/.DS_Store"]


def test_two_members_of_one_name_are_two_inputs(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.csv", b"2")

    assert all_of(path) == {"a.zip!a.csv": b"1", "a.zip!a.csv#2": b"2"}


def test_an_office_document_is_not_an_archive_of_telemetry(tmp_path):
    path = make_zip(tmp_path / "survey.xlsx", {"xl/workbook.xml": b"<x/>"})

    assert list(all_of(path)) == ["survey.xlsx"]


@pytest.mark.slow
def test_a_tar_of_many_members_is_read_in_time_that_grows_with_it_not_with_its_square(tmp_path):
    content = b"1,2,3\n" * 500
    path = make_tar(
        tmp_path / "many.tar.xz", {f"{i:04}.csv": content for i in range(1500)}, mode="w:xz"
    )

    tracemalloc.start()
    before = time.perf_counter()
    size = sum(len(read(each)) for each in inputs([path], source="s"))
    took_s = time.perf_counter() - before
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert size == 1500 * 3000
    assert took_s < 5
    assert peak_bytes < 16_000_000


def test_all_members_of_a_packed_tar_can_be_kept_and_read_later(tmp_path):
    members = {f"{i:04}.csv": f"{i}".encode() for i in range(1100)}
    path = make_tar(tmp_path / "many.tgz", members, mode="w:gz")

    found = list(inputs([path], source="s"))

    assert [read(each) for each in found] == list(members.values())


def test_totals_count_what_is_told_without_unpacking(tmp_path):
    make_zip(tmp_path / "a.zip", {"a.csv": ROWS, "b.csv": ROWS})
    (tmp_path / "b.csv").write_bytes(ROWS)

    known = totals([tmp_path])
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(ROWS))
    unknown = totals([tmp_path])

    assert (known.inputs, known.size_bytes) == (3, 3 * len(ROWS))
    assert (unknown.inputs, unknown.size_bytes) == (4, None)


@pytest.mark.parametrize("seed", range(30))
def test_whatever_the_bytes_an_archive_never_raises_anything_else(tmp_path, seed):
    import random

    rng = random.Random(seed)
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for i in range(3):
            member = tarfile.TarInfo(f"{i}.csv")
            member.size = len(ROWS)
            archive.addfile(member, io.BytesIO(ROWS))
    plain = [sink.getvalue(), zip_bytes({"a.csv": ROWS * 50, "b.csv": ROWS})]
    raw = bytearray(rng.choice([*plain, *map(gzip.compress, plain), *map(lzma.compress, plain)]))
    for _ in range(rng.randint(1, 20)):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    (tmp_path / "a").write_bytes(raw)

    outcomes = [outcome(each) for each in inputs([tmp_path / "a"], source="s")]

    assert len(outcomes) >= 1
