"""The little Markdown that the reference is written in: titles, tables, code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
NOTICE = "<!-- Made from the code by docs/generate.py: change the code, not this page. -->"
LARGE, SMALL = 1e6, 1e-3


def page(title: str, *parts: str) -> str:
    """Put a page together; parts are paragraphs, tables and further titles."""
    return "\n\n".join([f"# {title}", NOTICE, *(part for part in parts if part)]) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; a bar within a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in lines)


def code(value: object) -> str:
    """Set something as code; nothing stays nothing."""
    return f"`{value}`" if str(value) else ""


def codes(values: Iterable[object]) -> str:
    """Set several things as code, with commas between."""
    return ", ".join(code(value) for value in values)


def number(value: float) -> str:
    """Write a number briefly: 4, 0.25, 1e8, and infinity as nothing."""
    if abs(value) == float("inf"):
        return ""
    is_plain = value == 0 or SMALL <= abs(value) < LARGE
    return f"{value:g}" if is_plain else f"{value:.4g}".replace("e+0", "e").replace("e+", "e")


def linked(name: str, folder: str, *, of: Path = DOCS) -> str:
    """Link a name to its own page in a folder of the documentation, where it has one."""
    has_page = (of / folder / f"{name}.md").is_file()
    return f"[{code(name)}](../{folder}/{name}.md)" if has_page else code(name)


def _cell(text: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ").replace("``", "`").replace("|", "\\|")
