"""What is in version control belongs to the project: no trace of the machine it was made on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

MACHINE_PATH = re.compile(
    rb"(?:^|[\s\"'`=(,:\[])(/(?:work|home|root|Users|mnt|private|tmp)/[A-Za-z0-9_.]"
    rb"|[A-Z]:\\\\?Users\\)",
    re.MULTILINE,
)
REGISTRY = re.compile(
    rb"(?:pypi|test[.]pypi|pythonhosted|npmjs|npmmirror|yarnpkg|anaconda|docker|ghcr|quay|crates)"
    rb"[.](?:org|com|io|cn)\b"
)
LOCK = "uv.lock"


def marks(files: Iterable[Path], pattern: re.Pattern[bytes], root: Path) -> Iterator[str]:
    for path in files:
        for found in pattern.finditer(path.read_bytes()):
            yield f"{path.relative_to(root)}: {found.group().decode(errors='replace').strip()}"


def test_no_file_names_a_path_of_one_machine(tracked: list[Path], root: Path) -> None:
    assert [*marks(tracked, MACHINE_PATH, root)] == []


def test_no_file_but_the_lock_names_a_registry(tracked: list[Path], root: Path) -> None:
    others = [path for path in tracked if path.name != LOCK]

    assert [*marks(others, REGISTRY, root)] == []


def test_no_file_but_the_lock_names_a_host_that_packages_came_from(
    tracked: list[Path], root: Path
) -> None:
    lock = tomllib.loads((root / LOCK).read_text("utf-8"))
    sources = [each.get("source", {}).get("registry", "") for each in lock["package"]]
    hosts = {host for source in sources if (host := urlsplit(source).hostname)}
    pattern = re.compile("|".join(re.escape(host) for host in sorted(hosts)).encode())
    others = [path for path in tracked if path.name != LOCK]

    assert hosts
    assert [*marks(others, pattern, root)] == []
