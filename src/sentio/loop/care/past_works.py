"""What works of a kind did to customers so far: whether anybody felt them, and how much.

An announcement rarely says it. So each work that is over is judged by the uses behind its element:
were they worse in its window than in the same hours of the days before? Where the element was
changed meanwhile, such as by leading traffic around it, only what came before that counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sentio.awareness.totals import histogram, mos_bins
from sentio.loop.care.reach import Ways, reach_of
from sentio.loop.care.seen import DAY_NS, Seen
from sentio.loop.felt import spared_of
from sentio.model.work import Reach, Way, Work

PRIOR_HARM: Mapping[Way, float] = {"lost": 0.8, "served": 0.6, "longer": 0.05}
"""How probably a work is felt before any of its kind was seen: a judgement, to be outweighed."""
HARMLESS_WORDS = ("visit", "inspection", "audit", "survey", "cleaning", "painting", "reading")
PRIOR_HARMLESS_WORDS = 0.3  # where the title is of one of those, which rarely touch traffic
PRIOR_WORKS = 2.0  # works that the prior weighs as much as
PRIOR_FELT, PRIOR_USES = 0.95, 50.0  # share of uses that feel a work that is felt; its weight
PRIOR_LOSS = 0.5  # share of the MOS above 1 that such a use loses
HARMED_SHARE, LEAST_USES = 0.2, 30  # of uses that were felt worse, to call a work harmful
USUAL_DAYS = (1, 2, 3, 7)  # back, of which the same hours are what is usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a work that is over did: uses behind it, and how many were felt worse, by service."""

    work: Work
    way: Way
    uses: Mapping[str, int]
    felt: Mapping[str, float]
    loss: float  # mean share of MOS above 1 that its uses lost

    @property
    def is_harmful(self) -> bool:
        """Whether enough of its uses were worse."""
        return sum(self.felt.values()) > HARMED_SHARE * sum(self.uses.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What all works so far tell of the next."""

    results: tuple[Result, ...] = field(default_factory=tuple[Result, ...])

    def harm(self, work: Work, reach: Reach) -> float:
        """Give the probability that a work is felt, by what works of its kind did."""
        alike = [
            each.is_harmful
            for each in self.results
            if each.way == reach.way and kind_of(each.work) == kind_of(work)
        ]
        prior = PRIOR_HARM[reach.way]
        if any(word in work.title.lower() for word in HARMLESS_WORDS):
            prior = min(prior, PRIOR_HARMLESS_WORDS)
        return (prior * PRIOR_WORKS + sum(alike)) / (PRIOR_WORKS + len(alike))

    def felt_share(self, service: str) -> float:
        """Give the share of the uses of a service that feel a work that is felt."""
        harmful = [each for each in self.results if each.is_harmful]
        felt = sum(each.felt.get(service, 0.0) for each in harmful)
        uses = sum(each.uses.get(service, 0) for each in harmful)
        return (PRIOR_FELT * PRIOR_USES + felt) / (PRIOR_USES + uses)

    @property
    def loss(self) -> float:
        """The share of the MOS above 1 that a use loses in the mean."""
        harmful = [each.loss for each in self.results if each.is_harmful]
        return (PRIOR_LOSS + sum(harmful)) / (1 + len(harmful))


def kind_of(work: Work) -> tuple[str, str]:
    """Give what works have in common that do the same: kind of element, and title without numbers.

    Examples
    --------
    >>> work = Work(
    ...     id="w",
    ...     element="ring-03",
    ...     element_kind="ring",
    ...     title="Ring maintenance 4711",
    ...     begins_ns=0,
    ...     ends_ns=1,
    ...     announced_ns=0,
    ... )
    >>> kind_of(work)
    ('ring', 'ring maintenance')
    """
    words = re.findall(r"[^\W\d_]+", work.title.lower())
    return work.element_kind, " ".join(words)


def learned(
    works: Iterable[Work],
    seen: Seen,
    ways: Ways,
    *,
    now_ns: int,
    changes: Iterable[tuple[str, int]] = (),
) -> Learned:
    """Judge all works that are over; ``changes`` are elements that were changed, and when."""
    over = [each for each in works if each.ends_ns <= now_ns]
    judged = (result_of(each, seen, ways) for each in undisturbed(over, changes))
    return Learned(results=tuple(each for each in judged if each is not None))


def undisturbed(works: Iterable[Work], changes: Iterable[tuple[str, int]]) -> Iterator[Work]:
    """Shorten works to what came before their element was changed: what follows is not theirs."""
    changed: dict[str, list[int]] = {}
    for element, changed_ns in changes:
        changed.setdefault(element, []).append(changed_ns)
    for work in works:
        meanwhile = [
            each for each in changed.get(work.element, ()) if work.begins_ns < each < work.ends_ns
        ]
        yield replace(work, ends_ns=min(meanwhile, default=work.ends_ns))


def result_of(work: Work, seen: Seen, ways: Ways) -> Result | None:
    """Judge a work that is over; None where there were too few uses to tell."""
    reach = reach_of(work, ways)
    here = seen.by_service(reach, work.begins_ns, work.ends_ns)
    before: dict[str, list[np.ndarray]] = {}
    for back in USUAL_DAYS:
        window = work.begins_ns - back * DAY_NS, work.ends_ns - back * DAY_NS
        for service, (_, mos) in seen.by_service(reach, *window).items():
            before.setdefault(service, []).append(mos)
    uses, felt, lost, total = dict[str, int](), dict[str, float](), 0.0, 0.0
    for service, (_, mos) in here.items():
        if service not in before:
            continue
        usual = np.concatenate(before[service])
        spared = spared_of(histogram(usual), histogram(mos))[mos_bins(mos)]
        uses[service] = len(mos)
        felt[service] = float((1.0 - spared).sum())
        lost += max(float(usual.mean() - mos.mean()), 0.0) * len(mos)
        total += max(float(usual.mean()) - 1.0, 0.1) * len(mos)
    if sum(uses.values()) < LEAST_USES:
        return None
    loss = min(lost / max(total, 1e-9), 1.0)
    return Result(work=work, way=reach.way, uses=uses, felt=felt, loss=loss)
