"""A kind of fault as a row of a table: whom it hits, what it does, what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sentio.kernel.arrays import BoolArray
from sentio.lab.day import HOUR_NS, MINUTE_NS
from sentio.lab.faults.effect import Effect
from sentio.lab.faults.truth import Incident, Sign
from sentio.lab.operator.catalogue import RELEASES
from sentio.lab.operator.estate import Estate

BEFORE_MINUTES = (2, 20)  # a change is told before what it does can be felt
AFTER_MINUTES = (1, 12)  # an alarm comes
AHEAD_HOURS = (24, 72)  # a planned work is announced
Codes = Mapping[str, int]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to make a fault of one kind.

    Attributes
    ----------
    dimensions
        Of the scope; a member of each is chosen among the paths of real uses.
    blame
        The dimension of the scope that is at fault.
    impacts
        Range of each quantity from severity 0 to 1.
    may_hit
        Codes that a member of a dimension may have, by dimension.
    more
        Further effects, by scope and severity.
    alarm, alarm_on, change, work
        Titles of the events that it shows: an alarm (severity first), on another dimension than
        the one to blame; a change shortly before; a planned work announced ahead.
    """

    kind: str
    domain: str
    dimensions: tuple[str, ...]
    impacts: Mapping[str, Range]
    blame: str = ""
    services: tuple[str, ...] = ()
    may_hit: Callable[[Estate], Mapping[str, BoolArray]] | None = None
    more: Callable[[Estate, Codes, float], tuple[Effect, ...]] | None = None
    alarm: tuple[str, str] | None = None
    alarm_on: str = ""
    change: str = ""
    work: str = ""
    cured_by: tuple[str, ...] = ()
    minutes: Range = (45.0, 420.0)
    ramp_minutes: float = 0.0
    newest: bool = False  # the youngest release or firmware, rolled out by the fault itself
    wants_rain: bool = False


def cook(
    estate: Estate,
    recipe: Recipe,
    codes: Codes,
    *,
    severity: float,
    start_ns: int,
    minutes: float,
    name: str,
) -> Incident:
    """Make the fault of a recipe on a scope."""
    codes = newest_of(estate, codes) if recipe.newest else codes
    blame = recipe.blame or recipe.dimensions[-1]
    scope = {kind: (code,) for kind, code in codes.items()}
    effects = [
        Effect(scope=_narrow(quantity, scope, blame), quantity=quantity, amount=_at(span, severity))
        for quantity, span in recipe.impacts.items()
    ]
    if recipe.more:
        effects += recipe.more(estate, codes, severity)
    names = {kind: estate.names[kind][code] for kind, code in codes.items()}
    return Incident(
        name=name,
        kind=recipe.kind,
        is_harmful=True,
        scope=names,
        element=names[blame],
        element_kind=blame,
        domain=recipe.domain,
        start_ns=start_ns,
        end_ns=start_ns + round(minutes * MINUTE_NS),
        severity=severity,
        effects=tuple(effects),
        ramp_ns=round(recipe.ramp_minutes * MINUTE_NS),
        signs=_signs(estate, recipe, codes, blame, minutes),
        cured_by=recipe.cured_by,
    )


def newest_of(estate: Estate, codes: Codes) -> Codes:
    """Point the scope to the youngest release of its app, or firmware of its model."""
    goods, found = estate.catalogue, dict(codes)
    if "app_version" in codes:
        found["app_version"] = int(goods.app_release[codes["app"], RELEASES - 1])
    if "firmware" in codes:
        found["firmware"] = int(goods.firmware[codes["device_model"], RELEASES - 1])
    return found


def _at(span: Range, severity: float) -> float:
    return span[0] + severity * (span[1] - span[0])


def _narrow(
    quantity: str, scope: Mapping[str, tuple[int, ...]], blame: str
) -> Mapping[str, tuple[int, ...]]:
    if quantity == "rollout":
        kind = "app" if "app" in scope else "device_model"
        return {kind: scope[kind]}
    return {blame: scope[blame]} if quantity in {"pressure", "asleep", "crowd"} else scope


def _signs(
    estate: Estate, recipe: Recipe, codes: Codes, blame: str, minutes: float
) -> tuple[Sign, ...]:
    found, lasts_ns = list[Sign](), round(minutes * MINUTE_NS)
    rng = np.random.default_rng([estate.seed, 14, *codes.values(), round(minutes * 1e6)])
    before_ns, after_ns = (
        int(rng.integers(*span)) * MINUTE_NS for span in (BEFORE_MINUTES, AFTER_MINUTES)
    )
    known = _behind(estate, codes)

    def sign(event_kind: str, title: str, on: str, *, after_ns: int) -> Sign:
        kind = _about(known, on)
        return Sign(
            event_kind=event_kind,
            title=title,
            element=estate.names[kind][known[kind]],
            element_kind=kind,
            after_ns=after_ns,
            lasts_ns=lasts_ns - max(after_ns, 0),
        )

    if recipe.change:
        found.append(sign("change", recipe.change, blame, after_ns=-before_ns))
    if recipe.work:
        work = sign(
            "planned_work", recipe.work, blame, after_ns=-int(rng.integers(*AHEAD_HOURS)) * HOUR_NS
        )
        found.append(replace(work, state="scheduled"))
    if recipe.alarm:
        severity, title = recipe.alarm
        alarm = sign("alarm", title, recipe.alarm_on or blame, after_ns=after_ns)
        found.append(replace(alarm, severity=severity))
    return tuple(found)


def _about(codes: Codes, kind: str) -> str:
    """Say on what an event about a member is told: of a release, on its app."""
    whole = {"app_version": "app", "firmware": "device_model"}.get(kind, kind)
    return whole if whole in codes else kind


def _behind(estate: Estate, codes: Codes) -> Codes:
    """Add what a symptom may show on: the station of a cell, the first station of a ring."""
    found = dict(codes)
    if "cell" in codes:
        found["gnb"] = int(estate.places.site[codes["cell"]])
    elif "ring" in codes:
        found["gnb"] = int(np.flatnonzero(estate.transport.ring_of_link == codes["ring"])[0])
    elif "link" in codes:
        found["gnb"] = codes["link"]
    return found
