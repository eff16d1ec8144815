"""The contract of a kind of action: honest figures, remedies for things that exist, a way back."""

from __future__ import annotations

from collections.abc import Iterator

from sentio.analysis.wrong import TABLE
from sentio.decision.kind import ANYTHING, ActionKind, Remedy
from sentio.model.domain import DOMAINS
from sentio.model.topology import DOMAIN_OF_KIND
from sentio.testing.breach import insist

WORDS = {word for _, _, word in TABLE} | {"", "change", "planned_work", "asleep", "overload"}
MORE_WORDS = {"unused", "domain_fails", "stands_in", ANYTHING}
KINDS = {*DOMAIN_OF_KIND, "slice", "segment", ANYTHING}


def check_action(action: ActionKind) -> None:
    """Raise `BrokenContract` unless a kind of action keeps its contract, ours or a stranger's."""
    insist(action.name, _breaches(action))


def _breaches(action: ActionKind) -> Iterator[str]:
    if not action.remedies:
        yield "it is good for nothing: no remedy"
    if action.effect_after_min >= action.limit_min:
        yield "its time is over before it has an effect"
    if action.blast != "nobody":
        yield from _touching(action)
    for each in action.remedies:
        yield from _unknown(each)


def _touching(action: ActionKind) -> Iterator[str]:
    if action.is_cure and not action.inverse and action.interrupts_min <= 0.0:
        yield "it cannot be taken back: give an inverse"
    if action.harm * action.harm_share <= 0.0:
        yield "what touches somebody may harm somebody: give harm and harm_share"


def _unknown(remedy: Remedy) -> Iterator[str]:
    if unknown := remedy.wrong - WORDS - MORE_WORDS:
        yield f"nothing is ever called {sorted(unknown)} wrong"
    if unknown := remedy.on - KINDS:
        yield f"there is no kind of element {sorted(unknown)}"
    if unknown := remedy.domains - set(DOMAINS):
        yield f"there is no domain {sorted(unknown)}"
    if not 0.0 < remedy.success < 1.0:
        yield f"nothing helps with a certainty of {remedy.success}"
