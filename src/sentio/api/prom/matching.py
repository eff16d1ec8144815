"""Which metrics and series the matchers of a selector take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sentio.api.prom.errors import MalformedQuery
from sentio.api.prom.metrics import METRICS, Metric
from sentio.api.prom.syntax import Matcher
from sentio.api.prom.values import NAME

LONGEST = 1000  # characters of a regular expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Whose experience a series tells of."""

    service: str
    dimension: str
    member: str


def metrics_of(matchers: Iterable[Matcher]) -> list[Metric]:
    """Give the metrics whose name and own labels fit."""
    wanted = list(matchers)
    names = _taken(wanted, NAME, [each.name for each in METRICS])
    domains = _taken(wanted, "domain", [each.labels.get("domain", "") for each in METRICS])
    others = [
        m for m in wanted if m.label not in (NAME, "domain", "service", "dimension", "member")
    ]
    if not all(_takes_none(each) for each in others):
        return []
    return [
        metric
        for metric, has_name, has_domain in zip(METRICS, names, domains, strict=True)
        if has_name and has_domain
    ]


def members_of(matchers: Iterable[Matcher], members: pa.Table) -> pa.Table:
    """Keep the rows of service, dimension and member that fit."""
    wanted = list(matchers)
    for label in ("service", "dimension", "member"):
        mine = [each for each in wanted if each.label == label]
        if mine and members.num_rows:
            coded = members.column(label).combine_chunks().dictionary_encode()
            fits = _taken(mine, label, coded.dictionary.to_pylist())
            members = members.filter(pa.array(fits).take(coded.indices))
    return members


def required(matchers: Iterable[Matcher], label: str) -> str | None:
    """Give the one value that a label must have, if the matchers say so."""
    return next((m.value for m in matchers if m.label == label and m.sign == "="), None)


def check_patterns(matchers: Iterable[Matcher]) -> None:
    """Raise `MalformedQuery` where a regular expression cannot be read."""
    for each in matchers:
        if each.sign in ("=~", "!~"):
            _fits(each, pa.array([""]))


def _takes_none(matcher: Matcher) -> bool:
    return _taken([matcher], matcher.label, [""])[0]


def _taken(matchers: Sequence[Matcher], label: str, texts: Sequence[str]) -> list[bool]:
    fits = [True] * len(texts)
    for matcher in matchers:
        if matcher.label == label:
            these = _fits(matcher, pa.array(texts, pa.string()))
            fits = [a and b for a, b in zip(fits, these, strict=True)]
    return fits


def _fits(matcher: Matcher, texts: pa.Array) -> list[bool]:
    if matcher.sign in ("=", "!="):
        found = pc.equal(texts, matcher.value).to_pylist()
    else:
        if len(matcher.value) > LONGEST:
            raise MalformedQuery(f"a pattern is longer than {LONGEST} characters")
        try:  # RE2: its time grows with the length of the text only
            anchored = f"^(?s:{matcher.value})$"
            found = pc.match_substring_regex(texts, anchored).to_pylist()
        except pa.ArrowInvalid as error:
            raise MalformedQuery(
                f"{matcher.value!r} is no regular expression", where=matcher.label
            ) from error
    return [bool(each) != matcher.sign.startswith("!") for each in found]
