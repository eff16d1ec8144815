"""How many records a second the simulated operator makes on one core, faults and truth included.

``wires_rows_s`` says how many rows a second of users' records are written as bytes, dirt included,
in the busy hours.

A record is a use of a user or a window of a thing; measurements come on top. Whole days are run, so
that quiet hours count; a fault is on most of the time.
"""

from __future__ import annotations

import resource
import time

import numpy as np

from _report import arguments, report
from sentio.lab.operator.catalogue import USER_SERVICES
from sentio.lab.simulation import MONDAY_NS, Operator, Plan, Scale
from sentio.lab.stream.dirt import Dirt
from sentio.lab.stream.xdr import Probe

FAULTS_A_DAY, DECOYS_A_DAY = 4, 4
WRITTEN_PERIODS = 6  # as bytes, in the evening: a file costs half a millisecond, full or empty
EVENING_NS = MONDAY_NS + 20 * 3600 * 10**9


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--cells", type=int, default=1000, help="size (%(default)s)")
    parser.add_argument("--users", type=int, default=100_000, help="size (%(default)s)")
    parser.add_argument("--things", type=int, default=20_000, help="size (%(default)s)")
    parser.add_argument("--days", type=float, default=1.0, help="to simulate (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of everything (%(default)s)")
    given = parser.parse_args()
    scale = Scale(cells=given.cells, users=given.users, things=given.things)
    began = time.process_time()
    plan = Plan(
        faults=round(FAULTS_A_DAY * given.days),
        decoys=round(DECOYS_A_DAY * given.days),
        days=given.days,
    )
    operator = Operator(scale, seed=given.seed, plan=plan)
    built_s = time.process_time() - began
    report(
        {
            "cells": given.cells,
            "subjects": given.users + given.things,
            "faults": sum(each.harmful for each in operator.truth),
            "built_s": round(built_s, 2),
            **run(operator, round(given.days * 288), given.days),
            "wires_rows_s": wires(Operator(scale, seed=given.seed, start_ns=EVENING_NS)),
        },
        as_json=given.json,
    )


def run(operator: Operator, periods: int, days: float) -> dict[str, float]:
    records, measured, began = 0, 0, time.process_time()
    for period in operator.run(periods):
        records += sum(batch.num_rows for batch in period.uses.values())
        measured += period.measurements.num_rows
    took_s = time.process_time() - began
    return {
        "records_s": round(records / took_s),
        "records_a_day": round(records / days),
        "measurements_a_day": round(measured / days),
        "took_s": round(took_s, 2),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def wires(operator: Operator) -> int:
    """Write the uses of users in some periods as bytes, with the usual dirt; rows a second."""
    probe = Probe(Dirt(np.random.default_rng(1)))
    told = list(operator.run(WRITTEN_PERIODS))
    list(probe.write(told[0].start_ns, told[0].uses))  # what is made once is no speed
    rows = sum(
        each.uses[name].num_rows for each in told for name in USER_SERVICES if name in each.uses
    )
    began = time.process_time()
    for each in told:
        for parcel in probe.write(each.start_ns, each.uses):
            assert parcel.body
    return round(rows / (time.process_time() - began))


if __name__ == "__main__":
    main()
