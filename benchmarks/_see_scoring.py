"""How well a run saw and explained: what was told, against the truth of the lab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Hypothesis

ENOUGH_SESSIONS = 30
LEAST_COMMON = 0.3  # of the subjects of a degradation that a fault must have touched
NAMED = 0.9  # what naming the whole scope of a fault counts for
CALIBRATION_BINS = 5
SHOWN = 3  # causes that a diagnosis is read by


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The truth of one fault or decoy, as far as scoring needs it."""

    name: str
    kind: str
    scope: dict[str, str]
    element: str
    domain: str
    start_ns: int
    end_ns: int
    is_harmful: bool
    sessions: int
    subjects: np.ndarray
    by_period: dict[int, int]  # start of the period -> touched sessions


@dataclass(slots=True)
class Told:
    """One degradation as the run left it, with its diagnosis."""

    degradation: Degradation
    subjects: np.ndarray
    causes: Sequence[Hypothesis]
    fault: Fault | None = None
    others: list[Fault] = field(default_factory=list)


def match(told: Sequence[Told], faults: Sequence[Fault], *, period_ns: int) -> None:
    """Say of each degradation which fault it shows: the one whose subjects it shares most.

    Of two that share all of them, one within the other, it shows that which it is more like. Where
    a fault is felt by few of those within its scope, naming just that scope is enough.
    """
    for one in told:
        best, most = None, 0.0
        for fault in faults:
            if not fault.is_harmful or not _at_once(one.degradation, fault, period_ns):
                continue
            common = np.intersect1d(one.subjects, fault.subjects).size
            found = common / max(len(one.subjects), 1)
            if common and fault.scope.items() <= dict(one.degradation.scope).items():
                found = max(found, NAMED)
            alike = found + _jaccard(one.subjects, fault.subjects)
            if found > LEAST_COMMON and alike > most:
                best, most = fault, alike
        one.fault = best


def figures(
    told: Sequence[Told], faults: Sequence[Fault], *, period_ns: int, days: float
) -> dict[str, object]:
    """Give the figures of a run, and one row a fault.

    Causes, domains and subjects are judged on the faults that were seen: what was missed has its
    own figure, recall. ``top1_of_all`` and ``top3_of_all`` count the missed as wrong too.
    """
    match(told, faults, period_ns=period_ns)
    wanted = [f for f in faults if f.is_harmful and f.sessions >= ENOUGH_SESSIONS]
    decoys = [f for f in faults if not f.is_harmful]
    rows = [_row(fault, told, period_ns) for fault in wanted]
    seen = [row for row in rows if row["seen"]]
    return {
        "faults": len(wanted),
        "recall": _mean([row["seen"] for row in rows]),
        "false_per_day": sum(one.fault is None for one in told) / days,
        "median_delay_periods": _median([row["delay_periods"] for row in seen]),
        "top1": _mean([row["rank"] == 1 for row in seen]),
        "top3": _mean([0 < row["rank"] <= 3 for row in seen]),
        "top1_of_all": _mean([row["rank"] == 1 for row in rows]),
        "top3_of_all": _mean([0 < row["rank"] <= 3 for row in rows]),
        "domain_f1": domain_f1([(row["domain"], row["domain_told"]) for row in seen]),
        "subjects_jaccard": _mean([row["jaccard"] for row in seen]),
        "calibration_error": calibration_error(told),
        "calibration_error_first": calibration_error(told, shown=1),
        "decoys": len(decoys),
        "decoys_blamed": _mean([_is_blamed(decoy, told, period_ns) for decoy in decoys]),
        "repeats": len([one for one in told if one.fault is not None]) - len(seen),
        "rows": rows,
    }


def is_right(cause: Hypothesis, fault: Fault) -> bool:
    """Tell whether a cause names the truth: its element, or all of its attributes."""
    return cause.element == fault.element or dict(cause.scope) == fault.scope


