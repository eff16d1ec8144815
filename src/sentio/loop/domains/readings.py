"""How a domain fares: what its uses lose in it, how long it takes, how much of it is up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import BoolArray
from sentio.loop.domains.budgets import QUANTITIES
from sentio.loop.domains.glance import Glance
from sentio.model.intent import AutonomousDomain, StandIn

LEAST_USES = 12  # below which uses say nothing of a target
MEASURED = {"delay_ms": ("delay_ms",), "loss_ratio": ("loss_ratio",)}
"""Indicators of elements that are a target's, each added over the kinds of elements of a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Values of targets in a period, by name; ``uses`` are those that they rest on."""

    values: Mapping[str, float]
    uses: int


def stood_in(glance: Glance, stand_ins: Iterable[StandIn]) -> dict[str, BoolArray]:
    """Tell which uses a stand-in carries, by the domain that carries them.

    Of a supplement nobody can tell which uses it carries: they stay with the first domain.
    """
    found: dict[str, BoolArray] = {}
    for each in stand_ins:
        if each.share < 1.0:
            continue
        here = glance.within({each.element_kind: each.element})
        found[each.by] = found[each.by] | here if each.by in found else here
    return found


def read_domain(
    domain: AutonomousDomain,
    glance: Glance,
    which: BoolArray,
    *,
    dark: Mapping[str, BoolArray],
    away: Mapping[str, BoolArray],
) -> Reading:
    """Read one domain over some uses.

    Parameters
    ----------
    which
        The uses that an intent is for.
    dark
        Uses that are lost in a dark part, by the domain that it belongs to: nobody else's fault.
    away
        Uses that a stand-in carries, by its domain.
    """
    own_dark = dark.get(domain.name, np.zeros_like(which))
    if domain.name in away:
        return _read_stand_in(glance, which & away[domain.name])
    elsewhere = np.zeros_like(which)
    for name, rows in dark.items():
        elsewhere |= rows if name != domain.name else False
    for rows in away.values():
        elsewhere |= rows
    mine = which & ~elsewhere
    values: dict[str, float] = {}
    uses = int(mine.sum())
    if uses >= LEAST_USES and _is_crossed(domain, glance, mine):
        values["availability_ratio"] = 1.0 - float((mine & own_dark).sum()) / uses
        values["lost_mos"] = _lost(domain, glance, mine, own_dark)
    values |= _measured(domain, glance, mine & ~own_dark)
    return Reading(values=values, uses=uses)


def read_service(glance: Glance, which: BoolArray, parts: Sequence[Reading]) -> Reading:
    """Read a whole path: the experience of its uses, and what its domains add up to."""
    values: dict[str, float] = {}
    uses = int(which.sum())
    if uses >= LEAST_USES:
        values["mos"] = float(glance.mos[which].mean())
        values["availability_ratio"] = 1.0 - float(glance.is_lost[which].mean())
    for name in MEASURED:
        known = [each.values[name] for each in parts if name in each.values]
        if known:
            quantity = QUANTITIES[name]
            values[name] = quantity.back(sum(quantity.add(each) for each in known))
    return Reading(values=values, uses=uses)


def _read_stand_in(glance: Glance, carried: BoolArray) -> Reading:
    """Read a domain that stands in, by how its uses fare against their usual."""
    uses = int(carried.sum())
    known = carried & np.isfinite(glance.gap)
    if uses < LEAST_USES or not known.any():
        return Reading(values={}, uses=uses)
    lost = float(np.maximum(-glance.gap[known], 0.0).mean())
    down = float(glance.is_lost[carried].mean())
    return Reading(values={"lost_mos": lost, "availability_ratio": 1.0 - down}, uses=uses)


def _is_crossed(domain: AutonomousDomain, glance: Glance, mine: BoolArray) -> bool:
    return any((glance.codes(kind)[0][mine] >= 0).any() for kind in domain.owns)


def _lost(domain: AutonomousDomain, glance: Glance, mine: BoolArray, own_dark: BoolArray) -> float:
    """Give the mean MOS that uses lose here; what is lost in the dark is lost whole."""
    name = f"loss_{domain.domain}"
    if name not in glance.uses.column_names:
        return 0.0
    told = np.nan_to_num(np.asarray(glance.uses.column(name), dtype=np.float64))
    whole = np.where(np.isfinite(glance.gap), np.maximum(-glance.gap, 0.0), told)
    return float(np.where(own_dark, whole, told)[mine].mean())


def _measured(domain: AutonomousDomain, glance: Glance, mine: BoolArray) -> dict[str, float]:
    """Add up what the kinds of elements on the way measure, weighed by the uses that cross them."""
    found: dict[str, float] = {}
    for target, indicators in MEASURED.items():
        quantity, total = QUANTITIES[target], None
        for kind in sorted(domain.owns):
            for indicator in indicators:
                mean = _mean(glance, kind, indicator, mine)
                if mean is not None:
                    total = (total or 0.0) + quantity.add(mean)
        if total is not None:
            found[target] = quantity.back(total)
    return found


def _mean(glance: Glance, kind: str, indicator: str, mine: BoolArray) -> float | None:
    known = glance.measured.get((kind, indicator))
    codes, names = glance.codes(kind)
    if not known or not names:
        return None
    uses = np.bincount(codes[mine & (codes >= 0)], minlength=len(names))
    weighed = [(n, known[name]) for n, name in zip(uses, names, strict=True) if name in known]
    total = sum(n for n, _ in weighed)
    return float(sum(n * value for n, value in weighed) / total) if total else None
