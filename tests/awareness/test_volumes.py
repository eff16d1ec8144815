"""A place that falls silent is told; a holiday, on which all have less, is not."""

from __future__ import annotations

import numpy as np

from sentio.awareness.series import SEPARATOR, SeriesBook
from sentio.awareness.volumes import Volumes

CELLS = 60


def learned() -> tuple[SeriesBook, Volumes, np.random.Generator]:
    book, volumes, rng = SeriesBook(), Volumes(), np.random.default_rng(2)
    book.restore([SEPARATOR.join(("web", "cell", f"cell-{i}")) for i in range(CELLS)])
    for period in range(12 * 24 * 3):
        volumes.see(book, rng.poisson(5.0, CELLS).astype(float), slot=period // 12 % 168)
    return book, volumes, rng


def test_a_cell_without_uses_is_silent() -> None:
    book, volumes, rng = learned()
    for _ in range(6):
        n = rng.poisson(5.0, CELLS).astype(float)
        n[17] = 0.0
        volumes.see(book, n, slot=72)

    found = volumes.silent(book, "cell", nats=10.0)

    assert [(s.place.member, s.seen) for s in found] == [("cell-17", 0.0)]


def test_a_holiday_silences_nobody() -> None:
    book, volumes, rng = learned()
    for _ in range(6):
        volumes.see(book, rng.poisson(2.0, CELLS).astype(float), slot=72)

    assert volumes.silent(book, "cell", nats=10.0) == []
