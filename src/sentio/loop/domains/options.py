"""What other domains can do about a trouble, and what it would be worth: options to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sentio.decision.catalogue import ACTIONS
from sentio.decision.kind import ActionKind, Remedy
from sentio.loop.domains.glance import Glance
from sentio.loop.domains.troubles import WHOLE, Trouble
from sentio.model.intent import AutonomousDomain, StandIn
from sentio.model.plan import Action, Refusal
from sentio.model.topology import Topology

FAILS, STANDS_IN = "domain_fails", "stands_in"
SWITCH, SUPPLEMENT, RECONFIGURE, RETURN = (
    *("switch_domain", "supplement_domain"),
    *("reconfigure_domain", "return_domain"),
)
PART = 0.5  # of the traffic that a supplement takes
RELIEF = 0.7  # of what an overload costs, that goes when half of the traffic does
STAND_H = 2.0  # that a stand-in is reckoned to be needed for
FULL_AT = 0.85  # load from which cells take no others' traffic: their own users come first
CARRIED = 1.5  # resource blocks that it takes there, over those that it took at home
UNKNOWN_ROOM = 0.6
ENOUGH_ROOM, LEAST_ROOM = 0.9, 0.25  # from which nobody else is needed; below which it is no way
SAVED_MIN = 10.0  # experience minutes that no intervention at all is worth
CROWDED_MOS = 1.6  # that uses lose besides where there is no room at all
LEAST_RECOVERED = 0.1

Attributes = Callable[[str], Mapping[str, str]]


@dataclass(slots=True)
class Learned:
    """What came of standing in, by the domain that did: times it helped, and how well."""

    counts: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def note(self, name: str, *, helped: bool, recovered: float) -> None:
        """Take in a proven outcome; ``recovered`` is the share of the loss that went."""
        times, helps, total = self.counts.get(name, [0.0, 0.0, 0.0])
        self.counts[name] = [times + 1.0, helps + helped, total + min(max(recovered, 0.0), 1.0)]

    def success(self, domain: AutonomousDomain) -> tuple[float, float]:
        """Give the probability that it helps, and how many outcomes that is worth."""
        times, helps, _ = self.counts.get(domain.name, [0.0, 0.0, 0.0])
        sure = domain.sure + times
        return min((domain.success * domain.sure + helps) / sure, 0.99), sure

    def recovers(self, domain: AutonomousDomain, expected: float) -> float:
        """Give the share of the loss that it probably takes away."""
        times, _, total = self.counts.get(domain.name, [0.0, 0.0, 0.0])
        return (expected * domain.sure + total) / (domain.sure + times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What must be known besides a trouble to find a way around it."""

    domains: Mapping[str, AutonomousDomain]
    glance: Glance
    topology: Topology
    learned: Learned
    attributes: Attributes
    failing: frozenset[str] = frozenset()  # domains that are in trouble themselves
    standing: Mapping[str, StandIn] = field(default_factory=dict[str, StandIn])


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Kinds of action made for one trouble, and why others were not."""

    kinds: tuple[ActionKind, ...]
    refused: tuple[Refusal, ...] = ()


def options_for(trouble: Trouble, around: Around, *, rebudget: str = "no") -> Options:
    """List what other domains can do about a trouble.

    ``rebudget`` is empty where the others have to spare what a domain lacks; otherwise it says why
    not.
    """
    first = around.domains[trouble.domain]
    wide = trouble.element_kind == WHOLE
    kinds, refused = list[ActionKind](), list[Refusal]()
    name = SWITCH if trouble.kind == "dark" else SUPPLEMENT
    names = first.equivalents if name == SWITCH else first.supplements
    if trouble.kind != "dark" and rebudget:
        refused.append(_refusal(RECONFIGURE, trouble, trouble.domain, rebudget))
    elif not rebudget:
        told = {"domain": trouble.domain}
        kinds.append(replace(_kind(RECONFIGURE), parameters=told, cost_min=-SAVED_MIN))
    for other in (around.domains[each] for each in names):
        why = "no single element is to blame" if wide else _not_able(trouble, other, around)
        room = room_near(trouble, other.room_of, around) if other.room_of and not why else 1.0
        recovers = 0.0 if why else _recovers(trouble, other, around, room=room)
        if not why and recovers < LEAST_RECOVERED:
            why = f"over {other.name}, uses would fare hardly better"
        if why:
            refused.append(_refusal(name, trouble, other.name, why))
            continue
        kinds.append(_to(name, trouble, other, around.learned, recovers))
        if name == SWITCH and LEAST_ROOM <= room < ENOUGH_ROOM:
            kinds += _shared(trouble, other, around, room)
    return Options(kinds=tuple(kinds), refused=tuple(refused))


def _shared(
    trouble: Trouble, other: AutonomousDomain, around: Around, room: float
) -> list[ActionKind]:
    """Let another domain carry as much as it has room for, and a third one the rest."""
    made: list[ActionKind] = []
    first = _recovers(trouble, other, around, room=1.0)
    for third in (around.domains[each] for each in other.supplements):
        if _not_able(trouble, third, around):
            continue
        rest = _recovers(trouble, third, around, room=1.0)
        base = _to(SWITCH, trouble, other, around.learned, room * first + (1.0 - room) * rest)
        made.append(
            replace(
                base,
                title=f"{base.title} and {third.title.lower()}",
                parameters={**base.parameters, "part": round(room, 2), "also": third.name},
                cost_min=base.cost_min + third.cost_min + STAND_H * third.cost_per_hour_min,
            )
        )
    return made


def return_kind(by: AutonomousDomain) -> ActionKind:
    """Give the action that ends a stand-in; what standing in costs on is saved."""
    return replace(_kind(RETURN), cost_min=-STAND_H * by.cost_per_hour_min)


def _kind(name: str) -> ActionKind:
    return ACTIONS[name]


def _to(
    name: str, trouble: Trouble, other: AutonomousDomain, learned: Learned, recovers: float
) -> ActionKind:
    base, (success, sure) = _kind(name), learned.success(other)
    remedy = Remedy(
        wrong=frozenset({FAILS}),
        on=frozenset({trouble.element_kind}),
        success=success,
        sure=sure,
        recovers=learned.recovers(other, recovers),
    )
    share = 1.0 if name == SWITCH else PART
    return replace(
        base,
        title=f"{base.title}: {other.title.lower()}",
        parameters={"of": trouble.domain, "to": other.name, "share": share},
        cost_min=other.cost_min + STAND_H * other.cost_per_hour_min,
        remedies=(remedy,),
    )


def _not_able(trouble: Trouble, other: AutonomousDomain, around: Around) -> str:
    if trouble.element_kind not in other.carries:
        return f"{other.name} carries no {trouble.element_kind}"
    if other.name in around.failing:
        return f"{other.name} is in trouble itself"
    for name, wanted in other.needs.items():
        found = around.attributes(trouble.element).get(name, "")
        if found != wanted:
            return f"{trouble.element} has {name} {found or 'unknown'}, {other.name} needs {wanted}"
    known = around.standing.get(trouble.element)
    if known and known.by == other.name:
        return f"{other.name} carries it already"
    return ""


def _recovers(trouble: Trouble, other: AutonomousDomain, around: Around, *, room: float) -> float:
    """Give the share of the loss that goes: what uses lose now, less what they lose there."""
    now = max(trouble.mos_usual - trouble.mos_seen, 0.0)
    if now <= 0.0:
        return 0.0
    there = _lost_there(trouble, other, around.glance) + CROWDED_MOS * (1.0 - room)
    if trouble.kind != "dark":
        return RELIEF * max(1.0 - PART * there / now, 0.0)
    return max(1.0 - there / now, 0.0)


def _lost_there(trouble: Trouble, other: AutonomousDomain, glance: Glance) -> float:
    """Give what the trouble's mix of services loses over another domain."""
    here = glance.within(trouble.scope)
    service, names = glance.codes("service")
    n = np.bincount(service[here], minlength=len(names))
    default = other.lost_mos.get("default", 0.0)
    lost = [other.lost_mos.get(name, default) for name in names]
    return float((n * np.array(lost)).sum() / n.sum()) if n.sum() else default


