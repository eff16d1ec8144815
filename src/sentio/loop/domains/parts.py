"""Which part of a domain is to blame: an element over which nothing goes, or the worst of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import BoolArray
from sentio.loop.domains.glance import Glance
from sentio.model.intent import AutonomousDomain

DARK_SHARE, FEWEST_LOST = 0.8, 8  # of the uses over a dark element that are lost; and how many
TIED = 0.95  # share of uses that two elements have in common, to be told apart by alarms only
WIDEST = ("router", "ring", "upf", "amf", "smf", "dns", "ims", "edge", "link", "gnb", "cell")
"""Of two elements with the same uses, the one that comes first here is blamed, unless the other one
has an alarm or measures losses."""
MOST_PARTS = 6
MOST_OF_IT = 0.5  # of what a domain loses beyond the rest, that one element must explain
LEAST_LOST_MOS = 0.15
OVERLOADED = 0.85
WELL_BELOW = 0.05  # of losses, drops and errors, below which an element looks well
SIGNS = (
    ("utilisation_ratio", OVERLOADED, "overload"),
    ("prb_load_ratio", OVERLOADED, "overload"),
    ("cpu_ratio", OVERLOADED, "overload"),
    ("loss_ratio", 0.005, "loss"),
    ("delay_ms", 20.0, "delay"),
    ("response_ms", 30.0, "slow"),
)
"""Indicators, from which value they show that something is wrong, and what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An element, the uses over it and how they fare."""

    element: str
    element_kind: str
    uses: int
    lost: int = 0
    lost_mos: float = 0.0
    wrong: str = ""


def dark_parts(glance: Glance, kinds: Sequence[str], which: BoolArray) -> list[Part]:
    """List the elements over which nothing goes, the widest first, none within another."""
    left = which & glance.is_lost
    found: list[Part] = []
    while len(found) < MOST_PARTS and left.sum() >= FEWEST_LOST:
        known = _dark(glance, kinds, which, left)
        if not known:
            break
        best = max(known, key=lambda part: _rank(part, glance))
        found.append(best)
        left = left & ~glance.within({best.element_kind: best.element})
    return found


def worst_part(glance: Glance, domain: AutonomousDomain, which: BoolArray) -> Part | None:
    """Name the element that explains most of what uses lose against their usual.

    One that shows by itself that something is wrong comes before those that do not. None where
    none explains enough.
    """
    found: list[Part] = []
    for kind in (each for each in WIDEST if each in domain.owns):
        _, names = glance.codes(kind)
        found += [
            part for name in names if (part := part_of(glance, kind, name, which)) is not None
        ]
    found = [each for each in found if each.wrong] or found
    return max(found, key=lambda each: each.lost_mos**2 * each.uses, default=None)


def part_of(glance: Glance, kind: str, element: str, which: BoolArray) -> Part | None:
    """Give an element as its uses fare; None where they fare like the others, or hardly worse.

    It must explain most of what all uses lose, unless it shows itself what is wrong with it.
    """
    known = which & np.isfinite(glance.gap)
    here = glance.within({kind: element}) & known
    uses = int(here.sum())
    if uses < FEWEST_LOST:
        return None
    rest = known & ~here
    others = float(glance.gap[rest].mean()) if rest.any() else 0.0
    lost = min(others, 0.0) - float(glance.gap[here].mean())
    whole = -float(np.minimum(glance.gap[known], 0.0).sum())
    wrong = wrong_with(glance, kind, element)
    is_most = lost * uses >= MOST_OF_IT * whole
    if lost < LEAST_LOST_MOS or not (is_most or wrong):
        return None
    return Part(element=element, element_kind=kind, uses=uses, lost_mos=lost, wrong=wrong)


def wrong_with(glance: Glance, kind: str, element: str) -> str:
    """Say in a word of the catalogue what an element shows, empty where it shows nothing."""
    for indicator, least, word in SIGNS:
        value = glance.value(kind, indicator, element)
        if value is not None and value >= least:
            return word
    return ""


def is_well(glance: Glance, kind: str, element: str) -> bool:
    """Tell whether an element looks well by what it says of itself: no alarm, not silent, no loss.

    Nothing need go over it: this is asked before traffic is led back.
    """
    if element in glance.alarmed or element in glance.silent:
        return False
    ratios = ("loss_ratio", "frame_drop_ratio", "error_ratio", "access_failure_ratio", "drop_ratio")
    values = [glance.value(kind, name, element) for name in ratios]
    return all(value is None or value < WELL_BELOW for value in values)


def _dark(glance: Glance, kinds: Sequence[str], which: BoolArray, left: BoolArray) -> list[Part]:
    found: list[Part] = []
    for kind in kinds:
        codes, names = glance.codes(kind)
        mine = which & (codes >= 0)
        n = np.bincount(codes[mine], minlength=len(names))
        lost = np.bincount(codes[mine & glance.is_lost], minlength=len(names))
        still = np.bincount(codes[mine & left], minlength=len(names))
        is_dark = (lost >= DARK_SHARE * n) & (still >= FEWEST_LOST)
        found += [
            Part(element=names[code], element_kind=kind, uses=int(n[code]), lost=int(lost[code]))
            for code in np.flatnonzero(is_dark)
        ]
    return _untied(found)


def _untied(found: list[Part]) -> list[Part]:
    most = max((each.lost for each in found), default=0)
    return [each for each in found if each.lost >= TIED * most]


def _rank(part: Part, glance: Glance) -> tuple[bool, bool, int]:
    """Blame, of those with the same uses, what has an alarm, or says itself that it is not well."""
    order = WIDEST.index(part.element_kind) if part.element_kind in WIDEST else len(WIDEST)
    is_ill = not is_well(glance, part.element_kind, part.element)
    return part.element in glance.alarmed, is_ill, -order
