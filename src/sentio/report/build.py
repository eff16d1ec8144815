"""From the store to the values of the report: every number is the answer to a named question."""

from __future__ import annotations

from sentio import __version__
from sentio.kernel.errors import UnknownName
from sentio.report.asked import Asked
from sentio.report.index import index
from sentio.report.page import Crowd, ReportPage, ServicePart
from sentio.report.places import places
from sentio.report.services import poor_below, service_parts
from sentio.report.sources import rejected, sources
from sentio.store.ask import Answers

COUNTED_ROWS = 5_000_000
"""Up to so many uses, subjects are counted one by one rather than estimated."""


def build_page(
    answers: Answers,
    *,
    now_ns: int,
    since_ns: int | None = None,
    until_ns: int | None = None,
    services: tuple[str, ...] = (),
    zone: str = "UTC",
) -> ReportPage:
    """Ask everything the report shows about a span of time.

    Parameters
    ----------
    now_ns
        The time it is, for the age of sources.
    since_ns, until_ns
        The span, [since, until) in whole minutes; None leaves a side open.
    services
        Only these; all unless said.
    zone
        IANA time zone that the page's times are written in.

    Raises
    ------
    UnknownName
        A service has no facts.
    """
    for name in services:
        if name not in answers.services():
            raise UnknownName.among("service with facts", name, answers.services())
    asked = Asked(answers=answers, since_ns=since_ns, until_ns=until_ns, services=services)
    totals = asked.rows("service_totals")
    uses = sum(row["n"] + row["unscored"] for row in totals)
    is_exact = uses <= COUNTED_ROWS
    parts = service_parts(asked, are_subjects_exact=is_exact)
    dimension, found = places(asked, uses=uses) if parts else ("", ())
    first_ns, last_ns = _extent(asked)
    return ReportPage(
        made_ns=now_ns,
        since_ns=_or(since_ns, first_ns, latest=until_ns),
        until_ns=_or(until_ns, last_ns, earliest=since_ns),
        data_as_of_ns=last_ns,
        zone=zone,
        release=__version__,
        are_subjects_exact=is_exact,
        services=parts,
        crowds=_crowds(asked, parts, is_exact=is_exact),
        place_dimension=dimension,
        places=found,
        sources=sources(asked, now_ns=now_ns),
        rejected=rejected(asked),
        index=index(asked, uses=uses) if parts else None,
    )


def _extent(asked: Asked) -> tuple[int | None, int | None]:
    """Tell when the first and the last use of the services began, in the span or out of it."""
    names = {f"experience_{name}" for name in asked.services or asked.answers.services()}
    rows = [row for row in asked.answers.ask("contents").to_pylist() if row["family"] in names]
    if not rows:
        return None, None
    return min(row["first_ts"] for row in rows), max(row["last_ts"] for row in rows)


def _or(
    asked_ns: int | None,
    known_ns: int | None,
    *,
    earliest: int | None = None,
    latest: int | None = None,
) -> int | None:
    """Take an open side of the span from the data, but never beyond the other side."""
    if asked_ns is not None or known_ns is None:
        return asked_ns
    if earliest is not None:
        return max(known_ns, earliest)
    return known_ns if latest is None else min(known_ns, latest)


def _crowds(asked: Asked, parts: tuple[ServicePart, ...], *, is_exact: bool) -> tuple[Crowd, ...]:
    """Count users and things, each once however many services they used."""
    found: list[Crowd] = []
    for kind in ("user", "thing"):
        names = tuple(part.name for part in parts if part.subject_kind == kind)
        if not names:
            continue
        if is_exact:
            limits = tuple(poor_below(name) for name in names)
            rows = asked.table("subjects_counted", services=names, poor_below=limits)
        else:
            rows = asked.table("subjects_together", services=names)
        row = rows.to_pylist()[0]
        found.append(
            Crowd(
                subject_kind=kind,
                subjects=float(row["subjects"] or 0),
                poor_subjects=float(row["poor_subjects"] or 0),
            )
        )
    return tuple(found)
