"""The words of the report, all in one file: ``words.toml`` beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def catalogue() -> dict[str, Any]:  # Any: TOML
    """Load all words."""
    return tomllib.loads((files("sentio.report") / "words.toml").read_text("utf-8"))


def word(key: str, **filled: object) -> str:
    """Give the words at ``section.name``, their braces filled in."""
    section, name = key.split(".")
    return str(catalogue()[section][name]).format(**filled)


def named(section: str, name: str) -> str:
    """Give the word for a thing of a closed set, or its own name where there is none."""
    return str(catalogue()[section].get(name, name))


def reading() -> list[dict[str, str]]:
    """Give the terms that the page explains, each with its text."""
    return list(catalogue()["reading"])
