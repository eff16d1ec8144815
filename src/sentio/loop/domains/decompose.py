"""From what a customer is promised to what each domain must do: budgets over the path.

Each domain gets what it needs at best, and of the rest as much as it usually takes of the whole
(TS 28.541: a ServiceProfile becomes slice profiles of radio, transport and core).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sentio.kernel.errors import DefinitionError, RefusedError
from sentio.loop.domains.budgets import QUANTITIES, Quantity, share_out
from sentio.loop.domains.definition import SlaDefinition, SlaExample
from sentio.model.domain import DOMAINS
from sentio.model.intent import AutonomousDomain, Expectation, Intent

MOS = "mos"
EXACT = 1e-6
Take = Mapping[str, float]
"""What a domain takes of each target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual along the path: the MOS of uses that lose nothing, and what each domain takes.

    ``takes`` is by name of a domain, among them those of experience that no autonomous domain
    heals (device, application): what they take cannot be given to others.
    """

    best_mos: float = 5.0
    takes: Mapping[str, Take] = field(default_factory=dict[str, Take])


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much of a target each domain of a path may take."""

    quantity: Quantity
    whole: float
    by_domain: Mapping[str, float]


def decompose(
    sla: SlaDefinition,
    domains: Mapping[str, AutonomousDomain],
    usual: Usual,
    *,
    since_ns: int = 0,
    until_ns: int | None = None,
) -> tuple[Intent, ...]:
    """Make the business intent, an intent for each service, and one for each domain of the path.

    Raises
    ------
    RefusedError
        What is promised contradicts itself, or no domain can do its part of it.
    """
    path = _path(sla, domains)
    budgets = budgets_of(sla, path, usual)
    expectations = tuple(_asked(sla))
    business = Intent(
        id=f"B-{sla.name}",
        name=sla.title,
        layer="business",
        expectations=expectations,
        since_ns=since_ns,
        until_ns=until_ns,
        priority=sla.priority,
    )
    made = [business]
    for service in sla.services:
        of_service = replace(
            business,
            id=f"S-{sla.name}-{service}",
            name=f"{sla.title}: {service}",
            layer="service",
            service=service,
            parent=business.id,
        )
        made.append(of_service)
        made += [
            replace(
                of_service,
                id=f"R-{sla.name}-{service}-{domain.name}",
                name=f"{sla.title}: {service} in {domain.title.lower()}",
                layer="resource",
                domain=domain.name,
                parent=of_service.id,
                expectations=resource_targets(budgets, domain.name, sla.scope),
            )
            for domain in path
        ]
    return tuple(made)


def resource_targets(
    budgets: Sequence[Budget], domain: str, scope: Mapping[str, str]
) -> tuple[Expectation, ...]:
    """Give what the budgets ask of one domain."""
    return tuple(
        Expectation(
            name=each.quantity.name,
            unit=each.quantity.unit,
            condition=each.quantity.condition,
            value=each.quantity.back(each.by_domain[domain]),
            scope=scope,
        )
        for each in budgets
        if domain in each.by_domain
    )


def budgets_of(
    sla: SlaDefinition,
    path: Sequence[AutonomousDomain],
    usual: Usual,
    *,
    floors: Mapping[str, Take] | None = None,
) -> list[Budget]:
    """Share every target of a promise out over a path.

    ``floors`` say what domains take now where that is more than they can do at best. Raises
    `RefusedError`.
    """
    wanted = dict(sla.targets())
    if sla.mos is not None:
        wanted["lost_mos"] = _loss_allowed(sla, usual)
    return [
        _budget(sla, QUANTITIES[name], value, path, usual, floors or {})
        for name, value in wanted.items()
    ]


def _budget(
    sla: SlaDefinition,
    quantity: Quantity,
    value: float,
    path: Sequence[AutonomousDomain],
    usual: Usual,
    floors: Mapping[str, Take],
) -> Budget:
    _check_range(sla, quantity, value)
    name, add = quantity.name, quantity.add
    taken = {domain: add(take[name]) for domain, take in usual.takes.items() if name in take}
    theirs = {each.name for each in path}
    elsewhere = sum(part for domain, part in taken.items() if domain not in theirs)
    whole = add(value) - elsewhere
    least = {each.name: add(each.capabilities[name]) for each in path if name in each.capabilities}
    held = {
        domain: max(part, add(floors.get(domain, {}).get(name, quantity.back(part))))
        for domain, part in least.items()
    }
    found = share_out(whole, held, {domain: taken.get(domain, held[domain]) for domain in held})
    if found is None:
        raise _impossible(sla, quantity, value, held, elsewhere)
    return Budget(quantity=quantity, whole=whole, by_domain=found)


