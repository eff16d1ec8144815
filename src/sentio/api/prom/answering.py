"""Answers in the envelope of Prometheus: vector, matrix and scalar, values as texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
from fastapi.responses import Response

from sentio.api.prom.errors import QueryError, SlowQuery
from sentio.api.prom.values import Ints, Samples, Value, Vector
from sentio.kernel.errors import SentioError, StoreSlowError

Json = dict[str, Any]  # Any: JSON


def success(data: object, *, warnings: list[str] | None = None) -> Response:
    """Give an answer."""
    body: Json = {"status": "success", "data": data}
    if warnings:
        body["warnings"] = warnings
    return Response(orjson.dumps(body), media_type="application/json")


def failure(error: SentioError) -> Response:
    """Tell an error as Prometheus does."""
    if isinstance(error, QueryError):
        status, error_type = error.status, error.error_type
    elif isinstance(error, StoreSlowError):
        status, error_type = SlowQuery.status, SlowQuery.error_type
    else:
        status, error_type = QueryError.status, QueryError.error_type
    body = {"status": "error", "errorType": error_type, "error": str(error)}
    return Response(orjson.dumps(body), status, media_type="application/json")


def at_one_moment(value: Value, steps_ms: Ints) -> Json:
    """Give a value at the only step."""
    moment = seconds(int(steps_ms[0]))
    if not isinstance(value, Vector):
        return {"resultType": "scalar", "result": [moment, text_of(float(value[0]))]}
    result = [
        {"metric": labels, "value": [moment, text_of(float(number))]}
        for labels, number in zip(value.labels, value.values[:, 0], strict=True)
        if not np.isnan(number)
    ]
    return {"resultType": "vector", "result": result}


def at_steps(value: Value, steps_ms: Ints) -> Json:
    """Give a value at many steps; a number is a series without labels."""
    vector = value if isinstance(value, Vector) else Vector(labels=[{}], values=value[None, :])
    return _matrix(vector, steps_ms)


def raw(samples: Samples) -> Json:
    """Give samples as they are."""
    return _matrix(Vector(labels=samples.labels, values=samples.values), samples.stamps_ms)


def _matrix(vector: Vector, moments_ms: Ints) -> Json:
    moments = [seconds(each) for each in moments_ms.tolist()]
    result: list[Json] = []
    for labels, row in zip(vector.labels, vector.values, strict=True):
        places = np.flatnonzero(~np.isnan(row))
        if len(places):
            values = row.tolist()
            points = [[moments[i], text_of(values[i])] for i in places.tolist()]
            result.append({"metric": labels, "values": points})
    return {"resultType": "matrix", "result": result}


def seconds(moment_ms: int) -> float | int:
    """Give a moment in seconds, a whole number where it is one."""
    return moment_ms / 1000 if moment_ms % 1000 else moment_ms // 1000


def text_of(number: float) -> str:
    """Write a number as Prometheus does: the shortest text that reads the same.

    Examples
    --------
    >>> [text_of(x) for x in (1.0, 0.25, 1e-7, float("inf"))]
    ['1', '0.25', '0.0000001', '+Inf']
    """
    if np.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    if np.isnan(number):
        return "NaN"
    if number.is_integer() and abs(number) < 1e15:  # noqa: PLR2004  (float64 is exact there)
        return str(int(number))
    found = repr(number)
    return np.format_float_positional(number, trim="-") if "e" in found else found
