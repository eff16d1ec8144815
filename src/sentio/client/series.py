"""An answer of the Prometheus API as an Arrow table: long form, one row a sample."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

NAME = "__name__"
METRIC = "metric"


def series_table(data: dict[str, Any]) -> pa.Table:  # Any: JSON
    """Lay series out.

    Returns
    -------
    table
        One column for each label (``metric`` for the name), then ``time`` and ``value``.

    Examples
    --------
    >>> one = {"metric": {"service": "web"}, "values": [[60, "4.5"], [120, "NaN"]]}
    >>> series_table({"result": [one]}).column("value").to_pylist()
    [4.5, nan]
    """
    series: list[dict[str, Any]] = data["result"]  # Any: JSON
    labels = sorted({name for each in series for name in each["metric"]})
    columns: dict[str, list[Any]] = {METRIC if name == NAME else name: [] for name in labels}
    moments: list[int] = []
    values: list[float] = []
    for each in series:
        points = each["values"]
        for name in labels:
            columns[METRIC if name == NAME else name] += [each["metric"].get(name)] * len(points)
        moments += [round(float(moment) * 1000) for moment, _ in points]
        values += [float(text) for _, text in points]
    return pa.table(
        {
            **{name: pa.array(column, pa.string()) for name, column in columns.items()},
            "time": pa.array(moments, pa.timestamp("ms", "UTC")),
            "value": pa.array(values, pa.float64()),
        }
    )