def _impossible(
    sla: SlaDefinition,
    quantity: Quantity,
    value: float,
    held: Mapping[str, float],
    elsewhere: float,
) -> RefusedError:
    parts = {**held, **({"elsewhere": elsewhere} if elsewhere > 0.0 else {})}
    best = quantity.back(sum(parts.values()))
    told = ", ".join(f"{name} {quantity.back(part):.4g}" for name, part in parts.items())
    ask = "at most" if quantity.condition == "at_most" else "at least"
    return RefusedError(
        f"{quantity.name} of {ask} {value:.4g} {quantity.unit} cannot be kept",
        where=f"promise {sla.name}",
        expected=f"{best:.4g} or easier: at best {told}",
        next_step="Promise less, or leave a domain out of the path.",
    )


def _loss_allowed(sla: SlaDefinition, usual: Usual) -> float:
    floor = sla.mos or 0.0
    if floor >= usual.best_mos:
        raise RefusedError(
            f"an experience of at least {floor:.2f} cannot be kept",
            where=f"promise {sla.name}",
            expected=f"less than {usual.best_mos:.2f}, the MOS of uses that lose nothing",
            next_step="Promise less.",
        )
    return usual.best_mos - floor


def _check_range(sla: SlaDefinition, quantity: Quantity, value: float) -> None:
    is_vain = quantity.condition == "at_least" and value >= 1.0
    if not quantity.least <= value <= quantity.most or is_vain:
        raise RefusedError(
            f"{quantity.name} of {value:.4g} is no promise that anybody can keep",
            where=f"promise {sla.name}",
            expected=f"more than {quantity.least:g} and less than {quantity.most:g}",
        )


def _path(sla: SlaDefinition, domains: Mapping[str, AutonomousDomain]) -> list[AutonomousDomain]:
    for name in sla.path:
        if name not in domains:
            raise RefusedError(
                f"the path names {name!r}",
                where=f"promise {sla.name}",
                expected=f"domains: {', '.join(domains)}",
            )
    if len(set(sla.path)) < len(sla.path):
        raise RefusedError("the path names a domain twice", where=f"promise {sla.name}")
    return [domains[name] for name in sla.path]


def _asked(sla: SlaDefinition) -> Iterable[Expectation]:
    if sla.mos is not None:
        yield Expectation(
            name=MOS, unit="MOS", condition="at_least", value=sla.mos, scope=sla.scope
        )
    for name, value in sla.targets().items():
        quantity = QUANTITIES[name]
        yield Expectation(
            name=name,
            unit=quantity.unit,
            condition=quantity.condition,
            value=value,
            scope=sla.scope,
        )


def contradiction(intents: Iterable[Intent]) -> str:
    """Tell which two intents cannot both be kept, empty where all can: no room between limits."""
    limits: dict[tuple[object, ...], dict[str, tuple[float, str]]] = {}
    for intent in intents:
        for each in intent.expectations:
            key = (intent.domain, intent.service, each.name, tuple(sorted(each.scope.items())))
            held = limits.setdefault(key, {})
            tighter = min if each.condition == "at_most" else max
            known = held.get(each.condition)
            mine = (each.value, intent.id)
            held[each.condition] = tighter(known, mine) if known else mine
    for (_, _, name, _), held in limits.items():
        if held.keys() >= {"at_most", "at_least"} and held["at_least"][0] > held["at_most"][0]:
            (most, one), (least, other) = held["at_most"], held["at_least"]
            return f"{name}: {one} allows at most {most:g}, {other} at least {least:g}"
    return ""


def check_examples(sla: SlaDefinition, domains: Mapping[str, AutonomousDomain]) -> int:
    """Play all worked examples of a promise; gives how many there are.

    Raises
    ------
    DefinitionError
        Something else comes of one than it says.
    """
    for example in sla.examples:
        wrong = _wrong(sla, example, domains)
        if wrong:
            raise DefinitionError(
                f"the example {example.says!r} ends with {wrong}",
                where=f"promise {sla.name}",
                expected=example.refused or str(example.then),
            )
    return len(sla.examples)


def _wrong(sla: SlaDefinition, example: SlaExample, domains: Mapping[str, AutonomousDomain]) -> str:
    usual = Usual(best_mos=example.best_mos, takes=example.usual)
    try:
        made = decompose(sla, domains, usual)
    except RefusedError as error:
        return "" if example.refused and example.refused in str(error) else str(error)
    if example.refused:
        return "no refusal"
    got = {
        (each.domain, target.name): target.value
        for each in made
        if each.layer == "resource"
        for target in each.expectations
    }
    for domain, targets in example.then.items():
        for name, value in targets.items():
            found = got.get((domain, name))
            if found is None or abs(found - value) > EXACT + 1e-5 * abs(value):
                return f"{name} of {domain} is {found}"
    return ""


def elsewhere(path: Iterable[AutonomousDomain]) -> set[str]:
    """Name the domains of experience that no domain of a path answers for."""
    return set(DOMAINS) - {each.domain for each in path}
