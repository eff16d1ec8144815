"""Pages on what is kept: columns of records, columns of the cube, and the questions to them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from _pages.markdown import code, codes, page, table
from sentio.kernel.units import SCALES
from sentio.model.domain import DIMENSIONS, DOMAINS
from sentio.model.record import COLUMNS, EVENT_KINDS, IDENTIFIERS, Kind, Quality
from sentio.store.cube import BINS, KEY, MOS_BINS, POOR_SUBJECTS, SCHEMA, SUBJECTS
from sentio.store.queries import QUESTIONS
from sentio.store.queries.question import Question

SINGLE = {
    "ts": "start of the minute or hour, ns since 1970 UTC",
    "service": "the service model that scored the uses",
    "dimension": "one of the dimensions below",
    "member": "the element, app, device model, slice or segment; `all` of the dimension `all`",
    "n": "uses with a score",
    "unscored": "uses without one, for want of an input that must be there",
    "poor": "uses whose MOS lies below the service's `poor_below`",
    "grounded": "uses scored by a published model with all it needs",
    "mos_sum_e4": "sum of the MOS, in 1e-4",
    "mos_sumsq_e8": "sum of the squares of the MOS, in 1e-8",
    "confidence_sum_e4": "sum of the confidence of the scores, in 1e-4",
    **{f"loss_{name}_e4": f"MOS that the domain {name} cost, summed, in 1e-4" for name in DOMAINS},
}
SERIES = {
    MOS_BINS: f"uses by MOS, {BINS} bins of 0.1 from 1 to 5, the last one closed",
    SUBJECTS: "sketch of all subjects: merged by OR, never added",
    POOR_SUBJECTS: "sketch of the subjects who had a poor use: merged by OR, never added",
}
QUALITIES = {
    Quality.GOOD: "nothing is known against the row",
    Quality.SUSPECT: "the source itself marks it as suspect",
    Quality.LATE: "it came long after the newest row of its input",
    Quality.CLOCK: "its time is doubtful",
    Quality.PARTIAL: "a value of it could not be kept",
}


def cube() -> str:
    """Describe every column of the cube."""
    return page(
        "The cube",
        "`cube_minute`, `cube_hour` and `cube_day`: whole-number totals for each "
        f"({', '.join(KEY)}). Rows of one key are added, never updated, so that edges, workers and "
        "late data give the same cube in any order.",
        table(["Column", "Type", "Meaning"], [*_cube_columns()]),
        "## Dimensions",
        table(["Dimension", "Meaning"], [[code(x), said] for x, said in DIMENSIONS.items()]),
    )


def records() -> str:
    """Describe the columns of every kind of record."""
    parts: list[str] = []
    for kind in Kind:
        rows = [[code(name), str(kept)] for name, kept in COLUMNS[kind].items()]
        parts += [f"## {kind}", table(["Column", "Type"], rows)]
    return page(
        "Records",
        "What readers and column maps fill. `ts` is int64 nanoseconds since 1970 UTC; experience "
        "also takes every [indicator](indicators.md). "
        f"`event_kind` is one of {codes(EVENT_KINDS)}.",
        f"Identifiers, in the clear for the reader only: {codes(IDENTIFIERS)}. The first that is "
        "there becomes `subject`, a keyed pseudonym; none of them leaves the gate.",
        *parts,
        "## quality",
        "Bits that add up:",
        table(["Bit", "Name", "Meaning"], [_bit(each) for each in Quality.__members__.values()]),
        "## Units",
        "What a column map can convert, by the key `unit`:",
        table(["Kept in", "From"], [[code(unit), codes(known)] for unit, known in SCALES.items()]),
    )


def questions() -> str:
    """Every named question."""
    parts: list[str] = []
    for each in QUESTIONS.values():
        source = "Asked of single uses." if each.is_of_facts else ""
        parts += [f"## {each.name}", f"{each.meaning} {source}".strip(), _parameters(each)]
    return page(
        "Questions",
        "What `sentio query` and `sentio.store.ask.Answers` answer. Times are ns since 1970 UTC, "
        "from `since_ns` and before `until_ns`; the cube answers to the minute.",
        *parts,
    )


def _cube_columns() -> Iterator[list[str]]:
    """Fail (KeyError) on a column that has no meaning here."""
    told: set[tuple[str, ...]] = set()
    for field in SCHEMA:
        series = next((names for names in SERIES if field.name in names), None)
        if series is None:
            yield [code(field.name), str(field.type), SINGLE[field.name]]
        elif series not in told:
            told.add(series)
            names = f"{code(series[0])} to {code(series[-1])}"
            yield [names, str(field.type), SERIES[series]]


def _bit(each: Quality) -> list[str]:
    return [str(int(each)), code(each.name), QUALITIES[each]]


def _parameters(each: Question) -> str:
    rows = [
        [code(name), code(one.annotation), _default(one)] for name, one in each.parameters.items()
    ]
    return table(["Parameter", "Type", "Default"], rows) if rows else "No parameters."


def _default(one: inspect.Parameter) -> str:
    if one.default is inspect.Parameter.empty:
        return "must be given"
    return "" if one.default in (None, ()) else code(one.default)
