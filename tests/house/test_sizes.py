"""One idea per file and per function: what cannot be read at one go is taken apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from sentio.ingest.format import FORMATS

FILE_LINES = 400
FUNCTION_LINES = 50  # its docstring not counted


def too_long(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            first, *_ = node.body
            words = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(node) else 0
            lines = node.end_lineno - node.lineno + 1 - words
            if lines > FUNCTION_LINES:
                yield f"{path.name}: {node.name} has {lines} lines"


def test_no_source_file_is_longer_than_four_hundred_lines(root: Path) -> None:
    files = [*(root / "src").rglob("*.py")]

    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path in files}

    assert {name: count for name, count in lines.items() if count > FILE_LINES} == {}


def test_no_function_is_longer_than_fifty_lines(root: Path) -> None:
    files = [*(root / "src").rglob("*.py")]

    assert [said for path in files for said in too_long(path)] == []


def test_the_folder_of_formats_holds_one_public_file_a_format(root: Path) -> None:
    files = {path.stem for path in (root / "src/sentio/ingest/formats").glob("*.py")}

    assert files - {"__init__"} == set(FORMATS.names())
