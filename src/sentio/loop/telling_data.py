"""A fault of the data in one sentence that a person can read aloud."""

from __future__ import annotations

from sentio.model.data_fault import Doubt

FACTORS = (1e9, 1e6, 3600.0, 1000.0, 100.0, 60.0, 8.0)
NEAR = 0.15
ROWS = {"rejected": "rejected", "duplicates": "doubled", "late": "late", "suspect": "suspect"}


def sentence(each: Doubt) -> str:
    """Say what is wrong with the data of a source, and that it is no matter of the network."""
    return f"{_where(each)} {_what(each)}; this is a matter of the data, not of the network."


def _where(each: Doubt) -> str:
    place = f", {each.place_kind} {each.place}" if each.place else ""
    indicator = f", {each.indicator}" if each.indicator else ""
    service = f" of {each.service}" if each.service else ""
    return f"Source {each.source}{place}{indicator}{service}:"


def _what(each: Doubt) -> str:
    seen, usual = f"{100.0 * each.seen:.0f} %", f"usually {100.0 * each.expected:.1f} %"
    ratio = each.seen / max(each.expected, 1e-300)
    found = {
        "silent": f"no records where {each.expected:,.0f} were expected",
        "fewer": f"{100.0 * (1.0 - ratio):.0f} % of the records are missing "
        f"({each.seen:,.0f} came of {each.expected:,.0f})",
        "skewed": f"its clock is about {abs(each.seen):,.0f} s "
        f"{'ahead of' if each.seen > 0 else 'behind'} all others",
        "constant": f"the value does not move from {each.seen:.4g} any more",
        "empty": f"only {seen} of the rows have a value, {usual}",
        "factor": f"values are {_factor(ratio)} of what is usual (units?)",
    }
    return found.get(each.what) or f"{seen} of the rows are {ROWS[each.what]}, {usual}"


def _factor(ratio: float) -> str:
    size = max(ratio, 1.0 / max(ratio, 1e-300))
    near = [f for f in FACTORS if abs(size / f - 1.0) < NEAR]
    named = min(near, key=lambda f: abs(size / f - 1.0), default=size)
    text = f"{named:,.3g}" if named < FACTORS[3] else f"{named:,.0f}"
    return f"{text} times" if ratio > 1.0 else f"one part in {text}"
