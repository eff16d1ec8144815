"""The catalogue of indicators: name with unit, sane range, domain, meaning (TOML files)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sentio.kernel.errors import DefinitionError, UnknownName
from sentio.model.domain import Domain

SHAPES = ("number", "list", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One measurable thing, on an experience record.

    ``low`` and ``high`` bound what can be true at all (not what is good); a value outside is
    an error of the source. ``shape`` is ``number``, ``list`` (several numbers within one use,
    such as the bitrate of each video segment) or ``text`` (such as a codec).
    """

    name: str
    unit: str
    domain: Domain
    meaning: str
    low: float = float("-inf")
    high: float = float("inf")
    shape: str = "number"


@cache
def indicators() -> dict[str, Indicator]:
    """Load the whole catalogue, by name; raises `DefinitionError` on a bad or double entry."""
    found: dict[str, Indicator] = {}
    folder = files("sentio") / "definitions" / "indicators"
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        if not entry.name.endswith(".toml"):
            continue
        for name, row in tomllib.loads(entry.read_text("utf-8")).items():
            if name in found:
                raise DefinitionError(f"indicator {name!r} is defined twice", where=entry.name)
            found[name] = _indicator(name, row, where=entry.name)
    return found


def indicator(name: str) -> Indicator:
    """Look one indicator up; raises `UnknownName` with the nearest name."""
    known = indicators()
    if name not in known:
        raise UnknownName.among("indicator", name, known)
    return known[name]


def _indicator(name: str, row: dict[str, object], *, where: str) -> Indicator:
    try:
        found = Indicator(name=name, **{**row, "domain": Domain(str(row["domain"]))})  # pyright: ignore[reportArgumentType]
    except (KeyError, TypeError, ValueError) as error:
        raise DefinitionError(
            f"indicator {name!r} is malformed ({error})",
            where=where,
            expected="unit, domain, meaning and optionally low, high, shape",
        ) from error
    if found.shape not in SHAPES:
        raise DefinitionError(
            f"indicator {name!r} has shape {found.shape!r}", where=where, expected=str(SHAPES)
        )
    return found
