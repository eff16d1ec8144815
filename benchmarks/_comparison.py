"""How a file of test vectors is held against a model: columns in, largest errors out."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came of one file: its vectors, the largest error of each column, what was left out."""

    vectors: int
    max_abs_error: dict[str, float]
    not_compared: list[str]


class Vectors:
    """The rows of a CSV file of vectors."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            self.rows = list(reader)
            self.names = list(reader.fieldnames or ())

    def numbers(self, name: str) -> FloatArray:
        return np.array([float(row[name]) for row in self.rows])

    def texts(self, name: str) -> list[str]:
        return [row[name] for row in self.rows]

    def lists(self, name: str) -> list[list[float]]:
        """Give cells of numbers separated by spaces."""
        return [[float(each) for each in row[name].split()] for row in self.rows]

    def runs(self, name: str) -> list[list[float]]:
        """Give cells such as ``4.6x120 4.2x3``, unrolled."""
        return [
            [
                value
                for run in row[name].split()
                for value in [float(run.split("x")[0])] * int(run.split("x")[1])
            ]
            for row in self.rows
        ]

    def against(self, found: Mapping[str, Any], *, inputs: Iterable[str]) -> Comparison:
        """Compare every column that is no input with what a model found for it."""
        outputs = [name for name in self.names if name not in set(inputs)]
        return Comparison(
            vectors=len(self.rows),
            max_abs_error={
                name: largest(found[name], self.numbers(name)) for name in outputs if name in found
            },
            not_compared=[name for name in outputs if name not in found],
        )


def largest(found: Any, expected: Sequence[float] | FloatArray) -> float:
    """Give the largest absolute difference; NaN on both sides is none, on one side infinite."""
    left = np.broadcast_to(np.asarray(found, dtype=np.float64), np.shape(expected))
    right = np.asarray(expected, dtype=np.float64)
    apart = np.where(np.isnan(left) & np.isnan(right), 0.0, np.abs(left - right))
    return float(np.max(np.where(np.isnan(apart), np.inf, apart), initial=0.0))


def read_json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))