def domain_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Give the mean F1 over the domains that occur in the truth."""
    found = []
    for domain in sorted({truth for truth, _ in pairs}):
        both = sum(t == domain and s == domain for t, s in pairs)
        said = sum(s == domain for _, s in pairs)
        true = sum(t == domain for t, _ in pairs)
        found.append(2 * both / max(said + true, 1))
    return _mean(found)


def calibration_error(told: Sequence[Told], *, shown: int = SHOWN) -> float:
    """Give the expected calibration error of the probabilities of the first causes shown.

    Each stated probability counts; it is right where its cause is the first that names the truth.
    """
    sure = [
        (cause.probability, _rank(one) == place)
        for one in told
        for place, cause in enumerate(one.causes[:shown], 1)
    ]
    if not sure:
        return 0.0
    p, right = (np.array(each, dtype=float) for each in zip(*sure, strict=True))
    at = np.minimum((p * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return float(
        sum(
            abs(p[at == b].mean() - right[at == b].mean()) * (at == b).mean() for b in np.unique(at)
        )
    )


def _rank(one: Told) -> int:
    if one.fault is None:
        return 0
    for place, cause in enumerate(one.causes, 1):
        if is_right(cause, one.fault):
            return place
    return 0


def _row(fault: Fault, told: Sequence[Told], period_ns: int) -> dict:
    mine = sorted((t for t in told if t.fault is fault), key=lambda t: t.degradation.seen_ns)
    row = {
        "name": fault.name,
        "kind": fault.kind,
        "scope": fault.scope,
        "element": fault.element,
        "domain": fault.domain,
        "sessions": fault.sessions,
        "subjects": len(fault.subjects),
        "seen": bool(mine),
        "delay_periods": None,
        "rank": 0,
        "domain_told": "",
        "jaccard": 0.0,
    }
    if not mine:
        return row
    best = max(mine, key=lambda t: _jaccard(t.subjects, fault.subjects))
    everyone = np.unique(np.concatenate([t.subjects for t in mine]))
    ranks = [rank for t in mine if (rank := _rank(t))]
    cause = best.causes[0] if best.causes else None
    return row | {
        "told": [dict(t.degradation.scope) for t in mine],
        "delay_periods": (mine[0].degradation.seen_ns - _enough_ns(fault, period_ns)) / period_ns,
        "rank": min(ranks, default=0) if len(mine) == 1 else (_rank(best) or 0),
        "cause_told": f"{cause.element} {dict(cause.scope)} p={cause.probability:.2f}"
        if cause
        else "",
        "domain_told": cause.domain if cause else "",
        "jaccard": max(_jaccard(everyone, fault.subjects), _jaccard(best.subjects, fault.subjects)),
    }


def _enough_ns(fault: Fault, period_ns: int) -> int:
    """Give the end of the period in which enough sessions had been touched."""
    sessions = 0
    for start_ns in sorted(fault.by_period):
        sessions += fault.by_period[start_ns]
        if sessions >= ENOUGH_SESSIONS:
            return start_ns + period_ns
    return fault.end_ns


def _at_once(one: Degradation, fault: Fault, period_ns: int) -> bool:
    ended_ns = one.ended_ns if one.ended_ns is not None else 2**62
    return one.began_ns < fault.end_ns + 2 * period_ns and ended_ns > fault.start_ns - period_ns


def _is_blamed(decoy: Fault, told: Sequence[Told], period_ns: int) -> bool:
    return any(
        one.fault is None or one.fault.element != decoy.element
        for one in told
        if one.causes
        and _at_once(one.degradation, decoy, period_ns)
        and is_right(one.causes[0], decoy)
    )


def _jaccard(one: np.ndarray, other: np.ndarray) -> float:
    both = np.intersect1d(one, other).size
    return both / max(len(np.union1d(one, other)), 1)


def _mean(values: Sequence[float | bool]) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if len(values) else 0.0
