"""The first sentence: how many had a good experience, what is worst, where, when and why."""

from __future__ import annotations

from sentio.report import numbers
from sentio.report.page import ReportPage, ServicePart, Worst
from sentio.report.times import Times
from sentio.report.words import named, word

PLACES = ("cell", "gnb", "link", "upf", "edge", "server")
CLEARLY = 1.3  # times the poor share of the service: less is no place to point at
LEAST_N = 30  # a service of fewer uses is not called the worst if there are others
WIDER = 2.0  # times the poor uses: so much more must a wider place explain


def headline(page: ReportPage) -> list[str]:
    """Write the sentences, the most important first; empty where there is no scored use."""
    scored = [part for part in page.services if part.n]
    if not scored:
        return []
    said = [_uses(scored) + ".", *_crowds(page)]
    many = [part for part in scored if part.n >= LEAST_N] or scored
    worst = max(many, key=lambda part: (part.poor_share or 0.0, part.name))
    return [*said, word("headline.calm")] if not worst.poor else [*said, _worst(worst, page.times)]


def summary(part: ServicePart, times: Times) -> str:
    """Write one sentence about a service: how many uses were poor, where, when and why."""
    if not part.n:
        return word("tile.unscored", n=numbers.exact(part.unscored))
    said = [word("service.summary", poor=numbers.count(part.poor), n=numbers.count(part.n))]
    return "; ".join([*said, *_reasons(part, times)]) + "."


def worst_place(part: ServicePart) -> tuple[str, Worst] | None:
    """Find the narrowest place that explains most: a wider one must explain twice as much."""
    found: tuple[str, Worst] | None = None
    for group in part.worst:
        if group.dimension not in PLACES:
            continue
        first = group.rows[0]
        is_clear = first.poor_share_low >= CLEARLY * (part.poor_share or 0.0)
        if is_clear and (not found or first.excess_poor >= WIDER * found[1].excess_poor):
            found = (group.dimension, first)
    return found


def _uses(parts: list[ServicePart]) -> str:
    n, poor = sum(part.n for part in parts), sum(part.poor for part in parts)
    return word("headline.uses", good=numbers.share(n - poor, n), n=numbers.count(n))


def _crowds(page: ReportPage) -> list[str]:
    said: list[str] = []
    for crowd in page.crowds:
        good = crowd.subjects - crowd.poor_subjects
        if not crowd.subjects:
            continue
        said.append(
            word(
                "headline.subjects",
                good=numbers.subjects(good, is_exact=page.are_subjects_exact),
                all=numbers.subjects(crowd.subjects, is_exact=page.are_subjects_exact),
                kind=word(f"headline.{numbers.plural(crowd.subject_kind, crowd.subjects)}"),
                share=numbers.whole(good / crowd.subjects),
            )
        )
    text = "; ".join(said)
    return [f"{text[0].upper()}{text[1:]}."] if text else []


def _worst(part: ServicePart, times: Times) -> str:
    share = numbers.share(part.poor, part.n)
    first = word("headline.worst", service=part.title, share=share)
    return "; ".join([first, *_reasons(part, times)]) + "."


def _reasons(part: ServicePart, times: Times) -> list[str]:
    said: list[str] = []
    place = worst_place(part)
    if place:
        kind = named("dimension_one", place[0])
        said.append(word("headline.where", kind=kind, member=place[1].name))
    if part.worst_hours:
        said.append(word("headline.when", hour=times.hour(part.worst_hours[0].hour_ns)))
    if part.losses:
        first = part.losses[0]
        domain, share = named("domain", first.domain), numbers.whole(first.share)
        said.append(word("headline.why", domain=f"the {domain}", share=share))
    return said
