"""Why experience fell: each possible cause weighed by what speaks for and against it.

The weight of each kind of evidence is a log-odds that was fitted on some 900 degradations of the
lab (`benchmarks/see_and_explain.py`): a conditional logit, drawn towards a prior by hand. The
probabilities of all causes and of "none of these" add up to 1; that last one is the likelier, the
less sure it is that anything fell at all, and where it wins the diagnosis abstains.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sentio.analysis.alarm_roots import Name, Symptom
from sentio.analysis.hypotheses import GROUPS, Candidate, Case, candidates
from sentio.analysis.measured import Log, Measured, Oddity
from sentio.analysis.wrong import signs_of, word_for
from sentio.model.diagnosis import Evidence, Hypothesis
from sentio.model.domain import Domain
from sentio.model.topology import Topology

MINUTE_NS = 60_000_000_000
ALARM_NS, CHANGE_NS, WORK_NS = 30 * MINUTE_NS, 360 * MINUTE_NS, 20 * MINUTE_NS
MEASURED_NS = 20 * MINUTE_NS
SHOWN_NS = 60 * MINUTE_NS  # after the beginning, by which a cause has shown
CHANGED_NS = 15 * MINUTE_NS  # after it, by which a change was made that may have brought it
AT_ONCE_MIN, LATER = 20.0, 0.4  # a change longer before says only so much
MOST_BESIDE = 4.0  # declines that began with one and share an element with it, that count
CLEAR, PLAIN = 4.0, 40.0  # deviations from which a measurement speaks, and speaks in full
WORTH_TELLING = 0.05
WORTH_LOOKING = 0.02  # probability from which the signs of a cause are gathered

WEIGHTS: Mapping[str, float] = {
    "fit": 7.6,
    "not the most special": -3.7,
    "wider": -1.7,
    "losses": 0.6,
    "elsewhere": -1.15,
    "measured": 5.2,
    "nothing measured": -1.15,
    "alarm": 1.7,
    "change": 2.5,
    "planned work": 2.8,
    "asleep": 5.2,
    "beside": 1.15,
}
TELLING = {Domain.DEVICE, Domain.CORE, Domain.EDGE, Domain.APPLICATION}
"""What these lose no other domain makes them lose; slow radio or transport may be anyone's work."""
FOR_NEIGHBOURS = {"asleep", "change", "planned work"}
"""One of these must speak for a cell that is only beside what fell: alarms are too common."""
OWN_SIGNS = {"measured", "alarm", "change", "planned work", "asleep", "beside"}
"""What an element shows that is broken as a whole: it tells nothing of what only some of its uses
suffer, where that other decline is told already."""
WHOLE = {"app_version": "app", "firmware": "device_model"}
ABSTAIN = -4.2  # log-odds of "none of these", against a cause with a perfect fit alone
DOUBT, SURE_NATS = 3.1, 100.0  # what is added to them, by the logarithm of how much less is sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What analysis may ask: the topology, what elements measure, and what happened to them.

    ``symptoms`` are the alarms that others may have triggered (`alarm_roots`).
    """

    topology: Topology
    measured: Measured
    log: Log
    symptoms: Mapping[Name, Symptom] = field(default_factory=dict[Name, Symptom])


def explain(case: Case, sources: Sources, *, until_ns: int) -> list[Hypothesis]:
    """Rank the possible causes of a degradation, each with its evidence and probability."""
    found = candidates(case, sources.topology)
    best = max((one.nats for one in found), default=1.0)
    weighed = [
        (one, evidence)
        for one in found
        if (evidence := _evidence(one, case, sources, best=best, until_ns=until_ns))
        and (not one.is_near or any(e.source in FOR_NEIGHBOURS for e in evidence))
    ]
    scores = [sum(e.weight for e in evidence) for _, evidence in weighed]
    none = ABSTAIN + DOUBT * max(math.log(SURE_NATS / max(case.told.nats, 1.0)), 0.0)
    top = max([*scores, none])
    parts = [math.exp(score - top) for score in scores]
    whole = sum(parts) + math.exp(none - top)
    ranked = [
        _hypothesis(one, evidence, part / whole, case.told.began_ns, sources, until_ns)
        for (one, evidence), part in zip(weighed, parts, strict=True)
    ]
    return sorted(ranked, key=lambda h: -h.probability)


def _hypothesis(
    one: Candidate,
    evidence: Sequence[Evidence],
    probability: float,
    began_ns: int,
    sources: Sources,
    until_ns: int,
) -> Hypothesis:
    signs: dict[str, float] = {}
    if probability >= WORTH_LOOKING:
        signs = signs_of(
            _names(one),
            one.element,
            sources.measured,
            sources.log,
            began_ns=began_ns,
            until_ns=until_ns,
            symptoms=sources.symptoms,
        )
    return Hypothesis(
        element=one.element,
        element_kind=one.element_kind,
        domain=one.domain,
        scope=one.scope,
        kind=word_for(signs),
        probability=probability,
        evidence=tuple(e for e in evidence if abs(e.weight) > WORTH_TELLING),
        signs=signs,
    )


def _names(one: Candidate) -> set[str]:
    """Name whatever tells of an element: what befalls a version is told of what it is one of."""
    return {one.element, one.scope.get(WHOLE.get(one.element_kind, ""), one.element)}


def features(
    one: Candidate, case: Case, sources: Sources, *, best: float, until_ns: int
) -> dict[str, tuple[float, str]]:
    """Give each kind of evidence as a number, about [-1, 1], and in words."""
    told, began_ns = case.told, case.told.began_ns
    fit = max(one.nats / max(best, 1e-9) - 1.0, -1.0)
    losses = {d: max(v, 0.0) for d, v in told.loss_by_domain.items()}
    share = losses.get(one.domain, 0.0) / max(sum(losses.values()), 1e-9)
    found = {
        "fit": (fit, f"explains {100 * (1 + fit):.0f} % of the evidence"),
        "not the most special": (float(min(one.place, 2)), "another attribute is more special"),
        "losses": (share - 0.3, f"{100 * share:.0f} % of the loss is of the domain {one.domain}"),
    }
    if one.is_above:
        found["wider"] = (1.0, f"something below {one.element} explains as much")
    elsewhere = sum(lost for d, lost in losses.items() if d in TELLING and d != one.domain)
    if losses and elsewhere > 0.0:
        part = elsewhere / max(sum(losses.values()), 1e-9)
        found["elsewhere"] = (part, f"{100 * part:.0f} % of the loss is clearly of other domains")
    beside = min(case.beside.get((one.element_kind, one.element), 0), MOST_BESIDE)
    if one.element_kind not in GROUPS and beside:
        others = "others" if beside > 1 else "another"
        found["beside"] = (beside, f"{others} that use {one.element} fell at the same time")
    if one.element_kind == "cell" and sources.measured.is_asleep(one.element, began_ns, until_ns):
        found["asleep"] = (1.0, f"{one.element} carries no traffic, or tells nothing any more")
    shown_ns = min(until_ns, began_ns + SHOWN_NS) + MEASURED_NS
    odd = sources.measured.oddities(one.element, began_ns - MEASURED_NS, shown_ns, least=CLEAR)
    if odd:
        found["measured"] = (_clearness(odd[0]), _told(odd[0]))
    elif sources.measured.has_told(one.element, began_ns, shown_ns):
        found["nothing measured"] = (1.0, f"{one.element} measures nothing unusual")
    found |= _befallen(one, sources, began_ns=began_ns, until_ns=until_ns)
    if (one.element_kind, one.element) in case.blamed and len(one.scope) > 1:
        found = {name: each for name, each in found.items() if name not in OWN_SIGNS}
    return found


def _befallen(
    one: Candidate, sources: Sources, *, began_ns: int, until_ns: int
) -> dict[str, tuple[float, str]]:
    """Weigh the alarms, changes and works on an element around the beginning."""
    found: dict[str, tuple[float, str]] = {}
    names = _names(one)
    for kind, name, before_ns, after_ns in (
        ("alarm", "alarm", ALARM_NS, SHOWN_NS),
        ("change", "change", CHANGE_NS, CHANGED_NS),
        ("planned_work", "planned work", WORK_NS, CHANGED_NS),
    ):
        last_ns = min(until_ns, began_ns + after_ns)
        events = sources.log.about(names, began_ns - before_ns, last_ns)
        events = [e for e in events if e.get("event_kind") == kind]
        titles = [str(e.get("title")) for e in events]
        if titles:
            found[name] = (1.0, f"{name} on {one.element}: {titles[0]}")
        if titles and kind == "alarm":
            found[name] = _alarm(one.element, titles, sources.symptoms)
        if titles and kind == "change":
            found[name] = _change(one.element, events, began_ns)
    return found


def _clearness(odd: Oddity) -> float:
    """Weigh a measurement by how far off it is: what strays a little does so by chance."""
    span = math.log(abs(odd.deviations) / CLEAR) / math.log(PLAIN / CLEAR)
    return min(0.2 + 0.8 * span, 1.0)


def _change(
    element: str, events: Sequence[Mapping[str, object]], began_ns: int
) -> tuple[float, str]:
    """Weigh changes of an element: what they break breaks at once."""
    near = min(events, key=lambda e: abs(began_ns - int(str(e["ts"]))))
    minutes = (began_ns - int(str(near["ts"]))) / MINUTE_NS
    number = 1.0 if minutes <= AT_ONCE_MIN else LATER
    when = f", {minutes:.0f} minutes before" if minutes > AT_ONCE_MIN else ""
    return number, f"change on {element}: {near.get('title')}{when}"


def _alarm(
    element: str, titles: Sequence[str], symptoms: Mapping[Name, Symptom]
) -> tuple[float, str]:
    """Weigh alarms on an element: what follows from an alarm elsewhere is no sign of a cause."""
    title = min(titles, key=lambda each: _chance(symptoms.get((element, each))))
    known, words = symptoms.get((element, title)), f"alarm on {element}: {title}"
    if known is None:
        return 1.0, words
    chance, root = known.probability, known.root
    return 1.0 - chance, (
        f"{words}; {100 * chance:.0f} % a symptom of {root.title} on {root.element}"
    )


def _chance(known: Symptom | None) -> float:
    return known.probability if known else 0.0


def _evidence(
    one: Candidate, case: Case, sources: Sources, *, best: float, until_ns: int
) -> list[Evidence]:
    seen = features(one, case, sources, best=best, until_ns=until_ns)
    return [
        Evidence(what=words, weight=WEIGHTS[name] * number, element=one.element, source=name)
        for name, (number, words) in seen.items()
    ]


def _told(odd: Oddity) -> str:
    way = "above" if odd.deviations > 0 else "below"
    return (
        f"{odd.element} measures {odd.indicator} {odd.seen:.4g}, "
        f"{abs(odd.deviations):.0f} deviations {way} its usual {odd.usual:.4g}"
    )
