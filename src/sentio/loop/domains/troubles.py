"""What is wrong with a domain: a part of it is dark, or it misses an intent, or is about to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from sentio.kernel.arrays import BoolArray, FloatArray
from sentio.loop.domains.glance import Glance
from sentio.loop.domains.parts import Part, dark_parts, part_of, worst_part
from sentio.model.intent import AutonomousDomain, IntentReport

Kind = Literal["dark", "poor", "at_risk"]
WHOLE = "domain"  # kind of element of a trouble that no single element explains
MISSED_PERIODS = 3  # in a row, of an intent, before it is a trouble
QUIET_PERIODS = 2  # in a row, after which it is over
BEST_GUESS_MOS = 4.2  # of uses whose usual is not known
MOST_REASONS = 4
AS_GOOD_AS_SURE, SURE, LIKELY = 0.97, 0.92, 0.85  # alarmed and dark; dark; the worst of its kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong with a domain, and whom it costs what.

    ``lost_mos`` is what a use in its scope loses; ``wrong`` is the word of the catalogue of
    actions, ``reason`` is for people.
    """

    id: str
    domain: str
    kind: Kind
    element: str
    element_kind: str
    wrong: str
    began_ns: int
    seen_ns: int
    uses: int
    subjects: int
    mos_usual: float
    mos_seen: float
    probability: float
    reason: str
    quiet: int = 0

    @property
    def scope(self) -> dict[str, str]:
        """The uses that it is about; of a whole domain, all."""
        return {} if self.element_kind == WHOLE else {self.element_kind: self.element}


