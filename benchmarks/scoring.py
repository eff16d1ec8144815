"""How many uses a second each service model scores on one core, alone and with all drivers.

What a model must have (delay, loss, times) is off its nominal value in every row, the rest in every
fifth; codecs and classes are mixed. A list (messages of a thing, segments of a video) has 15
numbers in every row. `stream_kpi` is timed without its segments, and with them under its own key.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from _report import arguments, report
from sentio.experience.columns import Columns, part
from sentio.experience.scoring import prepare, score, tile_rows
from sentio.experience.service import SERVICES, Input, Service
from sentio.model.indicator import indicator
from sentio.testing.batches import ARROW_TYPES

ROWS = 65_536
LIST_LENGTH = 15
LISTS_APART = {"stream_kpi": "segment_bitrate_kbps"}  # it scores single KPIs; a list is an extra
OFF = 0.2  # share of cells off nominal, of indicators that need not be there


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--seconds", type=float, default=0.5, help="time a figure (%(default)s)")
    parser.add_argument("--service", action="append", help="only these services")
    given = parser.parse_args()
    services = [SERVICES[name] for name in given.service or SERVICES.names()]
    rates = {service.name: rows_per_s(service, given.seconds) for service in services}
    figures = {
        "batch_rows": ROWS,
        "numbers_a_list": LIST_LENGTH,
        "rows_per_s": rates,
        "rows_per_s_with_lists": rows_per_s_with_lists(services, given.seconds),
    }
    report(figures, as_json=given.json)


def rows_per_s(service: Service, seconds: float) -> dict[str, float]:
    """Time a service, by single numbers alone where `LISTS_APART` says so."""
    return rates_of(service, batch_of(service, without=LISTS_APART.get(service.name, "")), seconds)


def rows_per_s_with_lists(services: list[Service], seconds: float) -> dict[str, dict[str, float]]:
    """Time those of `LISTS_APART` again, with their lists."""
    return {
        service.name: rates_of(service, batch_of(service), seconds)
        for service in services
        if service.name in LISTS_APART
    }


def rates_of(service: Service, batch: pa.RecordBatch, seconds: float) -> dict[str, float]:
    columns, _ = prepare(service, batch)
    return {
        "mos": rate(lambda: mos_in_tiles(service, columns), seconds),
        "score with drivers": rate(lambda: score(service, batch), seconds),
    }


def mos_in_tiles(service: Service, columns: Columns) -> None:
    """Score as the engine does, without drivers."""
    rows = len(next(iter(columns.values())))
    step = tile_rows(columns, rows)
    for start in range(0, rows, step):
        stop = min(start + step, rows)
        service.mos({name: part(each, start, stop) for name, each in columns.items()})


def rate(call: Callable[[], object], seconds: float) -> float:
    """Rows a second of one core's own time, of the best of many calls: others only slow it down."""
    call()
    best, end = np.inf, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return float(ROWS / best)


def batch_of(service: Service, *, without: str = "") -> pa.RecordBatch:
    rng = np.random.default_rng(0)
    inputs = (wanted for wanted in service.inputs if wanted.name != without)
    arrays = {wanted.name: column(wanted, rng) for wanted in inputs}
    return pa.RecordBatch.from_pydict(arrays)


def column(wanted: Input, rng: np.random.Generator) -> pa.Array:
    shape = indicator(wanted.name).shape
    if shape == "text":
        scope = wanted.scope if isinstance(wanted.scope, frozenset) else {str(wanted.nominal)}
        return pa.array(rng.choice(sorted(scope), ROWS), ARROW_TYPES["text"]).dictionary_encode()
    if shape == "number":
        return pa.array(numbers(wanted, ROWS, rng))
    values = pa.array(numbers(wanted, ROWS * LIST_LENGTH, rng))
    return pa.ListArray.from_arrays(np.arange(ROWS + 1, dtype=np.int32) * LIST_LENGTH, values)


def numbers(wanted: Input, count: int, rng: np.random.Generator) -> np.ndarray:
    known = indicator(wanted.name)
    usual = wanted.nominal if isinstance(wanted.nominal, float | int) else known.low
    off = usual * rng.uniform(0.5, 2.0, count) if usual else rng.exponential(0.02, count)
    share = 1.0 if wanted.need in {"must", "either"} else OFF
    return np.clip(np.where(rng.random(count) < share, off, usual), known.low, known.high)


if __name__ == "__main__":
    main()
