"""Claim: acting by itself, the platform gives back most of what healable faults would have cost.

The same week is played twice from the same seed: once nobody acts (autonomy *observe*), once the
loop does (*act*). A minute is lost where a use is made noticeably worse, by a fault or by an
action: each such use stands for the five minutes of its period. What each action truly did is
measured by playing the periods after it once more without it (`_closed_truth`); each is checked
against the guards a second time (`_closed_guards`); planned works are foretold in the same week.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from _closed_figures import figures
from _closed_run import Closed
from _report import arguments, report
from _works_run import City
from see_and_explain import A_DAY, PERIOD_NS, add_run, city
from sentio.lab.simulation import Operator


def main() -> None:
    parser = arguments(__doc__ or "")
    add_run(parser)
    add_works(parser)
    parser.add_argument("--policy", default="default")
    parser.add_argument("--learned", help="keep what was learned in this file, or go on from it")
    parser.add_argument("--save", help="keep what was told and done in this file, to look into")
    given = parser.parse_args()
    began = time.perf_counter()
    acted = learned(given)
    acted.play()
    truth = observed(given).truth
    if given.save:
        acted.save_all(given.save, truth)
    found = figures(acted, truth)
    faults, rows = found.pop("faults"), found.pop("rows")
    took_s = time.perf_counter() - began
    report({**found, "took_s": took_s, "faults": faults, "rows": rows}, as_json=given.json)


def add_works(parser: argparse.ArgumentParser) -> None:
    """Let the planned works of the week be described by arguments."""
    parser.add_argument("--works", type=int, default=12, help="every second one is harmless")
    parser.add_argument("--shortest-hours", type=float, default=4.0)
    parser.add_argument("--longest-hours", type=float, default=12.0)
    parser.add_argument("--lead-hours", type=float, default=12.0, help="before a work begins")


def learned(given) -> Closed:
    """Let awareness learn; where that is kept in a file, it is read instead."""
    acted = Closed(given)
    if given.learned and Path(given.learned).exists():
        acted.go_on(given.learned)
        return acted
    acted.play_until(acted.learning)
    if given.learned:
        acted.keep(given.learned)
    return acted


def observed(given) -> Operator:
    """Play the same week with nobody acting; nothing that comes before matters to it."""
    operator = city(given)
    City(given, operator)  # which plans the works
    operator.now_ns += round(given.learn_days * A_DAY) * PERIOD_NS
    for at in range(round(given.days * A_DAY)):
        operator.step()
        if at % A_DAY == 0:
            print(f"day {at // A_DAY} of the week in which nobody acts", file=sys.stderr)
    return operator


if __name__ == "__main__":
    main()
