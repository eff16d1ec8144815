"""Pages on what goes wrong: the tree of errors, and why a row is rejected."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import sentio
from _pages.markdown import code, page, table
from sentio.api.problems import STATUS
from sentio.ingest.piece import REASONS
from sentio.kernel.errors import SentioError

PACKAGE = Path(sentio.__file__).parent


def errors() -> str:
    """Every error that Sentio explains to a person."""
    rows = [
        [
            "\N{EM SPACE}" * depth + code(each.__name__),
            code(each.kind),
            ", ".join(code(base.__name__) for base in each.__bases__ if not _is_ours(base)),
            _status(each),
            (inspect.getdoc(each) or "").splitlines()[0],
        ]
        for each, depth in tree()
    ]
    return page(
        "Errors",
        "Every error says what was found, where, what was expected and what to do next; with "
        "`--json`, and as HTTP problem details (RFC 9457), these are fields.",
        table(["Error", "Kind", "Also a", "HTTP", "Meaning"], rows),
    )


def rejections() -> str:
    """Every reason that a row is rejected for."""
    rows = [[code(reason), meaning] for reason, meaning in REASONS.items()]
    return page(
        "Rejection reasons",
        "A row that cannot be used is kept as a dead letter, with file, line, field, one of these "
        "reasons, a sentence, and its bytes (sealed where they could name a person): "
        "`sentio dead-letter list`.",
        table(["Reason", "Meaning"], rows),
    )


def tree() -> list[tuple[type[SentioError], int]]:
    """All errors, parents first, each with how deep it stands; test-made ones left out."""
    for module in sorted(_modules()):
        importlib.import_module(module)
    return [*_below(SentioError, 0)]


def _below(parent: type[SentioError], depth: int) -> Iterator[tuple[type[SentioError], int]]:
    yield parent, depth
    for each in sorted(parent.__subclasses__(), key=_place):
        if each.__module__.startswith("sentio."):
            yield from _below(each, depth + 1)


def _place(each: type[SentioError]) -> str:
    """Put those of the tree's own file first, the others by their modules, however imported."""
    return "" if each.__module__ == SentioError.__module__ else each.__module__


def _modules() -> Iterator[str]:
    """Find the modules that define an error, without importing the rest."""
    known = {each.__name__ for each, _ in _below(SentioError, 0)}
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text("utf-8")
        if not any(f"({name}" in text for name in known):
            continue
        for each in ast.walk(ast.parse(text)):
            if isinstance(each, ast.ClassDef) and known & {
                ast.unparse(base) for base in each.bases
            }:
                yield ".".join(["sentio", *path.relative_to(PACKAGE).with_suffix("").parts])


def _is_ours(base: type) -> bool:
    return issubclass(base, SentioError)


def _status(each: type[SentioError]) -> str:
    found = next((str(status) for parent, status in STATUS if issubclass(each, parent)), "")
    return found or ("its own" if "status" in inspect.signature(each).parameters else "500")
