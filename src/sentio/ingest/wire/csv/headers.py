"""Headers of measured tables, which may stand behind some lines of preamble."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sentio.ingest.wire.csv.records import DELIMITERS

HEADER_LINES = 5
"""The header stands within this many lines; what stands before it is preamble, not rows."""

MOST_COLUMNS = 1024
"""A line of more fields names no columns of a measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The names of the columns, what divides them, and the line they stand on.

    ``names`` are `plain_name` and each is there once; ``printed`` are the same as they stand there.
    """

    names: tuple[str, ...]
    printed: tuple[str, ...]
    delimiter: str
    line: int

    def as_printed(self, name: str) -> str:
        """Give a column's name as it stands in the input."""
        return self.printed[self.names.index(name)]


def find_header(text: bytes, wanted: Sequence[frozenset[str]]) -> Header | None:
    """Find the line that names columns: one of each wanted set, by `plain_name` names."""
    head = text.removeprefix(b"\xef\xbb\xbf").split(b"\n", HEADER_LINES)[:HEADER_LINES]
    for number, line in enumerate(head, start=1):
        delimiter = max(DELIMITERS, key=line.count)
        if line.count(delimiter) >= MOST_COLUMNS:
            continue
        printed = line.decode("utf-8", "replace").split(delimiter.decode())
        names = [plain_name(name) for name in printed]
        if all(one_of & set(names) for one_of in wanted):
            return Header(
                names=_unique(names),
                printed=tuple(name.strip('" \r') for name in printed),
                delimiter=delimiter.decode(),
                line=number,
            )
    return None


def up_to(header: Header | None, head: bytes) -> bytes:
    """Give the beginning of an input, the line of the header included."""
    lines = head.splitlines(keepends=True)
    return b"" if header is None else b"".join(lines[: header.line]).rstrip(b"\r\n") + b"\n"


def plain_name(name: str) -> str:
    """Bring a column's name to lower case without anything but letters and digits."""
    return re.sub(r"[\W_]+", "", name.lower())


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(result)
