"""Every file says in its first line what it is, and every public thing what it does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("src", "tests", "benchmarks", "docs")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def undocumented(body: list[ast.stmt], owner: str) -> Iterator[str]:
    for node in body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield f"{owner}.{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node.body, f"{owner}.{node.name}")


def test_the_first_line_of_every_file_says_what_it_is(root: Path) -> None:
    files = [path for folder in FOLDERS for path in (root / folder).rglob("*.py")]

    silent = [
        str(path.relative_to(root))
        for path in files
        if not path.read_text("utf-8").startswith('"""')
        or not (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")
        .split("\n\n")[0]
        .endswith((".", "?"))
    ]

    assert files
    assert silent == []


def test_every_public_function_and_class_has_a_docstring(root: Path) -> None:
    source = root / "src"
    trees = {path: ast.parse(path.read_text("utf-8")) for path in source.rglob("*.py")}

    names = [
        name
        for path, tree in trees.items()
        for name in undocumented(tree.body, str(path.relative_to(source)))
    ]

    assert names == []
