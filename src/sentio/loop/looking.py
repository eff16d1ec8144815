"""Uses that were fetched, held against what was usual of them, and what can be read off them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from sentio.analysis.causes import WHOLE
from sentio.analysis.scopes import Attributes
from sentio.awareness.series import Place
from sentio.awareness.totals import totals_of_uses
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.loop.felt import Felt
from sentio.model.degradation import Degradation, Scope
from sentio.model.diagnosis import Hypothesis
from sentio.model.domain import DOMAINS

POOR_BELOW = 3.0
LEAST_FALL = 0.1  # standard deviations of a use
MOST_NATS = 4.0  # that one service may say in one period


@dataclass(slots=True)
class Following:
    """A degradation that goes on, and what is known of it so far."""

    told: Degradation
    place: Scope  # where it was looked for
    fall: float  # mean, in standard deviations of a use
    falls: Mapping[str, float] = field(default_factory=dict[str, float])  # by service, at first
    alike: tuple[Scope, ...] = ()
    others: tuple[tuple[Scope, float], ...] = ()
    periods: int = 0
    better_nats: float = 0.0
    better_since_ns: int = 0
    quiet: int = 0
    causes: list[Hypothesis] = field(default_factory=list[Hypothesis])
    window: int = 0
    held: Mapping[str, str] = field(default_factory=dict[str, str])
    felt: Felt = field(default_factory=Felt)
    series: dict[str, int] = field(default_factory=dict[str, int])
    usual_losses: Mapping[str, float] = field(default_factory=dict[str, float])  # by domain
    levels: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    """By service: how many uses fared how within it, and the sums of their falls and squares."""
    parts: list[Scope] = field(default_factory=list[Scope])  # that it hits hardest
    within: str = ""  # the degradation in which it is one of its own

    @property
    def subjects(self) -> list[int]:
        """Those who probably felt it, in order."""
        return self.felt.subjects


@dataclass(frozen=True, slots=True)
class Looked:
    """Fetched uses with their falls; arrays of shape (rows,)."""

    uses: pa.Table
    attributes: Attributes
    mos: FloatArray
    usual: FloatArray
    spread: FloatArray  # standard deviation of a use, in MOS
    fall: FloatArray  # in such
    age: IntArray
    share: float
    known: BoolArray  # is explained, and judged against the level of what explains it
    within: str = ""  # the degradation that does
    left_out: tuple[int, ...] = ()  # uses in each span that was to be left out

    def where(self, keep: BoolArray) -> Looked:
        """Give the same with some rows only."""
        return replace(
            self,
            uses=self.uses.filter(pa.array(keep)),
            attributes={n: (c[keep], names) for n, (c, names) in self.attributes.items()},
            mos=self.mos[keep],
            usual=self.usual[keep],
            spread=self.spread[keep],
            fall=self.fall[keep],
            age=self.age[keep],
            known=self.known[keep],
        )


def of_groups(rows: Looked) -> Attributes:
    """Give the attributes that a scope is looked for in: no single subject makes one."""
    return {name: codes for name, codes in rows.attributes.items() if name != "subject"}


def constants(rows: Looked, inside: IntArray) -> dict[str, str]:
    """Give the attributes that all of some rows share."""
    found: dict[str, str] = {}
    for name, (codes, members) in rows.attributes.items():
        code = int(codes[inside[0]])
        if code >= 0 and (codes[inside] == code).all():
            found[name] = members[code]
    return found


def holds(attributes: Attributes, scope: Scope, rows: int) -> BoolArray:
    """Tell which rows lie in a scope."""
    inside = np.ones(rows, dtype=np.bool_)
    for name, member in scope.items():
        if name not in attributes:
            return np.zeros(rows, dtype=np.bool_)
        codes, members = attributes[name]
        inside &= codes == (members.index(member) if member in members else -2)
    return inside


def explained(rows: Looked) -> pa.Table:
    """Totals of uses as negative rows, scaled up from the sample to all of them."""
    codes, names = rows.attributes["service"]
    by_service = {
        name: rows.uses.filter(pa.array(codes == code)) for code, name in enumerate(names)
    }
    totals = totals_of_uses(by_service).rows
    for name in ("n", "total", "total_sq"):
        scaled = pa.array(totals.column(name).to_numpy() / -rows.share)
        totals = totals.set_column(totals.column_names.index(name), name, scaled)
    return totals


def onset_of(fall: FloatArray, age: IntArray, weight: FloatArray) -> int:
    """Find how many periods ago a fall began: where its likelihood is greatest, looking back."""
    periods = int(age.max(initial=0)) + 1
    n = np.bincount(age, weight, periods)
    lost = np.bincount(age, fall * weight, periods)
    shift = max(float(lost[:2].sum()) / max(float(n[:2].sum()), 1.0), 0.3)
    gained = np.cumsum(shift * lost - n * shift**2 / 2.0)
    return int(gained.argmax())


def losses(
    rows: Looked, inside: IntArray, usual: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Give the mean loss of some rows by domain, beyond the usual one where that is known."""
    found: dict[str, float] = {}
    for domain in DOMAINS:
        name = f"loss_{domain}"
        if name in rows.uses.column_names:
            lost = float(rows.uses.column(name).to_numpy()[inside].mean())
            found[domain] = max(lost - (usual or {}).get(domain, 0.0), 0.0) if usual else lost
    return found


