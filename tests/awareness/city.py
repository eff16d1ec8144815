"""A small network of invented uses, period by period, as the cube would add them up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

PERIOD_NS = 300_000_000_000
SERVICES = {"web": (3.6, 4.0), "voice_wb": (4.3, 2.0)}  # mean MOS, uses a cell and period


class City:
    """Cells of three to a gNB; ``broken`` is a cell whose uses lose a MOS from a period on."""

    def __init__(self, cells: int, *, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.cells = cells
        self.base = np.clip(self.rng.normal(0.0, 0.15, cells), -0.4, 0.3)

    def uses(self, period: int, *, broken: int | None = None) -> dict[str, tuple]:
        """Draw each use's cell and MOS, by service."""
        found = {}
        for service, (mean, rate) in SERVICES.items():
            hour = period // 12 % 24
            n = self.rng.poisson(rate * (0.4 + 1.2 * np.sin(np.pi * hour / 24) ** 2), self.cells)
            cell = np.repeat(np.arange(self.cells), n)
            mos = mean + self.base[cell] + self.rng.normal(0.0, 0.5, len(cell))
            bad = self.rng.random(len(cell)) < 0.04
            mos[bad] = 1.5
            mos[cell == broken] -= 1.0
            found[service] = (cell, np.clip(mos, 1.0, 5.0))
        return found


def cube_rows(uses: dict[str, tuple]) -> tuple[pa.Table, dict[str, np.ndarray]]:
    """Add uses up by cell, gNB and all, and give each service's MOS histogram."""
    rows: list[tuple] = []
    bins = {}
    for service, (cell, mos) in uses.items():
        bins[service] = np.histogram(mos, np.linspace(1.0, 5.0, 41))[0].astype(float)
        for dimension, code in (("cell", cell), ("gnb", cell // 3), ("all", cell * 0)):
            for member in np.unique(code):
                of = mos[code == member]
                name = "all" if dimension == "all" else f"{dimension}-{member}"
                rows.append((service, dimension, name, len(of), of.sum(), (of**2).sum()))
    names = ("service", "dimension", "member", "n", "total", "total_sq")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return pa.table(columns), bins