def room_near(trouble: Trouble, indicator: str, around: Around) -> float:
    """Tell what part of a trouble's traffic the cells around it have room for, [0, 1].

    A guess where they measure nothing.
    """
    glance = around.glance
    codes, names = glance.codes("cell")
    inside = {names[code] for code in np.unique(codes[glance.within(trouble.scope)]) if code >= 0}
    near = {one for cell in inside for one in around.topology.neighbours.get(cell, ())} - inside
    free = [FULL_AT - load for load in _loads(glance, indicator, near)]
    asked = _loads(glance, indicator, inside)
    if not free or not asked:
        return UNKNOWN_ROOM
    room = sum(max(each, 0.0) for each in free)
    return min(room / max(sum(asked) * CARRIED, 1e-9), 1.0)


def _loads(glance: Glance, indicator: str, cells: Iterable[str]) -> list[float]:
    told = (glance.value("cell", indicator, cell) for cell in sorted(cells))
    return [each for each in told if each is not None]


def _refusal(name: str, trouble: Trouble, to: str, why: str) -> Refusal:
    action = Action(
        kind=name,
        target=trouble.element,
        target_kind=trouble.element_kind,
        parameters={"to": to},
    )
    return Refusal(action=action, guard="able", reason=why)


def told_of(refusals: Iterable[Refusal]) -> Sequence[str]:
    """Give refusals in words, one line each."""
    return [f"{each.action.parameters.get('to', '')}: {each.reason}" for each in refusals]
