"""What is sent to a browser is small, complete, and without anything of the build."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

DIST = Path(__file__).parents[2] / "src" / "sentio" / "web" / "dist"
KB = 1024

pytestmark = pytest.mark.skipif(
    not (DIST / "index.html").exists(), reason="the pages are not built: make ui"
)


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def test_the_first_script_is_small() -> None:
    index = (DIST / "index.html").read_text()
    first = re.findall(r'(?:src|href)="\./(assets/[^"]+\.js)"', index)

    assert first
    assert sum(packed(DIST / name) for name in first) <= 160 * KB


def test_each_script_that_is_loaded_later_is_small() -> None:
    index = (DIST / "index.html").read_text()
    later = [each for each in DIST.glob("assets/*.js") if each.name not in index]

    assert later
    assert {each.name: packed(each) for each in later if packed(each) > 120 * KB} == {}


def test_all_of_it_is_small_and_nothing_of_the_build_is_in_it() -> None:
    files = [each for each in DIST.rglob("*") if each.is_file()]

    assert sum(each.stat().st_size for each in files) <= 1.5 * KB * KB
    assert [each for each in files if each.suffix == ".map" or each.name.startswith(".")] == []
    for each in files:
        if each.suffix in {".js", ".css"}:
            assert "sourceMappingURL" not in each.read_text()
