"""Draw what the watch saw of a service in a span: MOS by the minute, and the degradations over it.

``python docs/draw_watched.py DATA_FOLDER SERVICE FROM TO OUT.svg``, times as ISO 8601 in UTC.
"""
# ruff: noqa: INP001  (a script, not a package)

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sentio.model.degradation import Degradation
from sentio.store.ask import Answers
from sentio.store.state import StateStore
from sentio.store.state.told import Told, Wanted

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, LANE = 900, 300, 40, 12, 24, 9
MINUTE_NS, HOUR_NS = 60_000_000_000, 3_600_000_000_000
STYLE = "font:11px sans-serif;fill:#555"


def main() -> None:
    """Read the arguments, draw, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("service")
    parser.add_argument("since", type=moment_ns)
    parser.add_argument("until", type=moment_ns)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    span = given.since, given.until
    with Answers(given.data / "sentio.duckdb") as answers:
        rows = answers.ask("period_totals", step_minutes=1, since_ns=span[0], until_ns=span[1])
    points = [
        (row["period"], row["mos_sum_e4"] / 1e4 / row["n"])
        for row in rows.to_pylist()
        if row["dimension"] == "all" and row["service"] == given.service
    ]
    with StateStore.open(f"sqlite:///{given.data / 'state.db'}") as state:
        wanted = Wanted(since_ns=span[0], until_ns=span[1], service=given.service)
        seen = Told(state).degradations(wanted, limit=1000)[::-1]
    given.out.write_text("\n".join(drawn(points, seen, span)) + "\n", "utf-8")


def moment_ns(text: str) -> int:
    """Read a time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


def drawn(
    points: list[tuple[int, float]], seen: list[Degradation], span: tuple[int, int]
) -> Iterator[str]:
    """Give the lines of the picture."""
    bottom = HEIGHT - BOTTOM
    lanes = lanes_of(seen)
    plot = bottom - LANE * (max(lanes, default=0) + 1) - 6

    def x(ts_ns: int) -> float:
        share = (min(max(ts_ns, span[0]), span[1]) - span[0]) / (span[1] - span[0])
        return LEFT + share * (WIDTH - LEFT - 8)

    def y(mos: float) -> float:
        return plot - (mos - 1.0) / 4.0 * (plot - TOP)

    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    yield "<title>MOS by the minute, and the degradations that the watch saw</title>"
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    for mos in range(1, 6):
        line = f'x1="{LEFT}" x2="{WIDTH - 8}" y1="{y(mos):.1f}" y2="{y(mos):.1f}"'
        yield f'<line {line} stroke="#e4e4e4"/>'
        place = f'x="{LEFT - 8}" y="{y(mos) + 4:.1f}" text-anchor="end"'
        yield f'<text {place} style="{STYLE}">{mos}</text>'
    for hour in range(span[0] // HOUR_NS + 1, span[1] // HOUR_NS + 1):
        at = f"{hour % 24:02d}:00"
        place = f'x="{x(hour * HOUR_NS):.1f}" y="{HEIGHT - 8}" text-anchor="middle"'
        yield f'<text {place} style="{STYLE}">{at}</text>'
    for one, lane in zip(seen, lanes, strict=True):
        left, right = x(one.began_ns), x(one.ended_ns or span[1])
        wide = max(right - left, 2.0)
        yield (
            f'<rect x="{left:.1f}" y="{TOP}" width="{wide:.1f}" height="{plot - TOP}" '
            'fill="#c0392b" fill-opacity="0.12"/>'
        )
        where = ", ".join(f"{name} {member}" for name, member in one.scope.items()) or "everywhere"
        yield (
            f'<rect x="{left:.1f}" y="{plot + 6 + LANE * lane}" width="{wide:.1f}" height="6" '
            f'fill="#c0392b"><title>{one.id} {where}</title></rect>'
        )
    for ts_ns, mos in points:
        yield f'<circle cx="{x(ts_ns):.1f}" cy="{y(mos):.1f}" r="1.6" fill="#2c3e50"/>'
    yield "</svg>"


def lanes_of(seen: list[Degradation]) -> list[int]:
    """Put degradations that overlap under each other."""
    until: list[int] = []
    lanes: list[int] = []
    for one in seen:
        ended_ns = (one.ended_ns or 2**62) + MINUTE_NS
        free = next((i for i, end in enumerate(until) if end <= one.began_ns), len(until))
        until[free : free + 1] = [ended_ns]
        lanes.append(free)
    return lanes


if __name__ == "__main__":
    main()
