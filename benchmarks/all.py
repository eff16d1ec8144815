"""Run every benchmark, one after another; each result goes to ``benchmarks/out/<script>.json``.

Scripts whose samples are not there are skipped, and said to be. Ends with 1 if one failed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from _report import HERE, SHARED, arguments, circumstances

OUT = HERE / "out"
RATINGS = SHARED / "data" / "experience" / "waterloo4_train.csv"

DETECTION = SHARED / "data" / "detection"

DATA: dict[str, Path] = {
    "alarms": DETECTION,
    "causes": DETECTION / "petshop" / "dataset",
    "nab": DETECTION / "nab",
    "perception": RATINGS,
    "ratings": RATINGS,
}
"""What goes by ``--data`` to scripts that cannot do without."""

QUICK: dict[str, tuple[str, ...]] = {
    "answers": ("--facts", "1e5"),
    "care": ("--facts", "1e5", "--degradations", "40"),
    "collection": (
        *("--cells", "60", "--users", "4000", "--things", "800"),
        *("--learn-days", "1", "--days", "0.5", "--faults", "4", "--decoys", "2"),
    ),
    "crash": ("--kills", "3", "--rows", "60000"),
    "experience_index": ("--rows", "200000"),
    "fuzz": ("--inputs", "200"),
    "lab_speed": ("--cells", "36", "--users", "2000", "--things", "400", "--days", "0.1"),
    "record_path": ("--rows", "200000", "--runs", "1", "--no-models"),
    "scoring": ("--seconds", "0.05"),
    "streaming_speed": ("--sessions", "512"),
    "see_and_explain": (
        *("--cells", "60", "--users", "4000", "--things", "800"),
        *("--learn-days", "2", "--days", "0.5", "--faults", "4", "--decoys", "2"),
    ),
    "subject_search": ("--facts", "1e5", "--subjects", "2e4"),
    "tier_one": ("--series", "50000"),
    "works": (
        *("--cells", "60", "--users", "3000", "--things", "600"),
        *("--learn-days", "8", "--days", "2", "--works", "6"),
    ),
}
"""Options that make a script quick, where it has any."""

SHOWN_FIGURES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of one script: ``done``, ``failed`` or ``skipped``, and why."""

    script: str
    outcome: str
    took_s: float = 0.0
    why: str = ""
    figures: dict[str, object] = field(default_factory=dict)


def main() -> int:
    wanted = _arguments()
    names = [name for name in scripts() if not wanted.only or name in wanted.only]
    OUT.mkdir(exist_ok=True)
    runs: list[Run] = []
    for number, name in enumerate(names, start=1):
        _say(f"[{number}/{len(names)}] {name} ...")
        runs.append(run(name, is_quick=wanted.quick))
        _say(f"[{number}/{len(names)}] {name}: {runs[-1].outcome} in {runs[-1].took_s:.0f} s")
    if wanted.json:
        print(json.dumps({**circumstances(), "runs": [asdict(each) for each in runs]}, indent=2))
    else:
        print(table(runs))
    return 1 if any(each.outcome == "failed" for each in runs) else 0


def scripts() -> list[str]:
    """Name every benchmark but this one."""
    names = sorted(path.stem for path in HERE.glob("*.py"))
    return [name for name in names if not name.startswith("_") and name != Path(__file__).stem]


def run(name: str, *, is_quick: bool) -> Run:
    """Run one script and keep what it printed."""
    options = [*(QUICK.get(name, ()) if is_quick else ())]
    if name in DATA:
        if not DATA[name].exists():
            return Run(script=name, outcome="skipped", why=f"{DATA[name].name} is not in {SHARED}")
        options += ["--data", str(DATA[name])]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(HERE / f"{name}.py"), "--json", *options],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    took_s = round(time.monotonic() - began, 1)
    try:
        figures = json.loads(done.stdout)
    except json.JSONDecodeError:
        why = f"it ended with {done.returncode} and no JSON"
        return Run(script=name, outcome="failed", took_s=took_s, why=why)
    _keep(name, {"options": options, "took_s": took_s, "figures": figures})
    outcome, why = (
        ("failed", f"it ended with {done.returncode}") if done.returncode else ("done", "")
    )
    return Run(script=name, outcome=outcome, took_s=took_s, why=why, figures=figures)


def table(runs: list[Run]) -> str:
    """Put all runs under each other, with the first numbers that each gives."""
    rows = [("script", "outcome", "seconds", "first figures")]
    rows += [
        (each.script, each.outcome, f"{each.took_s:.0f}", each.why or ", ".join(_first(each)))
        for each in runs
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
        for row in rows
    )


def _first(each: Run) -> list[str]:
    numbers = [
        f"{name} {value:g}"
        for name, value in each.figures.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return numbers[:SHOWN_FIGURES] or [f"see out/{each.script}.json"]


def _keep(name: str, result: dict[str, object]) -> None:
    told = {"script": f"{name}.py", **circumstances(), **result}
    (OUT / f"{name}.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = arguments(__doc__ or "")
    parser.add_argument("--quick", action="store_true", help="small sizes, where scripts have them")
    parser.add_argument("--only", action="append", choices=scripts(), help="this script alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
