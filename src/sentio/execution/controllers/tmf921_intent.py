"""Ways and budgets of domains, told as intents to their own control (TMF921 Intent 5.0.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sentio.execution.controller import Diff, Found, Json, Order, State
from sentio.execution.peer import Peer
from sentio.execution.things import SAID, UNKNOWN, instant, segment, target_of, word
from sentio.execution.tmf import Things

CONTEXT = {
    "icm": "http://tio.models.tmforum.org/tio/v3.4.0/IntentCommonModel/",
    "sentio": "urn:sentio:intent:",
}
"""Names of the Intent Common Model (TIO 3.4.0), and ours."""
STATES: dict[str, State] = {
    "active": "standing",
    "compliant": "standing",
    "degraded": "standing",  # it is in force, and does not reach all that it should
    "fulfilled": "standing",
    "rejected": "failed",
    "failed": "failed",
    "notfulfilled": "failed",
    "cancelled": "absent",
    "ended": "absent",
    "removed": "absent",
    "terminated": "absent",
}
"""Words of a life cycle, and of what an intent report says of its handling."""
INTENTS = Things(
    prefix="/tmf-api/intentManagement/v5",
    path="/intent",
    mark="name",
    status="lifecycleStatus",
    states=STATES,
    since="creationDate",
)
WORD = re.compile(r"(?:.*[:/#])?(?:State)?(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Gives one intent for an order to whoever controls the domain."""

    name: str = "tmf921_intent"

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Read which intents there are of it, and write the one that is to be."""
        there = INTENTS.marked(order, peer)
        kind = order.action.kind
        after: Json = {
            "@type": "Intent",
            "name": order.id,
            "description": order.reason or f"{kind} of {target_of(order)}",
            "context": "customer experience",
            "validFor": {
                "startDateTime": instant(order.made_ns),
                "endDateTime": instant(order.until_ns),
            },
            "expression": _expression(order),
        }
        sentence = f"An intent asks for {kind} of {target_of(order)}."
        return Diff(order=order, before={"intents": len(there)}, after=after, sentence=sentence)

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Give it, unless it is given."""
        there = INTENTS.standing(INTENTS.marked(diff.order, peer))
        return there or (INTENTS.make(diff.after, diff.order, peer).text("id"),)

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Look for intents of the order, and for what the last report says of the oldest."""
        found = INTENTS.found(INTENTS.marked(diff.order, peer))
        if found.state not in {"standing", "pending"}:
            return found
        told = _reported(found.handles[0], diff.order, peer)
        if told is None:
            return found
        is_over = STATES[told] == "absent"
        return replace(
            found, state=STATES[told], said=told, handles=() if is_over else found.handles
        )

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """Take the intents back."""
        for handle in handles:
            INTENTS.end(handle, diff.order, peer)


def _expression(order: Order) -> Json:
    action = order.action
    told = {"action": action.kind, "element_kind": action.target_kind, **action.parameters}
    expectation = {
        "@type": "icm:DeliveryExpectation",
        "icm:target": action.target,
        "icm:params": told,
    }
    intent = {"@type": "icm:Intent", "icm:hasExpectation": {"sentio:delivery": expectation}}
    return {
        "@type": "JsonLdExpression",
        "iri": f"{CONTEXT['sentio']}{segment(order.id)}",
        "expressionValue": {"@context": CONTEXT, f"sentio:{segment(order.id)}": intent},
    }


def _reported(handle: str, order: Order, peer: Peer) -> str | None:
    """Give the word of the newest report that says how the intent fares; None without one."""
    path = f"{INTENTS.at(order)}/{segment(handle)}/intentReport"
    answer = peer.ask("GET", path, also=UNKNOWN)
    if answer.status in UNKNOWN:
        return None
    newest = sorted(answer.objects(), key=lambda report: word(report, "creationDate"))[-1:]
    for text in _texts([report.get("expression") for report in newest]):
        match = WORD.fullmatch(text[:SAID])
        if match and match[1].lower() in STATES:
            return match[1].lower()
    return None


def _texts(value: object) -> Iterator[str]:
    """Go through all texts that JSON holds."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


CONTROLLER = Intent()
