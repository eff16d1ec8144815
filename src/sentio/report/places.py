"""Where elements stand and how they fare: from the topology, or else from where uses took place."""

from __future__ import annotations

from sentio.report.asked import Asked, Row
from sentio.report.page import Place

PLACED = ("cell", "gnb", "edge", "server")
ROWS_READ = 2_000_000


def places(asked: Asked, *, uses: int) -> tuple[str, tuple[Place, ...]]:
    """Give the first dimension with known places, and its members with theirs, by name."""
    known = {
        row["element"]: (row["longitude_deg"], row["latitude_deg"])
        for row in asked.answers.ask("element_positions").to_pylist()
    }
    for dimension in PLACED:
        totals = [row for row in _totals(asked, dimension) if row["n"]]
        seen = (
            {} if all(row["member"] in known for row in totals) else _seen(asked, dimension, uses)
        )
        found = tuple(
            Place(
                member=row["member"],
                longitude_deg=at[0],
                latitude_deg=at[1],
                n=row["n"],
                poor=row["poor"],
                mos_mean=row["mos_mean"],
                is_from_topology=row["member"] in known,
            )
            for row in totals
            if (at := known.get(row["member"]) or seen.get(row["member"]))
        )
        if found:
            return dimension, found
    return "", ()


def _totals(asked: Asked, dimension: str) -> list[Row]:
    if len(asked.services) == 1:
        return asked.table(
            "member_totals", dimension=dimension, service=asked.services[0]
        ).to_pylist()
    return asked.table("member_totals", dimension=dimension).to_pylist()


def _seen(asked: Asked, dimension: str, uses: int) -> dict[str, tuple[float, float]]:
    one_in = max(1, uses // ROWS_READ)
    rows = asked.table("median_positions", dimension=dimension, one_in=one_in).to_pylist()
    return {row["member"]: (row["longitude_deg"], row["latitude_deg"]) for row in rows}
