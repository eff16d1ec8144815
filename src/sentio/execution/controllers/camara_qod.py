"""A better quality for those who must not suffer (CAMARA Quality-on-Demand 1.1.0)."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.execution.controller import Diff, Found, Json, Order
from sentio.execution.peer import Peer, PeerRefused
from sentio.execution.things import GONE, at, name_of, segment, word

PREFIX = "/quality-on-demand/v1"
MOST = 50  # sessions of one order, unless the route says ``most``
REALM = "cem.invalid"
SINK = "https://cem.invalid/quality-on-demand"  # nobody listens there; it carries the order's id
PROFILE = "QOS_E"
ANY_SERVER = "0.0.0.0/0"  # quality for all traffic of a device
LIVE = {"REQUESTED", "AVAILABLE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityOnDemand:
    """Opens one session for each subject of an order; they also end by themselves."""

    name: str = "camara_qod"

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Read which sessions there are, and write those that are to be."""
        bodies = _bodies(order)
        there = sum(len(_sessions(body, order, peer)) for body in bodies)
        more = len(set(order.subjects)) - len(bodies)
        left = f" {more} more subjects get none: {len(bodies)} is the most." if more > 0 else ""
        sentence = f"{len(bodies)} devices get {_profile(order)} for {_seconds(order)} s.{left}"
        after = {"sessions": bodies}
        return Diff(order=order, before={"sessions": there}, after=after, sentence=sentence)

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Open a session for each who has none; raises `PeerRefused` where nobody may have one."""
        order = diff.order
        handles: list[str] = []
        refused: list[PeerRefused] = []
        for body in _bodies(order):
            there = _sessions(body, order, peer)
            handles += [name_of(session, "sessionId") for session in there]
            if not there:
                try:
                    handles.append(_opened(body, order, peer))
                except PeerRefused as error:  # one device that may not is no reason for the others
                    refused.append(error)
        if refused and not handles:
            raise refused[0]
        return tuple(handles)

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Look for the sessions of all subjects; a second one of a subject comes behind."""
        order = diff.order
        bodies = _bodies(order)
        there = [_sessions(body, order, peer) for body in bodies]
        ranked = [each[0] for each in there if each] + [more for each in there for more in each[1:]]
        handles = tuple(name_of(session, "sessionId") for session in ranked)
        said = f"{sum(1 for each in there if each)} of {len(bodies)}"
        if not handles:
            return Found(state="absent", wanted=len(bodies), said=said)
        is_asked = any(word(session, "qosStatus") == "REQUESTED" for session in ranked)
        state = "pending" if is_asked else "standing"
        return Found(state=state, handles=handles, wanted=len(bodies), said=said)

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """End the sessions."""
        for handle in handles:
            path = f"{at(PREFIX, diff.order)}/sessions/{segment(handle)}"
            peer.ask("DELETE", path, headers=_headers(diff.order), also=GONE)


def _bodies(order: Order) -> list[Json]:
    """Write one session for each subject, at most so many as may be."""
    route = order.route
    most, realm = int(route.get("most", MOST)), route.get("realm", REALM)
    sink = route.get("sink", SINK)
    return [
        {
            "device": {"networkAccessIdentifier": f"{subject}@{realm}"},
            "applicationServer": {"ipv4Address": route.get("server", ANY_SERVER)},
            "qosProfile": _profile(order),
            "duration": _seconds(order),
            "sink": f"{sink}{'&' if '?' in sink else '?'}order={segment(order.id)}",
        }
        for subject in list(dict.fromkeys(order.subjects))[:most]
    ]


def _sessions(body: Json, order: Order, peer: Peer) -> list[Json]:
    """Find the sessions of a device that are the order's, the oldest first."""
    answer = peer.ask(
        "POST",
        f"{at(PREFIX, order)}/retrieve-sessions",
        body={"device": body["device"]},
        headers=_headers(order),
        also=GONE,
    )
    if answer.status in GONE:  # a device that the peer does not know has none
        return []
    mine = [
        session
        for session in answer.objects()
        if word(session, "qosStatus") in LIVE
        and all(session.get(name) == body[name] for name in ("qosProfile", "sink"))
    ]
    return sorted(mine, key=lambda session: word(session, "startedAt") or "~")


def _opened(body: Json, order: Order, peer: Peer) -> str:
    path = f"{at(PREFIX, order)}/sessions"
    return peer.ask("POST", path, body=body, headers=_headers(order)).text("sessionId")


def _headers(order: Order) -> dict[str, str]:
    return {"x-correlator": order.id}


def _profile(order: Order) -> str:
    return str(order.action.parameters.get("profile", PROFILE))


def _seconds(order: Order) -> int:
    return max((order.until_ns - order.made_ns) // 1_000_000_000, 1)


CONTROLLER = QualityOnDemand()
