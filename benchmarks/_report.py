"""What all benchmarks share: arguments, where the samples are, how results are printed."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("SENTIO_SHARED", HERE.parents[1] / "shared"))


def arguments(description: str, *, data: str = "") -> argparse.ArgumentParser:
    """Make the parser of a benchmark: ``--json``, and ``--data`` where it reads samples.

    ``data`` is the default folder, below the folder of public samples.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    if data:
        parser.add_argument(
            "--data", type=Path, default=SHARED / data, help="folder of samples (%(default)s)"
        )
    return parser


def circumstances() -> dict[str, str]:
    """Tell on what machine, when and from what commit a figure comes."""
    return {
        "machine": f"{_processor()}, {os.cpu_count()} processors, {platform.system()}",
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
    }


def report(figures: Mapping[str, object], *, as_json: bool) -> None:
    """Print the figures of a benchmark, with where they come from."""
    told = {**figures, "circumstances": circumstances()}
    if as_json:
        print(json.dumps(told, indent=2))
        return
    for line in _lines(told, ""):
        print(line)


def _lines(value: object, indent: str) -> list[str]:
    if isinstance(value, Mapping):
        width = max((len(str(key)) for key in value), default=0)
        lines: list[str] = []
        for key, inner in value.items():
            if isinstance(inner, Mapping | list) and inner:
                lines += [f"{indent}{key}", *_lines(inner, indent + "  ")]
            else:
                lines.append(f"{indent}{key!s:<{width}}  {_short(inner)}")
        return lines
    if isinstance(value, list):
        return [f"{indent}- {_short(each)}" for each in value]
    return [f"{indent}{_short(value)}"]


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return "none" if value in ({}, []) else str(value)


def _processor() -> str:
    try:
        found = Path("/proc/cpuinfo").read_text("utf-8").split("model name", 1)[1]
    except (OSError, IndexError):
        return platform.processor() or platform.machine()
    return found.split("\n", 1)[0].strip(" :\t")


def _commit() -> str:
    try:
        told = subprocess.run(
            ["git", "-C", str(HERE), "describe", "--always", "--dirty", "--abbrev=10"],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return told.stdout.strip()
