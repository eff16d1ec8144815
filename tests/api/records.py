"""Makes bodies for the tests of the API."""

from __future__ import annotations

import time

HEADER = "ts,imsi,cell,page_load_ms\n"


def rows(count: int, *, first: int = 0) -> str:
    """Make a CSV of uses of the web, each of them different."""
    now_ns = time.time_ns() // 10**9 * 10**9
    lines = (
        f"{now_ns - i * 10**9},26201{i:010},cell-{i % 3},{800 + i}"
        for i in range(first, first + count)
    )
    return HEADER + "\n".join(lines) + "\n"
