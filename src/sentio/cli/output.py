"""What verbs write: answers to standard output, errors to standard error, for people or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from sentio.kernel.errors import SentioError

AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")
]
"""The option every verb has."""


def answer(value: Mapping[str, Any], text: str, *, as_json: bool) -> None:  # Any: JSON
    """Write an answer: the JSON object, or the text for people."""
    if as_json:
        import orjson

        line = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
        sys.stdout.write(line.decode() + "\n")
    elif text:
        sys.stdout.write(text.rstrip("\n") + "\n")
    sys.stdout.flush()


def tell(error: SentioError, *, as_json: bool) -> None:
    """Write an error: what was found, where, what was expected, what to do next."""
    if as_json:
        import orjson

        sys.stderr.write(orjson.dumps({"error": error.as_dict()}).decode() + "\n")
        return
    parts = [
        ("error", error.what),
        ("where", error.where),
        ("expected", error.expected),
        ("next", error.next_step),
    ]
    for name, part in parts:
        if part:
            sys.stderr.write(f"{name + ':':<9} {part}\n")


def tell_usage(error: Exception) -> None:
    """Write as JSON that a command was not understood."""
    said = str(error.format_message())  # pyright: ignore[reportAttributeAccessIssue]  (the caller asked for it)
    tell(SentioError(said, next_step="Add --help to see what the verb takes."), as_json=True)


def say(line: str) -> None:
    """Say something on the side, on standard error."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def columns(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lay a table out in aligned columns; numbers stand to the right."""
    table = [[cell(each) for each in row] for row in rows]
    is_number = [
        bool(table) and all(_is_number(row[i]) for row in table) for i in range(len(header))
    ]
    widths = [max(len(row[i]) for row in [list(header), *table]) for i in range(len(header))]
    lines = [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, is_number, strict=True)
        ).rstrip()
        for row in [list(header), *table]
    ]
    return "\n".join(lines)


def cell(value: object) -> str:
    """Write one value for people."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def percent(share: float | None) -> str:
    """Write a share as a percentage."""
    return "-" if share is None else f"{100 * share:.1f} %"


def moment(ts_ns: int | None) -> str:
    """Write a moment in UTC, to the second."""
    if ts_ns is None:
        return "-"
    return datetime.fromtimestamp(ts_ns // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(seconds: float | None) -> str:
    """Write a length of time in its two largest units."""
    if seconds is None:
        return "-"
    whole = int(seconds)
    for unit_s, unit, smaller_s, smaller in (
        (86_400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if whole >= unit_s:
            return f"{whole // unit_s} {unit} {whole % unit_s // smaller_s} {smaller}"
    return f"{seconds:.1f} s"


def _is_number(text: str) -> bool:
    return text == "-" or text.replace(",", "").replace(".", "").removesuffix(" %").isdigit()
