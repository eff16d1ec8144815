"""Reads domains and customer promises from TOML, ours and the operator's own."""

from __future__ import annotations

from sentio.decision.catalogue import definitions, read_definition
from sentio.kernel.errors import DefinitionError, UnknownName
from sentio.loop.domains.definition import DomainDefinition, SlaDefinition
from sentio.model.intent import AutonomousDomain


def domains() -> dict[str, AutonomousDomain]:
    """Read all domains by name; an operator's own replaces ours of its name.

    Raises
    ------
    DefinitionError
        One is wrong, or names a domain that there is none of.
    """
    read = [read_definition(DomainDefinition, path).value() for path in definitions("domains")]
    found = {each.name: each for each in read}
    for each in found.values():
        for other in (*each.supplements, *each.equivalents):
            if other not in found:
                raise DefinitionError(
                    f"{each.name} names the domain {other!r}",
                    where=f"domain {each.name}",
                    expected=f"one of {', '.join(found)}",
                )
    return found


def slas() -> dict[str, SlaDefinition]:
    """Read all customer promises by name; an operator's own replaces ours of its name."""
    read = [read_definition(SlaDefinition, path) for path in definitions("intents")]
    return {each.name: each for each in read}


def sla(name: str) -> SlaDefinition:
    """Give a customer promise; raises `UnknownName`."""
    known = slas()
    if name not in known:
        raise UnknownName.among("customer promise", name, known)
    return known[name]