def falls_of(rows: Looked, inside: IntArray) -> dict[str, float]:
    """Give the mean fall of each service that fell among some rows."""
    codes, names = rows.attributes["service"]
    n = np.bincount(codes[inside], minlength=len(names))
    fall = np.bincount(codes[inside], rows.fall[inside], len(names)) / np.maximum(n, 1)
    return {name: float(fall[i]) for i, name in enumerate(names) if fall[i] > LEAST_FALL}


def better_nats(rows: Looked, falls: Mapping[str, float]) -> float:
    """Weigh recovery against going on, service by service; none of them alone decides.

    So another fault that hits one service of the scope does not keep a degradation open.
    """
    codes, names = rows.attributes["service"]
    found = 0.0
    for code, name in enumerate(names):
        here, usual = codes == code, falls.get(name, 0.0)
        if usual > 0.0 and here.any():
            nats = float(usual * (usual / 2.0 - rows.fall[here]).sum())
            found += min(max(nats, -MOST_NATS), MOST_NATS)
    return found


def services_of(rows: Looked, inside: IntArray) -> tuple[str, ...]:
    """Name the services that some rows lost in, the worst first."""
    codes, names = rows.attributes["service"]
    lost = np.bincount(codes[inside], rows.fall[inside], len(names))
    return tuple(names[i] for i in np.argsort(-lost) if lost[i] > 0.05 * lost.max())


def grown(
    told: Degradation, rows: Looked, inside: IntArray, usual: Mapping[str, float]
) -> Degradation:
    """Take further uses into what is told of a degradation."""
    more = round(len(inside) / rows.share)
    uses = told.uses + more
    part = more / max(uses, 1)
    poor = float((rows.mos[inside] < POOR_BELOW).mean()) if len(inside) else 0.0
    seen = float(rows.mos[inside].mean())
    lost = losses(rows, inside, usual)
    return replace(
        told,
        uses=uses,
        poor_uses=told.poor_uses + round(poor * more),
        mos_seen=told.mos_seen + part * (seen - told.mos_seen),
        loss_by_domain={
            d: told.loss_by_domain.get(d, 0.0) + part * (v - told.loss_by_domain.get(d, 0.0))
            for d, v in lost.items()
        },
    )


def scope_of(place: Place) -> Scope:
    """Give the scope that is just a place."""
    if place.dimension == "all":
        return {}
    return {place.dimension: place.member}


def named(scope: Scope, held: Mapping[str, str]) -> dict[str, str]:
    """Give a scope in the order of its names, a version with what it is a version of.

    ``held`` are the attributes that all of its uses have.
    """
    whole = {of: held[of] for part, of in WHOLE.items() if part in scope and of in held}
    return lean({**whole, **scope})


def lean(scope: Scope) -> dict[str, str]:
    """Give a scope in the order of its names."""
    return {name: scope[name] for name in sorted(scope)}
