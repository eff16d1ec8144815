"""Every benchmark can be run by a stranger: it is documented, and gives JSON to a program."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SCRIPTS = sorted(path for path in BENCHMARKS.glob("*.py") if not path.name.startswith("_"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_benchmark_stands_in_the_documentation(script: Path, root: Path) -> None:
    page = (root / "docs" / "benchmarks.md").read_text("utf-8")

    assert f"`{script.name}`" in page


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_benchmark_takes_json(script: Path) -> None:
    tree = ast.parse(script.read_text("utf-8"))

    says_so = any(
        isinstance(each, ast.Constant) and each.value == "--json" for each in ast.walk(tree)
    )
    shares_arguments = any(
        isinstance(each, ast.Call) and ast.unparse(each.func) == "arguments"
        for each in ast.walk(tree)
    ) and any(
        isinstance(each, ast.ImportFrom) and each.module == "_report" for each in ast.walk(tree)
    )

    assert says_so or shares_arguments


def test_all_gives_no_option_that_a_script_does_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    every = importlib.import_module("all")
    given = {name: {each for each in said if each[0] == "-"} for name, said in every.QUICK.items()}

    unknown = {
        f"{name} {option}"
        for name, options in given.items()
        for option in options
        if f'"{option}"' not in (BENCHMARKS / f"{name}.py").read_text("utf-8")
    }

    assert {*every.QUICK, *every.DATA} <= set(every.scripts())
    assert unknown == set()
