"""Whom a degradation touches, what they are worth to the business, and how many more will be."""

from __future__ import annotations

from collections import Counter

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from sentio.experience.service import SERVICES
from sentio.loop.important import IS_IMPORTANT
from sentio.loop.live import Live
from sentio.loop.looking import Following
from sentio.model.diagnosis import Impact
from sentio.store.warehouse import Warehouse

SAMPLE_ROWS = 20_000
HOUR_NS = 3_600_000_000_000

VALUE = """
    SELECT coalesce(sum(value), 0), count(*) FILTER (is_important) FROM (
        SELECT arg_max(value_per_month, ts) AS value, arg_max({important}, ts) AS is_important
        FROM customer JOIN felt USING (subject) GROUP BY subject
    )
"""


def impact_of(warehouse: Warehouse, live: Live, one: Following, now_ns: int) -> Impact:
    """Count who probably felt a degradation, and foretell an hour more.

    What they did is drawn from a sample of their uses in its scope.
    """
    told, felt = one.told, pa.array(one.subjects, pa.int64())
    drawn = live.detail.fetch(
        told.scope, told.began_ns, now_ns, most_rows=SAMPLE_ROWS, losses=False
    )
    uses = drawn.uses.filter(pc.is_in(drawn.uses.column("subject"), felt))
    by_service = _distinct(uses, "service")
    of_things = sum(n for s, n in by_service.items() if SERVICES[s].subject_kind == "thing")
    things = round(len(felt) * of_things / max(sum(by_service.values()), 1))
    lasted_ns = max(now_ns - told.began_ns, live.watching.watch.period_ns)
    value, important = _worth(warehouse, felt)
    return Impact(
        users=len(felt) - things,
        things=things,
        uses=round(uses.num_rows / max(drawn.share, 1e-9)),
        by_segment=_distinct(uses, "segment"),
        by_slice=_distinct(uses, "slice"),
        by_service=by_service,
        value_per_month=value,
        important=important,
        # distinct subjects grow about with the square root of time
        forecast_subjects=round(len(felt) * (1.0 + HOUR_NS / lasted_ns) ** 0.5),
    )


def _worth(warehouse: Warehouse, felt: pa.Array) -> tuple[float, int]:
    """Add up what customers pay a month, and count the important ones."""
    con = warehouse.con.cursor()
    con.register("felt", pa.table({"subject": felt}))
    try:
        found = con.execute(VALUE.format(important=IS_IMPORTANT)).fetchone()
    except (duckdb.CatalogException, duckdb.BinderException):
        return 0.0, 0
    finally:
        con.unregister("felt")
    return (float(found[0]), int(found[1])) if found else (0.0, 0)


def _distinct(uses: pa.Table, name: str) -> dict[str, int]:
    """Count distinct subjects by a column; empty where the uses do not have it."""
    if name not in uses.column_names:
        return {}
    pairs = set(
        zip(
            uses.column(name).cast(pa.string()).to_pylist(),
            uses.column("subject").to_pylist(),
            strict=True,
        )
    )
    counted = Counter(str(value) for value, _ in pairs if value is not None)
    return dict(counted.most_common())
