"""Look at the head of a delimited file: delimiter, header or none, and the map that fits."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from sentio.ingest.maps import ColumnMap, Record, Rule, find, shipped
from sentio.model.indicator import indicators
from sentio.model.record import EXPERIENCE, IDENTIFIERS

DELIMITERS = "|\t;,"
SURE = 0.9
NAMED_SHARE = 0.7  # of the columns a map reads must be in a header, for the map to fit
TIME_TEXT = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?[T_ ]\d\d?[:.]\d\d|\d{10}(\.\d+)?$|\d{13,19}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a delimited file is laid out."""

    delimiter: str
    has_header: bool
    has_quotes: bool
    names: tuple[str, ...]
    map: ColumnMap
    sample: tuple[str, ...]


def recognise(head: bytes, wanted: str = "") -> tuple[Layout | None, float]:
    """Find the layout of a file from its first bytes, with a confidence in [0, 1].

    ``wanted`` names the map to use; without it, the shipped maps are tried by their column names
    (files with a header) and by their number of columns (files without).
    """
    lines = _complete_lines(head)
    if not lines:
        return None, 0.0
    candidates = [find(wanted)] if wanted else [*shipped().values()]
    best: tuple[Layout | None, float] = (None, 0.0)
    for delimiter in DELIMITERS:
        rows = _rows(lines[:20], delimiter)
        for each in candidates:
            found = _fit(each, delimiter, rows, is_wanted=bool(wanted))
            if found and found[1] > best[1]:
                best = found
        if not wanted and best[1] < SURE:
            found = _canonical(delimiter, rows)
            if found and found[1] > best[1]:
                best = found
    return best


def map_for_names(names: list[str], wanted: str) -> ColumnMap | None:
    """Find the map for a table with these column names, or None; ``wanted`` names it outright."""
    if wanted:
        return find(wanted)
    named = set(names)
    fitting = [each for each in shipped().values() if _share(each, named) >= NAMED_SHARE]
    if fitting:
        return max(fitting, key=lambda each: (_share(each, named), len(each.sources)))
    return _canonical_map(names)


def _share(owner: ColumnMap, named: set[str]) -> float:
    """How much of what a map reads by name is there; 0 for maps by index and for single names."""
    needed = [name for name in owner.sources if not name.startswith("#")]
    present = sum(name in named for name in needed)
    return present / len(needed) if present > 1 else 0.0


def _fit(  # noqa: PLR0911  (one way to fit a return)
    owner: ColumnMap, delimiter: str, rows: list[list[str]], *, is_wanted: bool
) -> tuple[Layout, float] | None:
    if owner.delimiter not in ("auto", delimiter) or not rows or len(rows[0]) < 2:
        return None
    first = [cell.strip() for cell in rows[0]]
    data = rows[1] if len(rows) > 1 else []
    share = _share(owner, set(first))
    if share >= NAMED_SHARE:
        sure = SURE + 0.09 * share + len(owner.sources) / 1e5  # the fuller map of two that fit
        return _layout(owner, delimiter, first, data, has_header=True), sure
    width = len(first)
    if owner.width == width and _has_times(owner, first):
        names = [f"#{i}" for i in range(width)]
        return _layout(owner, delimiter, names, first, has_header=False), SURE
    if owner.layout and width == len(owner.layout) and _has_times(owner, first):
        return _layout(owner, delimiter, owner.layout, first, has_header=False), SURE
    if is_wanted and owner.layout and width >= 2:
        names = [*owner.layout, *(f"#{i}" for i in range(len(owner.layout), width))][:width]
        return _layout(owner, delimiter, names, first, has_header=False), 0.3 + width / 1000
    if is_wanted and not owner.layout:
        names = [f"#{i}" for i in range(width)]
        return _layout(owner, delimiter, names, first, has_header=False), 0.2 + width / 1000
    return None


def _canonical(delimiter: str, rows: list[list[str]]) -> tuple[Layout, float] | None:
    """Take a header that already speaks our words, with a time and at least one indicator."""
    if len(rows) < 1 or len(rows[0]) < 2:
        return None
    first = [cell.strip() for cell in rows[0]]
    owner = _canonical_map(first)
    if owner is None:
        return None
    return _layout(owner, delimiter, first, rows[1] if len(rows) > 1 else [], has_header=True), SURE


def _canonical_map(first: list[str]) -> ColumnMap | None:
    known = {*EXPERIENCE, *IDENTIFIERS, *indicators()}
    ours = [name for name in first if name in known]
    if "ts" not in ours or len(ours) < 3 or len(ours) < 0.6 * len(first):
        return None
    columns = {name: Rule.model_validate({"from": name}) for name in ours}
    service: str | Rule = Rule.model_validate({"from": "service"}) if "service" in first else ""
    return ColumnMap(
        name="canonical",
        title="columns named as Sentio names them",
        record=[Record(service=service, columns=columns)],
    )


def _layout(
    owner: ColumnMap, delimiter: str, names: list[str], sample: list[str], *, has_header: bool
) -> Layout:
    quoting = owner.quoting
    return Layout(
        delimiter=delimiter,
        has_header=has_header,
        # probes write free text without quotes: a lone quote there must not swallow lines
        has_quotes=quoting == "yes" or (quoting == "auto" and delimiter in ",;"),
        names=tuple(_unique(names)),
        map=owner,
        sample=tuple(sample),
    )


def _has_times(owner: ColumnMap, row: list[str]) -> bool:
    names = owner.layout or [f"#{i}" for i in range(len(row))]
    wanted = [
        names.index(owner.column(rule.sources[0]))
        for record in owner.record
        for name, rule in record.columns.items()
        if name == "ts"
    ]
    return bool(wanted) and all(TIME_TEXT.match(row[i].strip()) for i in wanted)


def _unique(names: list[str]) -> list[str]:
    seen: set[str] = set()
    out: list[str] = []
    for i, name in enumerate(names):
        fresh = name if name and name not in seen else f"#{i}"
        seen.add(fresh)
        out.append(fresh)
    return out


def _complete_lines(head: bytes) -> list[str]:
    text = head.decode("utf-8-sig", "replace")
    lines = text.split("\n")
    if len(lines) > 1:
        lines = lines[:-1]
    filled = [stripped for line in lines if (stripped := line.rstrip("\r"))]
    plain = [line for line in filled if "\0" not in line]
    # a damaged line among others is left out; a binary file, or UTF-16, has zeros everywhere
    is_text = filled[:1] == plain[:1] and 4 * len(plain) >= len(filled)
    return plain if is_text else []


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    quoted = delimiter in ",;"
    try:
        reader = csv.reader(
            io.StringIO("\n".join(lines)),
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        )
        return [row for row in reader if row]
    except csv.Error:
        return []
