"""Samples written by hand, and a loader that gives them as the store would."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sentio.api.prom.evaluating import Evaluation
from sentio.api.prom.parser import parse
from sentio.api.prom.syntax import Selector
from sentio.api.prom.values import Deadline, Samples, Value, Vector

MINUTE_MS = 60_000
_ = float("nan")  # no sample


@dataclass(frozen=True)
class Written:
    """Holds series by name and member; the first sample is at minute 0."""

    series: dict[tuple[str, ...], list[float]]
    step_ms: int = MINUTE_MS
    deadline: Deadline = field(default_factory=lambda: Deadline(60.0))

    def samples(self, selector: Selector, since_ms: int, until_ms: int) -> Samples:
        """Give the samples in (since, until] of the series of that name."""
        (name,) = [each.value for each in selector.matchers if each.label == "__name__"]
        others = [each for each in selector.matchers if each.label != "__name__"]
        found = {
            key: values
            for key, values in self.series.items()
            if key[0] == name and all(self._labels(key).get(m.label) == m.value for m in others)
        }
        stamps = np.arange(len(next(iter(self.series.values())))) * self.step_ms
        is_in = (stamps > since_ms) & (stamps <= until_ms)
        values = np.array(list(found.values()), dtype=np.float64).reshape(len(found), -1)
        return Samples(
            labels=[self._labels(key) for key in found],
            stamps_ms=stamps[is_in],
            values=values[:, is_in] if found else np.empty((0, is_in.sum())),
        )

    def _labels(self, key: tuple[str, ...]) -> dict[str, str]:
        return dict(zip(("__name__", "service", "member"), key, strict=False))


def worked_out(
    query: str, series: dict[tuple[str, ...], list[float]], *at_min: float
) -> dict[tuple[str, ...], list[float]] | list[float]:
    """Work a query out at some minutes; series by the values of their labels, or numbers."""
    steps = np.array([round(each * MINUTE_MS) for each in at_min], dtype=np.int64)
    value: Value = Evaluation(loader=Written(series), steps_ms=steps).value(parse(query))
    if not isinstance(value, Vector):
        return value.tolist()
    return {
        tuple(labels.values()): row.tolist()
        for labels, row in zip(value.labels, value.values, strict=True)
        if not np.isnan(row).all()
    }
