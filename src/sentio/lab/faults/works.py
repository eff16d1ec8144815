"""Planned works: some take the only way of those behind the element, most hurt nobody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sentio.kernel.errors import UnknownName
from sentio.lab.faults.effect import Effect
from sentio.lab.faults.kinds import KINDS
from sentio.lab.faults.recipe import cook
from sentio.lab.faults.truth import Incident, Sign
from sentio.lab.operator.estate import Estate

TITLES = {
    "ring": "ring maintenance",
    "link": "link maintenance",
    "router": "router maintenance",
    "gnb": "site visit",
}
"""Kinds of elements that are worked on, and how it is announced, harmful or not."""

DETOUR_MS = 0.3  # the way round a protected ring


def draw_work(
    estate: Estate,
    rng: np.random.Generator,
    kind: str,
    element: str,
    *,
    window_ns: tuple[int, int],
    announced_ns: int,
    name: str,
) -> Incident:
    """Make a work on an element, as harmful as its way is without a backup.

    A ring with a way round, or a visit of a site, hurts nobody.
    """
    if kind not in TITLES:
        raise UnknownName.among("kind of element that is worked on", kind, TITLES)
    if element not in estate.names[kind]:
        raise UnknownName.among(kind, element, estate.names[kind])
    code = estate.code(kind, element)
    begins_ns, ends_ns = window_ns
    sign = Sign(
        event_kind="planned_work",
        element=element,
        element_kind=kind,
        title=TITLES[kind],
        after_ns=announced_ns - begins_ns,
        lasts_ns=ends_ns - begins_ns,
        state="scheduled",
    )
    recipe = replace(KINDS["maintenance_without_backup"], dimensions=(kind,), may_hit=None)
    made = cook(
        estate,
        recipe,
        {kind: code},
        severity=float(rng.uniform()),
        start_ns=begins_ns,
        minutes=(ends_ns - begins_ns) / 60e9,
        name=name,
    )
    if is_harmful(estate, kind, code):
        return replace(made, signs=(sign,))
    detour = Effect(scope={kind: (code,)}, quantity="delay_ms", amount=DETOUR_MS)
    effects = (detour,) if kind == "ring" else ()
    return replace(
        made,
        kind="work_with_backup",
        is_harmful=False,
        effects=effects,
        signs=(sign,),
        severity=0.0,
    )


def is_harmful(estate: Estate, kind: str, code: int) -> bool:
    """Tell whether a work on an element leaves those behind it without a way."""
    if kind == "ring":
        return not estate.transport.is_protected[code]
    return kind != "gnb"
