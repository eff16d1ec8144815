"""Vectors of things: availability with survival time (TS 22.104 annex C.3, table 5.1-1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from _comparison import Comparison, largest, read_json
from sentio.experience.models.availability import (
    Availability,
    availability_of_reliability,
    service_availability,
)

TABLE = "table_5_1_1 availability"


def availability(path: Path) -> Comparison:
    told = read_json(path)
    errors: dict[str, float] = {}
    missed: set[str] = set()
    for case in told["cases"]:
        found, expected = _of_case(case), case["expected"]
        missed |= set(expected) - set(found)
        for name in set(expected) & set(found):
            wanted = np.nan if expected[name] is None else expected[name]
            errors[name] = max(errors.get(name, 0.0), largest(found[name], wanted))
    reliability, table = np.array(told["table_5_1_1"]["rows"]).T
    errors[TABLE] = largest(availability_of_reliability(reliability, 1.0), table)
    return Comparison(
        vectors=len(told["cases"]) + len(table),
        max_abs_error=dict(sorted(errors.items())),
        not_compared=sorted(missed),
    )


def _of_case(case: dict[str, Any]) -> dict[str, float]:
    good, counts = np.array(case["runs"] * case["repeat"]).T
    found: Availability = service_availability(
        good.astype(np.bool_),
        np.array([0, len(good)]),
        transfer_interval_ms=float(case["transfer_ms"]),
        survival_time_ms=float(case["survival_ms"]),
        repeats=counts,
    )
    return {
        "T_ms": float(found.span_ms[0]),
        "down_ms": float(found.down_ms[0]),
        "availability": float(found.availability[0]),
        "failures": float(found.failures[0]),
        "mtbf_ms": float(found.mtbf_ms[0]),
    }
