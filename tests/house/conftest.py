"""What the house tests look at: the tree of files, and what the documentation says."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the top of the project."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Give every file that is, or is about to be, in version control."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout: nothing says which files are the project's own")
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in told.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="session")
def documentation() -> str:
    """Give all pages of the documentation, one behind the other."""
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "docs").rglob("*.md")))
