"""Which functions and aggregations of PromQL there are, and what they take."""

from __future__ import annotations

from collections.abc import Mapping

from sentio.api.prom.syntax import Shape

FUNCTIONS: Mapping[str, tuple[tuple[Shape, ...], Shape]] = {
    "rate": (("range",), "vector"),
    "increase": (("range",), "vector"),
    "delta": (("range",), "vector"),
    "irate": (("range",), "vector"),
    "avg_over_time": (("range",), "vector"),
    "min_over_time": (("range",), "vector"),
    "max_over_time": (("range",), "vector"),
    "sum_over_time": (("range",), "vector"),
    "count_over_time": (("range",), "vector"),
    "last_over_time": (("range",), "vector"),
    "stddev_over_time": (("range",), "vector"),
    "quantile_over_time": (("scalar", "range"), "vector"),
    "abs": (("vector",), "vector"),
    "ceil": (("vector",), "vector"),
    "floor": (("vector",), "vector"),
    "sqrt": (("vector",), "vector"),
    "exp": (("vector",), "vector"),
    "ln": (("vector",), "vector"),
    "log2": (("vector",), "vector"),
    "log10": (("vector",), "vector"),
    "round": (("vector",), "vector"),
    "clamp": (("vector", "scalar", "scalar"), "vector"),
    "clamp_min": (("vector", "scalar"), "vector"),
    "clamp_max": (("vector", "scalar"), "vector"),
    "sort": (("vector",), "vector"),
    "sort_desc": (("vector",), "vector"),
    "scalar": (("vector",), "scalar"),
    "vector": (("scalar",), "vector"),
    "time": ((), "scalar"),
}
"""What each takes, and what it gives."""

AGGREGATIONS = frozenset({"sum", "avg", "min", "max", "count", "stddev", "group"})
WITH_PARAMETER = frozenset({"topk", "bottomk", "quantile"})

UNSUPPORTED = frozenset(
    {
        *("absent", "absent_over_time", "acos", "acosh"),
        *("asin", "asinh", "atan", "atanh"),
        *("bottomk_over_time", "changes", "cos", "cosh"),
        *("count_values", "day_of_month", "day_of_week", "day_of_year"),
        *("days_in_month", "deg", "deriv", "double_exponential_smoothing"),
        *("histogram_avg", "histogram_count", "histogram_fraction", "histogram_quantile"),
        *("histogram_stddev", "histogram_stdvar", "histogram_sum", "holt_winters"),
        *("hour", "idelta", "info", "label_join"),
        *("label_replace", "limit_ratio", "limitk", "mad_over_time"),
        *("minute", "month", "pi", "predict_linear"),
        *("present_over_time", "rad", "resets", "sgn"),
        *("sin", "sinh", "sort_by_label", "sort_by_label_desc"),
        *("stdvar", "stdvar_over_time", "tan", "tanh"),
        *("timestamp", "year"),
    }
)
"""What Prometheus has beside these: named, so that it is told from what is mistyped."""
