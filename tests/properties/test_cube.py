"""The cube merges exactly: any order, any split, any repetition of the merge gives the same."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.store.cube import CUBES, MOS_BINS, SUBJECTS, TOTALS, Fold, Scored
from sentio.store.sketch import estimate

HOUR_NS = 3_600_000_000_000


def scored(seed: int, rows: int) -> Scored:
    rng = np.random.default_rng(seed)
    mos = rng.uniform(1, 5, rows)
    mos[rng.random(rows) < 0.1] = np.nan
    return Scored(
        ts=rng.integers(0, 3 * HOUR_NS, rows),
        subject=rng.integers(-(2**63), 2**63 - 1, rows),
        mos=mos,
        confidence=rng.random(rows),
        grounded=rng.random(rows) < 0.5,
        loss=rng.uniform(0, 1, (6, rows)),
        members={"cell": (rng.integers(-1, 5, rows).astype(np.int32), [f"c{i}" for i in range(5)])},
        poor_below=3.0,
    )


def merged(*batches: pa.RecordBatch) -> list[tuple[object, ...]]:
    con = duckdb.connect()
    con.register("cube", pa.Table.from_batches(batches))
    totals = ", ".join(f"sum({name})" for name in (*TOTALS, *MOS_BINS))
    sketches = ", ".join(f"bit_or({name})" for name in SUBJECTS)
    return con.execute(
        f"SELECT ts, dimension, member, {totals}, {sketches} FROM cube GROUP BY ALL ORDER BY ALL"
    ).fetchall()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 300), cut=st.floats(0, 1))
def test_folding_in_parts_is_folding_at_once(seed: int, rows: int, cut: float) -> None:
    whole = scored(seed, rows)
    first = np.arange(rows) < int(cut * rows)
    together, left, right = Fold("web"), Fold("web"), Fold("web")

    together.add(whole)
    right.add(whole.where(~first))
    left.add(whole.where(first))

    at_once, parts = together.cubes(), (right.cubes(), left.cubes())
    for cube in CUBES:
        assert merged(at_once[cube]) == merged(*(part[cube] for part in parts))


def test_every_use_is_in_the_total_of_each_dimension_that_names_it() -> None:
    batch = scored(7, 1000)
    fold = Fold("web")

    fold.add(batch)

    rows = fold.cubes()["cube_minute"].to_pylist()
    of_all = [row for row in rows if row["dimension"] == "all"]
    of_cells = [row for row in rows if row["dimension"] == "cell"]
    assert sum(row["n"] + row["unscored"] for row in of_all) == 1000
    named = int((batch.members["cell"][0] >= 0).sum())
    assert sum(row["n"] + row["unscored"] for row in of_cells) == named
    assert all(row["n"] == sum(row[name] for name in MOS_BINS) for row in rows)


def test_distinct_subjects_are_counted_within_a_third_of_the_truth() -> None:
    for truth in (1, 40, 3_000, 200_000):
        fold = Fold("web")
        rng = np.random.default_rng(truth)
        people = rng.integers(-(2**63), 2**63 - 1, truth)
        batch = scored(1, 2 * truth)
        twice = np.concatenate([people, people])
        fold.add(
            Scored(
                ts=np.zeros(2 * truth, dtype=np.int64), subject=twice, mos=batch.mos,
                confidence=batch.confidence, grounded=batch.grounded, loss=batch.loss, members={},
                poor_below=3.0,
            )
        )  # fmt: skip
        row = fold.cubes()["cube_minute"].to_pylist()[0]
        found = estimate(np.array([[row[name] for name in SUBJECTS]]))[0]
        assert abs(found / truth - 1) < 0.33, (truth, found)
