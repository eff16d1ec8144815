"""Reads a folder in the format of PetShop: service graph, healthy metrics, issues with their cause.

M. Hardt et al., The PetShop Dataset (2023), github amazon-science/petshop-root-cause-analysis,
data CC BY 4.0.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sentio.analysis.dependency_graph import DependencyGraph
from sentio.analysis.loss_course import LossCourse

Floats = npt.NDArray[np.float64]
HEADER_ROWS = 3  # node, metric, statistic; then a line that names the index


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Series by (node, metric, statistic); NaN where not reported."""

    series: dict[tuple[str, str, str], Floats]
    rows: int

    def of(self, node: str, metric: str, statistic: str) -> Floats:
        return self.series.get((node, metric, statistic), np.full(self.rows, np.nan))

    def part(self, rows: slice) -> Metrics:
        series = {kind: values[rows] for kind, values in self.series.items()}
        return Metrics(series=series, rows=len(range(self.rows)[rows]))

    def nodes(self, metric: str, statistic: str) -> list[str]:
        return [node for node, *kind in self.series if kind == [metric, statistic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A window, what declined in it, and what the cause was."""

    name: str
    window: Metrics
    target: str
    metric: str
    statistic: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A graph, a healthy past if there is one, and issues."""

    name: str
    graph: DependencyGraph
    healthy: Metrics | None
    issues: tuple[Issue, ...]


def read_scenarios(folder: Path) -> list[Scenario]:
    """Read all scenarios; issues from ``test`` where there are any, else from ``train``."""
    graphs = sorted(folder.rglob("graph.csv"))
    return [_scenario(path.parent) for path in graphs]


def course(metrics: Metrics, graph: DependencyGraph, metric: str) -> LossCourse:
    """Tell what each node lost: seconds of latency, or failures; per request, by the mean."""
    uses = np.nan_to_num([metrics.of(node, "requests", "Sum") for node in graph.elements]).T
    mean = np.array([metrics.of(node, metric, "Average") for node in graph.elements]).T
    if metric == "availability":
        return LossCourse(uses=uses, loss_per_use=1.0 - mean / 100.0, is_count=True)
    return LossCourse(uses=uses, loss_per_use=mean)


def _scenario(folder: Path) -> Scenario:
    healthy = folder / "noissue" / "metrics.csv"
    found = sorted((folder / "test").glob("*/target.json")) or sorted(
        (folder / "train").glob("*/target.json")
    )
    return Scenario(
        name=folder.name,
        graph=_graph(folder / "graph.csv"),
        healthy=_metrics(healthy) if healthy.is_file() else None,
        issues=tuple(_issue(path) for path in found),
    )


def _issue(path: Path) -> Issue:
    told = json.loads(path.read_text("utf-8"))
    return Issue(
        name=f"{path.parent.parent.name}/{path.parent.name}",
        window=_metrics(path.parent / "metrics.csv"),
        target=told["target"]["node"],
        metric=told["target"]["metric"],
        statistic=told["target"]["agg"],
        cause=told["root_cause"]["node"],
    )


def _graph(path: Path) -> DependencyGraph:
    (_, *elements), *rows = _rows(path)
    return DependencyGraph(
        elements=tuple(elements),
        depends_on={
            caller: tuple(
                below for below, cell in zip(elements, cells, strict=True) if float(cell or 0)
            )
            for caller, *cells in rows
        },
    )


def _metrics(path: Path) -> Metrics:
    rows = _rows(path)
    body = [row[1:] for row in rows[HEADER_ROWS + 1 :]]
    values = np.array([[float(cell) if cell else np.nan for cell in row] for row in body])
    kinds = zip(*(row[1:] for row in rows[:HEADER_ROWS]), strict=True)
    return Metrics(
        series={(kind[0], kind[1], kind[2]): values[:, i] for i, kind in enumerate(kinds)},
        rows=len(values),
    )


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
