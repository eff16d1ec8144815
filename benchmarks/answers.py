"""How fast the report's questions are answered, and one subject's history, over N scored uses.

Builds a warehouse of an invented operator through `Warehouse.commit` and `cube.Fold` (or takes one
that was kept), then asks each question many times with other parameters each time. What it tells:

`cube_p95_ms`     95th percentile over all questions to the cube, compiled before
`subject_p95_ms`  the same for the whole history of a random subject, over all days and services
`ratio_to_scan`   time of the same answers from scanning the uses, over that from the cube
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from _report import arguments, report
from _synthetic_uses import FIRST_DAY, SERVICES, Operator, pseudonyms, write
from sentio.store.ask import Answers
from sentio.store.closed import put_in_order
from sentio.store.cube import DAY_NS, HOUR_NS, MINUTE_NS
from sentio.store.warehouse import Warehouse

FILE = "sentio.duckdb"
TIMES_EACH = 20
HISTORIES = 200
SCANS = {
    "service_totals": "SELECT service, count(mos), avg(mos), count(*) FILTER (WHERE mos < 3) "
    "FROM uses GROUP BY service",
    "hourly_course": "SELECT service, ts // 3600000000000 AS hour, count(mos), avg(mos) "
    "FROM uses GROUP BY ALL",
    "worst_members": "SELECT service, cell, count(mos), count(*) FILTER (WHERE mos < 3) "
    "FROM uses GROUP BY ALL",
    "mos_distribution": "SELECT service, floor(mos * 10) AS bin, count(*) FROM uses GROUP BY ALL",
    "subjects_by_service": "SELECT service, count(DISTINCT subject) FROM uses GROUP BY service",
}


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--facts", type=float, default=2e6, help="scored uses (%(default)g)")
    parser.add_argument("--days", type=int, default=7, help="days they are spread over")
    parser.add_argument("--keep", type=Path, help="keep the warehouse here, or take it from here")
    parser.add_argument("--memory-mb", type=int, default=4096, help="memory of the store")
    asked = parser.parse_args()
    operator = Operator(
        facts=int(asked.facts), subjects=max(1000, int(asked.facts) // 100), days=asked.days
    )
    with folder(asked.keep) as place:
        path = place / FILE
        built = {} if path.exists() else build(path, operator, memory_mb=asked.memory_mb)
        warehouse = Warehouse(path, mode="read", memory_limit_mb=asked.memory_mb)
        with warehouse:
            figures = measure(warehouse, operator)
        size = sum(file.stat().st_size for file in place.iterdir())
    report({**figures, **built, "bytes_on_disk": size}, as_json=asked.json)


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    """Give the folder to keep, or one that is gone afterwards."""
    place = kept or Path(tempfile.mkdtemp(prefix="sentio-answers-"))
    place.mkdir(parents=True, exist_ok=True)
    try:
        yield place
    finally:
        if kept is None:
            shutil.rmtree(place)


def build(path: Path, operator: Operator, *, memory_mb: int) -> dict[str, object]:
    """Write the uses, merge the cube, put the days in order; tell how long each took."""
    seconds: dict[str, float] = {}
    with Warehouse(path, memory_limit_mb=memory_mb) as warehouse:
        for name, step in (
            ("write", lambda: write(warehouse, operator)),
            ("merge_cube", warehouse.merge_cube),
            ("put_in_order", lambda: put_in_order(warehouse.con, before="99999999")),
            ("checkpoint", lambda: warehouse.con.execute("CHECKPOINT")),
        ):
            start = time.perf_counter()
            step()
            seconds[name] = round(time.perf_counter() - start, 1)
            print(f"{name}: {seconds[name]} s", file=sys.stderr)
    rate = operator.facts / seconds["write"]
    return {"build_seconds": seconds, "written_facts_per_s": round(rate)}


def measure(warehouse: Warehouse, operator: Operator) -> dict[str, object]:
    rng = np.random.default_rng(operator.seed)
    answers = Answers(warehouse)
    took = {name: timed(answers, name, make, rng) for name, make in questions(operator).items()}
    every = np.concatenate([times[1:] for times in took.values()])
    history = histories(answers, operator, rng)
    scans = scanned(answers)
    cube = {name: float(np.median(took[name][1:])) for name in scans}
    rows = answers.ask("contents").to_pylist()
    cube_rows = answers.sql(
        "SELECT (SELECT count(*) FROM cube_day) AS days, "
        "(SELECT count(*) FROM cube_hour) AS hours, "
        "(SELECT count(*) FROM cube_minute) AS minutes"
    ).to_pylist()[0]
    return {
        "facts": sum(row["rows"] for row in rows),
        "cube_rows": cube_rows,
        "subjects": operator.subjects,
        "cube_p95_ms": percentile(every, 95),
        "subject_p95_ms": percentile(history[3:], 95),
        "subject_p50_ms": percentile(history[3:], 50),
        "ratio_to_scan": round(sum(scans.values()) / sum(cube.values()), 1),
        "questions": {name: told(times) for name, times in took.items()},
        "scans_ms": {name: round(ms, 1) for name, ms in scans.items()},
    }


def questions(operator: Operator) -> dict[str, Callable[[np.random.Generator], dict[str, object]]]:
    """Give for each question of the report a maker of parameters, other ones each time."""
    start = FIRST_DAY * DAY_NS
    hours = operator.days * 24

    def span(rng: np.random.Generator) -> dict[str, object]:
        kind = rng.integers(0, 3)
        if kind == 0:
            return {}
        first = int(rng.integers(0, hours - 12))
        # The last two hours are kept by the minute: there a window may end anywhere.
        last_minute = int(rng.integers(hours * 60 - 110, hours * 60)) if kind == 2 else hours * 60
        return {"since_ns": start + first * HOUR_NS, "until_ns": start + last_minute * MINUTE_NS}

    def service(rng: np.random.Generator) -> str:
        return list(SERVICES)[rng.integers(0, len(SERVICES))]

    def cell(rng: np.random.Generator) -> str:
        return f"cell-{rng.integers(0, operator.cells):05d}"

    def dimension(rng: np.random.Generator) -> str:
        return ("cell", "gnb", "app", "device_model", "slice")[rng.integers(0, 5)]

    return {
        "service_totals": span,
        "mos_distribution": span,
        "hourly_course": lambda rng: {"service": service(rng), **span(rng)},
        "drivers": span,
        "subjects_by_service": span,
        "subjects_together": lambda rng: {"services": tuple(SERVICES), **span(rng)},
        "member_totals": lambda rng: {"dimension": dimension(rng), **span(rng)},
        "member_details": lambda rng: {"members": tuple(cell(rng) for _ in range(10)), **span(rng)},
        "worst_members": lambda rng: {"dimension": dimension(rng), **span(rng)},
        "worst_hours": span,
        "member_hours": lambda rng: {
            "members": tuple(cell(rng) for _ in range(10)), "service": service(rng), **span(rng)
        },
        "source_quality": lambda _: {},
        "contents": lambda _: {},
    }  # fmt: skip


def timed(
    answers: Answers,
    name: str,
    make: Callable[[np.random.Generator], dict[str, object]],
    rng: np.random.Generator,
) -> list[float]:
    """Ask one question many times; the first of each shape compiles it and is set apart."""
    shapes: set[tuple[object, ...]] = set()
    first, times = 0.0, []
    while len(times) < TIMES_EACH:
        given = make(rng)
        spans = (given.get("since_ns"), given.get("until_ns"))
        edges = [at is None or (at % DAY_NS == 0, at % HOUR_NS == 0) for at in spans]
        shape = (*sorted(given), given.get("dimension"), *edges)
        ms = clocked(lambda given=given: answers.ask(name, **given))
        if shape in shapes:
            times.append(ms)
        else:
            first = max(first, ms)
            shapes.add(shape)
    return [first, *times]


def histories(answers: Answers, operator: Operator, rng: np.random.Generator) -> list[float]:
    """Read the whole history of random subjects."""
    people = pseudonyms(rng.integers(0, operator.subjects, HISTORIES))
    return [
        clocked(lambda subject=subject: answers.ask("subject_history", subject=int(subject)))
        for subject in people
    ]


def scanned(answers: Answers) -> dict[str, float]:
    """Work the same answers out from the uses themselves."""
    views = " UNION ALL ".join(
        f"SELECT '{service}' AS service, ts, subject, cell, mos FROM experience_{service}"
        for service in answers.services()
    )
    return {
        name: min(clocked(lambda sql=sql: answers.sql(f"WITH uses AS ({views}) {sql}"))
                  for _ in range(2))
        for name, sql in SCANS.items()
    }  # fmt: skip


def clocked(step: Callable[[], object]) -> float:
    start = time.perf_counter()
    step()
    return (time.perf_counter() - start) * 1e3


def told(times: list[float]) -> dict[str, float]:
    return {
        "first_ms": round(times[0], 1),
        "p50_ms": percentile(times[1:], 50),
        "p95_ms": percentile(times[1:], 95),
    }


def percentile(times: list[float] | np.ndarray, q: int) -> float:
    return round(float(np.percentile(times, q)), 1)


if __name__ == "__main__":
    main()
