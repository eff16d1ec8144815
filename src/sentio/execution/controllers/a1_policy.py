"""Steering and tuning of cells by policies of the Non-RT RIC (O-RAN A1 policy management v1)."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.execution.controller import Diff, Found, Json, Order
from sentio.execution.peer import Answer, Peer, PeerRefused
from sentio.execution.things import GONE, SAID, at, members, name_of, segment, texts, word

PREFIX = "/a1-policy-management/v1"
TYPES = {"steer_traffic": "sentio_steer_1.0.0", "retune": "sentio_retune_1.0.0"}
CONFLICT = 409
"""A policy of that name is there already."""
HOPELESS = {"SCOPE_NOT_APPLICABLE", "STATEMENT_NOT_APPLICABLE"}
"""Reasons for which a policy is not enforced, and will not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class A1Policy:
    """Makes one policy for an order, whose name is the order's id: there never is a double."""

    name: str = "a1_policy"

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Read the policy that there may be, choose the RIC, and write the policy."""
        action = order.action
        there = _read(order, peer)
        before = {} if there.status in GONE else {"policyObject": there.object()}
        kind = TYPES.get(action.kind, f"sentio_{action.kind}_1.0.0")
        ric = order.route.get("ric") or _ric(kind, order, peer)
        after: Json = {
            "policyId": order.id,
            "policyTypeId": kind,
            "nearRtRicId": ric,
            "serviceId": order.route.get("service", ""),  # empty: no owner is supervised
            "transient": False,
            "policyObject": {
                "scope": {f"{action.target_kind}Id": action.target},
                "objectives": dict(action.parameters),
            },
        }
        sentence = f"RIC {ric} gets policy {kind} for {action.target_kind} {action.target}."
        return Diff(order=order, before=before, after=after, sentence=sentence)

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Make the policy, unless it is there."""
        order = diff.order
        if _read(order, peer).status in GONE:
            peer.ask("POST", _policies(order), body=diff.after, also=(CONFLICT,))
        return (order.id,)

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Look for the policy, and whether it is enforced."""
        order = diff.order
        if _read(order, peer).status in GONE:
            return Found(state="absent")
        status = peer.ask("GET", f"{_policy(order)}/status", also=GONE)
        told = {} if status.status in GONE else status.object()
        enforced, reason = word(told, "enforceStatus"), word(told, "enforceReason")
        said = f"{enforced} {reason}".strip()[:SAID]
        if enforced in {"", "ENFORCED"}:  # a type need not tell a status
            return Found(state="standing", handles=(order.id,), said=said)
        state = "failed" if reason in HOPELESS else "pending"
        return Found(state=state, handles=(order.id,), said=said)

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """Delete the policy."""
        for handle in handles:
            path = f"{_policies(diff.order)}/{segment(handle)}"
            peer.ask("DELETE", path, also=GONE)


def _policies(order: Order) -> str:
    return f"{at(PREFIX, order)}/policies"


def _policy(order: Order) -> str:
    return f"{_policies(order)}/{segment(order.id)}"


def _read(order: Order, peer: Peer) -> Answer:
    answer = peer.ask("GET", _policy(order), also=GONE)
    if answer.status not in GONE:
        answer.object()
    return answer


def _ric(kind: str, order: Order, peer: Peer) -> str:
    """Choose the RIC that looks after the target, else the first that knows the type."""
    answer = peer.ask("GET", f"{at(PREFIX, order)}/rics", query={"policyTypeId": kind})
    rics = list(members(answer.object().get("rics")))
    able = [ric for ric in rics if kind in texts(ric, "policyTypeIds", [kind])]
    near = [ric for ric in able if order.action.target in texts(ric, "managedElementIds")]
    if not able:
        raise PeerRefused(f"no RIC knows the policy type {kind}", where=f"{peer.url} /rics")
    return name_of((near or able)[0], "ricId")


CONTROLLER = A1Policy()
