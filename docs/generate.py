"""Make the reference from the code: ``docs/generate.py`` writes the pages, ``--check`` compares."""
# ruff: noqa: INP001  (a script, not a package)

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from _pages import commands, failures, plug_ins, settings, tables
from _pages.markdown import DOCS

REFERENCE = DOCS / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "formats.md": plug_ins.formats,
    "services.md": plug_ins.services,
    "indicators.md": plug_ins.measured,
    "maps.md": plug_ins.maps,
    "records.md": tables.records,
    "settings.md": settings.settings,
    "command-line.md": commands.command_line,
    "errors.md": failures.errors,
    "rejections.md": failures.rejections,
    "cube.md": tables.cube,
    "questions.md": tables.questions,
}


def main() -> int:
    """Write the pages, or with ``--check`` name those that are out of date and give 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if a page is stale")
    wanted = parser.parse_args()
    os.environ.pop("SENTIO_DEFINITIONS", None)  # only what is shipped is told
    if wanted.check:
        found = stale()
        for name in found:
            sys.stderr.write(f"docs/reference/{name} is out of date: run docs/generate.py\n")
        return 1 if found else 0
    REFERENCE.mkdir(exist_ok=True)
    for name in stale():
        (REFERENCE / name).unlink(missing_ok=True)
        if name in PAGES:
            (REFERENCE / name).write_text(PAGES[name](), "utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")
    return 0


def stale() -> list[str]:
    """Name the pages that differ from the code, are missing, or that nothing makes."""
    there = {path.name: path.read_text("utf-8") for path in REFERENCE.glob("*.md")}
    made = {name: make() for name, make in PAGES.items()}
    return sorted(name for name in {*there, *made} if there.get(name) != made.get(name))


if __name__ == "__main__":
    sys.exit(main())
