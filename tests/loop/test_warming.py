"""What is compiled beside a server is just what its watch then asks for."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
from sentio.awareness.kernel import see_tiles
from sentio.awareness.pair_table import fold
from sentio.loop.warming import warm

warm()
warm()
print(len(see_tiles.signatures), len(fold.signatures))
"""


@pytest.mark.slow
def test_warming_compiles_the_kernels_of_the_watch_once_each():
    # in a process of its own: other tests call the kernels with other arrays
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, check=True, text=True
    )

    assert done.stdout.split() == ["1", "1"]
