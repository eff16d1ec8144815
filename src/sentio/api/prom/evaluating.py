"""Works a query out, for every step at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sentio.api.prom.aggregating import aggregated
from sentio.api.prom.checking import selectors
from sentio.api.prom.errors import UnsupportedQuery
from sentio.api.prom.loading import HOUR_MS, MINUTE_MS, Loader
from sentio.api.prom.operators import combined
from sentio.api.prom.syntax import (
    Aggregate,
    Binary,
    Call,
    Expression,
    Negative,
    Number,
    Selector,
)
from sentio.api.prom.values import Floats, Ints, Samples, Value, Vector, unnamed
from sentio.api.prom.windows import OVER, newest, over_windows, quantile_over

LOOKBACK_MS = 5 * MINUTE_MS
LONG_RANGE_MS = 4 * HOUR_MS
"""From here on a window has samples enough where there is one an hour."""


def step_of_samples(expression: Expression, step_ms: int) -> int:
    """Tell how far samples may lie apart: an hour where both steps and windows are long."""
    ranges = [each.range_ms for each in selectors(expression)]
    is_long = step_ms >= HOUR_MS and all(not each or each >= LONG_RANGE_MS for each in ranges)
    return HOUR_MS if is_long else MINUTE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One query at some moments.

    Parameters
    ----------
    steps_ms
        int64, shape (steps,): the moments.
    """

    loader: Loader
    steps_ms: Ints

    def value(self, expression: Expression) -> Value:
        """Work an expression out.

        Raises
        ------
        QueryError
            It needs too much, takes too long, or several series stand where one must.
        """
        self.loader.deadline.check()
        match expression:
            case Number():
                return np.full(len(self.steps_ms), expression.value)
            case Selector():
                return self._instant(expression)
            case Call():
                return self._called(expression)
            case Aggregate():
                given = expression.parameter
                parameter = None if given is None else self._number(given)
                return aggregated(expression, self._vector(expression.expression), parameter)
            case Negative():
                return self._negative(self.value(expression.expression))
            case Binary():
                left, right = self.value(expression.left), self.value(expression.right)
                return combined(expression, left, right)

    def samples(self, selector: Selector) -> Samples:
        """Give the samples of a selector over its range before the last step."""
        return self._loaded(selector, selector.range_ms)

    def _loaded(self, selector: Selector, range_ms: int) -> Samples:
        since_ms = int(self.steps_ms[0]) - selector.offset_ms - range_ms
        until_ms = int(self.steps_ms[-1]) - selector.offset_ms
        return self.loader.samples(selector, since_ms, until_ms)

    def _instant(self, selector: Selector) -> Vector:
        lookback_ms = max(LOOKBACK_MS, self.loader.step_ms)
        samples = self._loaded(selector, lookback_ms)
        values = newest(samples, self.steps_ms - selector.offset_ms, lookback_ms)
        return Vector(labels=samples.labels, values=values)

    def _called(self, call: Call) -> Value:
        name, given = call.function, call.arguments
        if name in OVER:
            return self._over(call, given[0], None)
        if name == "quantile_over_time":
            return self._over(call, given[1], self._number(given[0]))
        if name == "time":
            return self.steps_ms / 1000.0
        if name == "vector":
            return Vector(labels=[{}], values=self._number(given[0])[None, :])
        return self._of_vector(call, self._vector(given[0]))

    def _of_vector(self, call: Call, vector: Vector) -> Value:
        if call.function == "scalar":
            return _only(vector)
        if call.function in ("sort", "sort_desc"):
            return _sorted(vector, is_falling=call.function == "sort_desc")
        numbers = [self._number(each) for each in call.arguments[1:]]
        with np.errstate(all="ignore"):
            values = EACH[call.function](vector.values, *numbers)
        return unnamed(replace(vector, values=values))

    def _over(self, call: Call, ranged: Expression, share: Floats | None) -> Vector:
        if not isinstance(ranged, Selector):  # the check lets nothing else through
            raise UnsupportedQuery(f"{call.function} is given no range")
        samples = self._loaded(ranged, ranged.range_ms)
        steps = self.steps_ms - ranged.offset_ms
        deadline = self.loader.deadline
        if share is None:
            function = OVER[call.function]
            values = over_windows(samples, steps, ranged.range_ms, function, deadline)
        else:
            values = np.full((len(samples.labels), len(steps)), np.nan)
            for one in np.unique(share):
                at = share == one
                function = quantile_over(float(one))
                values[:, at] = over_windows(
                    samples, steps[at], ranged.range_ms, function, deadline
                )
        found = Vector(labels=samples.labels, values=values)
        return found if call.function == "last_over_time" else unnamed(found)

    def _vector(self, expression: Expression) -> Vector:
        found = self.value(expression)
        if not isinstance(found, Vector):
            raise UnsupportedQuery("a number stands where series must")
        return found

    def _number(self, expression: Expression) -> Floats:
        found = self.value(expression)
        if isinstance(found, Vector):
            raise UnsupportedQuery("series stand where a number must")
        return found

    def _negative(self, value: Value) -> Value:
        if isinstance(value, Vector):
            return unnamed(replace(value, values=-value.values))
        return -value


def _only(vector: Vector) -> Floats:
    """Give the value where there is exactly one series, NaN elsewhere."""
    if not len(vector.labels):
        return np.full(vector.values.shape[1], np.nan)
    is_there = ~np.isnan(vector.values)
    found = np.nansum(vector.values, axis=0)
    return np.where(is_there.sum(axis=0) == 1, found, np.nan)


def _sorted(vector: Vector, *, is_falling: bool) -> Vector:
    """Order series by their last value."""
    last = vector.values[:, -1] if vector.values.size else np.empty(0)
    order = np.argsort(-last if is_falling else last, kind="stable")
    return Vector(labels=[vector.labels[row] for row in order], values=vector.values[order])


def _round(values: Floats, to: Floats | None = None) -> Floats:
    unit = np.ones(values.shape[1]) if to is None else to
    return np.floor(values / unit + 0.5) * unit


EACH: Mapping[str, Callable[..., Floats]] = {
    "abs": np.abs,
    "ceil": np.ceil,
    "floor": np.floor,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "ln": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "round": _round,
    "clamp": lambda values, low, high: np.where(low > high, np.nan, np.clip(values, low, high)),
    "clamp_min": np.maximum,
    "clamp_max": np.minimum,
}
"""Functions of each value by itself."""
