"""What a need rests on beside its own diagnosis: other declines, and who uses its suspects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sentio.awareness.series import Place
from sentio.decision.need import MINUTE_NS, Need
from sentio.experience.requirements import latency_limits_ms
from sentio.loop.looking import Following
from sentio.loop.opened import Counts, WithId
from sentio.model.diagnosis import Diagnosis

WINDOW, WINDOW_PERIODS = 2, 25.0  # over which uses are counted (`awareness.kernel.WINDOWS`):
# the longest, for uses that a decline explains are taken out of the last periods
MOST_CAUSES = 3
OF_SERVICES = ("ims",)  # kinds of functions that calls alone lead through (TS 23.228)
TOGETHER_PERIODS, POOLED_FROM = 3, 0.5


def pooled(
    open_: Sequence[Following], made: Mapping[str, WithId], period_ns: int
) -> dict[str, Diagnosis]:
    """Put together what declines that began at once say of one cause: each speaks for it."""
    found = {name: diagnosis for name, (_, diagnosis) in made.items()}
    began = {one.told.id: one.told.began_ns for one in open_}
    for name, diagnosis in list(found.items()):
        first = diagnosis.cause
        if first is None or first.probability < POOLED_FROM or name not in began:
            continue
        doubt = 1.0
        for other, (_, its) in made.items():
            cause, at_ns = its.cause, began.get(other)
            if cause is None or at_ns is None or cause.element != first.element:
                continue
            if abs(at_ns - began[name]) <= TOGETHER_PERIODS * period_ns:
                doubt *= 1.0 - cause.probability
        surer = replace(first, probability=max(first.probability, 1.0 - doubt))
        found[name] = replace(diagnosis, hypotheses=(surer, *diagnosis.hypotheses[1:]))
    return found


def uses_per_min(need: Need, watch: Counts, period_ns: int) -> dict[str, float]:
    """Tell how many uses each suspect has a minute, and all together by the name `all`.

    Of a function that only some services lead through, those of the degradation's services count.
    """
    found: dict[str, float] = {}
    minutes = WINDOW_PERIODS * period_ns / MINUTE_NS
    causes = need.diagnosis.hypotheses[:MOST_CAUSES]
    for kind, name in (("all", "all"), *((c.element_kind, c.element) for c in causes)):
        services = need.degradation.services if kind in OF_SERVICES else ()
        place = Place(dimension=kind, member=name)
        found[name] = watch.uses(place, window=WINDOW, services=services) / minutes
    return found


def things_per_min(need: Need, watch: Counts, period_ns: int) -> dict[str, dict[str, float]]:
    """Tell how many uses each suspect has a minute of the kinds of things that cannot wait long."""
    minutes = WINDOW_PERIODS * period_ns / MINUTE_NS
    found: dict[str, dict[str, float]] = {}
    for cause in need.diagnosis.hypotheses[:MOST_CAUSES]:
        place = Place(dimension=cause.element_kind, member=cause.element)
        uses = {s: watch.uses(place, window=WINDOW, services=(s,)) for s in latency_limits_ms()}
        found[cause.element] = {s: n / minutes for s, n in uses.items() if n > 0.0}
    return found
