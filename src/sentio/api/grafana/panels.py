"""Panels of Grafana: a title, queries, a unit, and where they stand on the grid of 24 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]  # Any: JSON
Look = Literal["timeseries", "stat", "table", "bargauge"]

SOURCE = {"type": "prometheus", "uid": "${source}"}
COLUMNS = 24
UNITS: Mapping[str, str] = {
    "ms": "ms",
    "s": "s",
    "ns": "ns",
    "kbit/s": "Kbits",
    "byte": "bytes",
    "ratio": "percentunit",
    "dBm": "dBm",
    "dB": "dB",
    "km/h": "velocitykmh",
    "m": "lengthm",
    "deg": "degree",
}
"""Grafana's word for each unit of the catalogue; others are told in the title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel.

    Attributes
    ----------
    queries
        Pairs of PromQL and legend.
    size
        Width and height on the grid.
    is_instant
        Whether only the newest value is asked for.
    """

    title: str
    queries: Sequence[tuple[str, str]]
    meaning: str = ""
    unit: str = ""
    look: Look = "timeseries"
    size: tuple[int, int] = (12, 8)
    low: float | None = None
    high: float | None = None
    is_instant: bool = False
    is_stacked: bool = False

    def json(self, number: int, place: tuple[int, int]) -> Json:
        """Write it, at a column and row of the grid."""
        unit = UNITS.get(self.unit, "none")
        title = self.title if unit != "none" or not self.unit else f"{self.title} ({self.unit})"
        bounds = {"min": self.low, "max": self.high}
        return {
            "id": number,
            "type": self.look,
            "title": title,
            "description": self.meaning,
            "datasource": SOURCE,
            "gridPos": {"x": place[0], "y": place[1], "w": self.size[0], "h": self.size[1]},
            "fieldConfig": {
                "defaults": {
                    "unit": unit,
                    **{name: bound for name, bound in bounds.items() if bound is not None},
                    **({"custom": self._drawn()} if self.look == "timeseries" else {}),
                },
                "overrides": [],
            },
            "options": self._options(),
            "targets": [self._target(*pair, place=i) for i, pair in enumerate(self.queries)],
            **({"transformations": TABLE} if self.look == "table" else {}),
        }

    def _drawn(self) -> Json:
        return {
            "lineWidth": 1,
            "fillOpacity": 20 if self.is_stacked else 0,
            "spanNulls": 300_000,  # ms: as long as a sample is looked back for
            "stacking": {"mode": "normal" if self.is_stacked else "none"},
        }

    def _options(self) -> Json:
        if self.look == "timeseries":
            return {"legend": {"displayMode": "list"}, "tooltip": {"mode": "multi", "sort": "desc"}}
        if self.look == "table":
            return {"showHeader": True}
        reduced = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
        return {**reduced, **({"displayMode": "basic"} if self.look == "bargauge" else {})}

    def _target(self, query: str, legend: str, *, place: int) -> Json:
        return {
            "refId": chr(ord("A") + place),
            "datasource": SOURCE,
            "expr": query,
            "legendFormat": legend,
            "instant": self.is_instant,
            "range": not self.is_instant,
            **({"format": "table"} if self.look == "table" else {}),
        }


TABLE = [{"id": "organize", "options": {"excludeByName": {"Time": True}}}]


def laid_out(panels: Sequence[Panel], *, first: int = 1, top: int = 0) -> tuple[list[Json], int]:
    """Put panels on the grid, row after row; tells where the next row begins."""
    found: list[Json] = []
    x, y, height = 0, top, 0
    for number, panel in enumerate(panels, start=first):
        width, own = panel.size
        if x + width > COLUMNS:
            x, y, height = 0, y + height, 0
        found.append(panel.json(number, (x, y)))
        x, height = x + width, max(height, own)
    return found, y + height