@dataclass(slots=True)
class Troubles:
    """Follows what is wrong with all domains, from its beginning to its end."""

    open: dict[str, Trouble] = field(default_factory=dict[str, Trouble])
    missed: dict[str, int] = field(default_factory=dict[str, int])  # domain -> periods in a row
    count: int = 0

    def see_dark(
        self, glance: Glance, domains: Mapping[str, AutonomousDomain], spared: BoolArray
    ) -> dict[str, BoolArray]:
        """Find the dark parts of a period; gives the uses lost in them, by domain.

        ``spared`` are uses that a stand-in carries: what they lose is not the first domain's.
        """
        owners = owners_of(domains)
        found = dark_parts(glance, tuple(owners), ~spared)
        lost: dict[str, BoolArray] = {}
        for part in found:
            domain = owners[part.element_kind]
            here = glance.within({part.element_kind: part.element}) & ~spared
            lost[domain] = lost[domain] | here if domain in lost else here
            self._add_dark(part, domain, glance, here)
        names = {(each.element_kind, each.element) for each in found}
        for name, each in list(self.open.items()):
            if each.kind == "dark" and (each.element_kind, each.element) not in names:
                self._fade(name, each, glance, spared)
        return lost

    def see_reports(
        self,
        domain: AutonomousDomain,
        reports: Iterable[IntentReport],
        glance: Glance,
        which: BoolArray,
    ) -> None:
        """Follow a domain that misses intents, or will, though nothing in it is dark.

        ``which`` are the uses that its intents are for.
        """
        key = domain.name
        missed = [each for each in reports if each.state == "degraded" or each.is_at_risk]
        is_dark = any(t.domain == key and t.kind == "dark" for t in self.open.values())
        if is_dark or not missed:
            self.missed.pop(key, None)
            for name, each in list(self.open.items()):
                if each.domain == key and each.kind != "dark":
                    self._quiet(name, each)
            return
        self.missed[key] = self.missed.get(key, 0) + 1
        if self.missed[key] >= MISSED_PERIODS:
            self._add_missed(domain, missed, glance, which)

    def _add_dark(self, part: Part, domain: str, glance: Glance, here: BoolArray) -> None:
        known = self._known(domain, part.element)
        uses = int(here.sum())
        is_alarmed = part.element in glance.alarmed
        said = " and has an alarm" if is_alarmed else ""
        found = Trouble(
            id=known.id if known else self._name(),
            domain=domain,
            kind="dark",
            element=part.element,
            element_kind=part.element_kind,
            wrong="failing",
            began_ns=known.began_ns if known else glance.start_ns,
            seen_ns=glance.end_ns,
            uses=uses + (known.uses if known else 0),
            subjects=_subjects(glance, here),
            mos_usual=_mean(glance.usual[here], BEST_GUESS_MOS),
            mos_seen=float(glance.mos[here].mean()) if uses else 1.0,
            probability=AS_GOOD_AS_SURE if is_alarmed else SURE,
            reason=f"{part.element_kind} {part.element} is dark{said}: "
            f"{part.lost} of {part.uses} uses over it are lost",
        )
        self.open[found.id] = found

    def _add_missed(
        self,
        domain: AutonomousDomain,
        missed: Sequence[IntentReport],
        glance: Glance,
        which: BoolArray,
    ) -> None:
        known = next(
            (t for t in self.open.values() if t.domain == domain.name and t.kind != "dark"), None
        )
        part = _same_part(known, glance, which) or worst_part(glance, domain, which)
        here = glance.within({part.element_kind: part.element}) & which if part else which
        level = _mean(glance.usual[here], BEST_GUESS_MOS)
        lost = part.lost_mos if part else max(_shortfall(each) for each in missed)
        is_now = any(each.state == "degraded" for each in missed)
        reasons = dict.fromkeys(reason for each in missed for reason in each.reasons)
        shows = f"{part.element} shows {part.wrong or 'losses'}; " if part else ""
        if known and part and known.element_kind == WHOLE:
            del self.open[known.id]  # it proved to be a part: that is another trouble
            known = None
        found = Trouble(
            id=known.id if known else self._name(),
            domain=domain.name,
            kind="poor" if is_now else "at_risk",
            element=part.element if part else domain.name,
            element_kind=part.element_kind if part else WHOLE,
            wrong=part.wrong if part else "",
            began_ns=known.began_ns if known else glance.start_ns,
            seen_ns=glance.end_ns,
            uses=int(here.sum()) + (known.uses if known else 0),
            subjects=_subjects(glance, here),
            mos_usual=level,
            mos_seen=level - lost,
            probability=LIKELY if part else AS_GOOD_AS_SURE,
            reason=shows + "; ".join([*reasons][:MOST_REASONS]),
        )
        self.open[found.id] = found

    def _fade(self, name: str, each: Trouble, glance: Glance, spared: BoolArray) -> None:
        """Count a period in which a dark part looks well; what nobody uses says nothing."""
        here = glance.within(each.scope) & ~spared
        if here.any() or each.element not in glance.alarmed | glance.silent:
            self._quiet(name, each)

    def _quiet(self, name: str, each: Trouble) -> None:
        if each.quiet + 1 >= QUIET_PERIODS:
            del self.open[name]
        else:
            self.open[name] = replace(each, quiet=each.quiet + 1)

    def _known(self, domain: str, element: str) -> Trouble | None:
        """Find the open trouble of an element, or of one that it proved to be a part of."""
        for each in self.open.values():
            if each.domain == domain and each.kind == "dark" and each.element == element:
                return each
        return None

    def _name(self) -> str:
        self.count += 1
        return f"T{self.count:05d}"


def owners_of(domains: Mapping[str, AutonomousDomain]) -> dict[str, str]:
    """Tell which domain acts on a kind of element: of several, the one whose own kind it is.

    A domain that only borrows elements (fixed wireless borrows cells) comes last.
    """
    found: dict[str, str] = {}
    for each in sorted(domains.values(), key=lambda one: bool(one.carries)):
        for kind in sorted(each.owns):
            found.setdefault(kind, each.name)
    return found


def _mean(values: FloatArray, otherwise: float) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else otherwise


def _same_part(known: Trouble | None, glance: Glance, which: BoolArray) -> Part | None:
    """Give the part that is blamed already, as it fares now, while it still shows something."""
    if known is None or known.element_kind == WHOLE:
        return None
    return part_of(glance, known.element_kind, known.element, which)


def _subjects(glance: Glance, here: BoolArray) -> int:
    return len(np.unique(np.asarray(glance.uses.column("subject"))[here]))


def _shortfall(report: IntentReport) -> float:
    """Give the MOS that a report misses; at least a tenth, where it misses other targets."""
    found = [0.1]
    for each in report.targets:
        seen = max(each.observed or 0.0, each.predicted or 0.0)
        if each.name == "lost_mos":
            found.append(seen - each.value)
    return max(found)


def of_domain(troubles: Iterable[Trouble], domain: str) -> list[Trouble]:
    """List the troubles of a domain."""
    return [each for each in troubles if each.domain == domain]
