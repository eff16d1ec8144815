"""What all tests share: where the public samples are, if they are here at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# kernels compile when they are first called: no test is told by its time
settings.register_profile("sentio", deadline=None)
settings.load_profile("sentio")

BESIDE = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of public samples, or skip the test loudly where it is absent."""
    folder = Path(os.environ.get("SENTIO_SHARED", BESIDE))
    if not (folder / "data").is_dir():
        pytest.skip(f"the public samples are not at {folder}: set SENTIO_SHARED to run this test")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """Give the folder of our own small samples."""
    return Path(__file__).parent / "samples"
