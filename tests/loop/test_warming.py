"""What is compiled beside a server is just what its watch then asks for."""

from __future__ import annotations

import pytest

from sentio.awareness.kernel import see_tiles
from sentio.awareness.pair_table import fold
from sentio.loop.warming import warm


@pytest.mark.slow
def test_warming_compiles_the_kernels_of_the_watch_once_each():
    warm()
    warm()

    assert (len(see_tiles.signatures), len(fold.signatures)) == (1, 1)
