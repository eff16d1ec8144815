"""CAMARA Quality-On-Demand 1.1.0: sessions with a guaranteed quality for one device each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from sentio.kernel.errors import UnknownName
from sentio.lab.southbound.asked import (
    BAD_REQUEST,
    CONFLICT,
    CREATED,
    NO_CONTENT,
    NO_METHOD,
    NOT_FOUND,
    UNPROCESSABLE,
    Asked,
    Json,
    Problem,
    Reply,
    object_of,
    text_of,
)
from sentio.lab.southbound.network import Done, Network, Want
from sentio.lab.stream.names import subject_of

PREFIX = "/quality-on-demand/v1"
PROFILES = ("QOS_E", "QOS_S", "QOS_M", "QOS_L")
LONGEST_S = 86_400
SECOND_NS = 1_000_000_000
KEPT_NS = 360 * SECOND_NS  # that a session which is over can still be asked for
CORRELATOR = re.compile(r"[a-zA-Z0-9\-_:;./<>{}]{0,256}")
IDENTIFIERS = ("phoneNumber", "networkAccessIdentifier", "ipv4Address", "ipv6Address")


@dataclass(slots=True, kw_only=True)
class Session:
    """One session; it is there for the network as long as ``done`` is."""

    told: Json
    order: str
    device: str
    started_ns: int
    ends_ns: int
    done: Done | None = None
    status: str = "REQUESTED"
    info: str = ""

    def as_json(self, network: Network) -> Json:
        """Tell it as the standard does; a session that is asked for only has no end yet."""
        more: Json = {"qosStatus": self.status}
        if self.status != "REQUESTED":
            more |= {
                "startedAt": network.moment(self.started_ns),
                "expiresAt": network.moment(self.ends_ns),
            }
        if self.info:
            more["statusInfo"] = self.info
        return self.told | more | {"duration": (self.ends_ns - self.started_ns) // SECOND_NS}


@dataclass(slots=True)
class QualityOnDemand:
    """Sessions become available once their creation is answered, and end by simulated time."""

    network: Network
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    prefix: str = PREFIX
    _made: int = 0

    def answer(self, asked: Asked) -> Reply:
        """Answer for sessions; the correlator comes back."""
        correlator = asked.headers.get("x-correlator", "")
        if not CORRELATOR.fullmatch(correlator):
            raise _invalid("x-correlator has other characters than it may")
        reply = self._answer(asked, correlator)
        return Reply(status=reply.status, body=reply.body, headers=_with(reply, correlator))

    def refusal(self, problem: Problem) -> Json:
        """Tell a problem as CAMARA does."""
        usual = {BAD_REQUEST: "INVALID_ARGUMENT", NOT_FOUND: "NOT_FOUND", 401: "UNAUTHENTICATED"}
        code = problem.code or usual.get(problem.status, "ABORTED")
        return {"status": problem.status, "code": code, "message": problem.what}

    def pass_time(self, now_ns: int) -> None:
        """End the sessions whose time is over."""
        for name, each in tuple(self.sessions.items()):
            if each.done is not None and each.ends_ns <= now_ns:
                self.network.undo(each.done)
                each.done, each.status, each.info = None, "UNAVAILABLE", "DURATION_EXPIRED"
            if each.done is None and each.ends_ns + KEPT_NS <= now_ns:
                del self.sessions[name]

    def _answer(self, asked: Asked, correlator: str) -> Reply:
        match asked.method, asked.parts:
            case "POST", ("sessions",):
                return self._create(asked.body(), correlator)
            case "GET", ("sessions", name):
                return Reply(body=self._read(name).as_json(self.network))
            case "DELETE", ("sessions", name):
                return self._delete(name)
            case "POST", ("sessions", name, "extend"):
                return self._extend(name, asked.body())
            case "POST", ("retrieve-sessions",):
                return Reply(body=list(self._of_device(_device(asked.body()))))
            case _, (("sessions" | "retrieve-sessions"), *_):
                raise Problem(NO_METHOD, f"{asked.method} is not offered here")
            case _:
                raise Problem(NOT_FOUND, f"nothing is at {'/'.join(asked.parts)}")

    def _create(self, body: Json, correlator: str) -> Reply:
        told = _checked(body)
        device = _device(body)
        self._refuse_conflict(told, device)
        order = _order(told) or correlator
        self._made += 1
        name = str(uuid5(NAMESPACE_URL, f"{order}/{device}/{self._made}"))
        want = Want(
            order=order or name,
            interface="camara-qod",
            action="qos_session",
            element=device,
            element_kind="subject",
        )
        now_ns = self.network.now_ns
        session = Session(
            told=told | {"sessionId": name},
            order=order,
            device=device,
            started_ns=now_ns,
            ends_ns=now_ns + int(told["duration"]) * SECOND_NS,
            done=self._favour(want),
        )
        self.sessions[name] = session
        made = session.as_json(self.network)
        session.status = "AVAILABLE"  # for whoever asks next
        where = f"{PREFIX}/sessions/{name}"
        return Reply(status=CREATED, body=made, headers={"Location": where})

    def _favour(self, want: Want) -> Done:
        """Let the subject pass first if it is one of the city; else keep it on record."""
        imsi = self.network.subject_of(want.element)
        if not imsi:
            what = "the device identifier belongs to nobody"
            raise Problem(NOT_FOUND, what, code="IDENTIFIER_NOT_FOUND")
        try:
            subject_of(imsi, len(self.network.estate.subjects))
        except UnknownName:
            return self.network.record(want)
        return self.network.do(want, on=imsi)

    def _refuse_conflict(self, told: Json, device: str) -> None:
        flow = ("applicationServer", "devicePorts", "applicationServerPorts")
        for each in self.sessions.values():
            is_same = all(each.told.get(name) == told.get(name) for name in flow)
            if each.done is not None and each.device == device and is_same:
                self.network.asked_again(each.done.want)
                what = f"session {each.told['sessionId']} is there for this device and flow"
                raise Problem(CONFLICT, what, code="CONFLICT")

    def _extend(self, name: str, body: Json) -> Reply:
        session = self._read(name)
        more_s = _whole(body.get("requestedAdditionalDuration"), "requestedAdditionalDuration")
        if session.status != "AVAILABLE":
            code = "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED"
            raise Problem(CONFLICT, f"the session is {session.status}", code=code)
        longest_ns = session.started_ns + LONGEST_S * SECOND_NS
        session.ends_ns = min(session.ends_ns + more_s * SECOND_NS, longest_ns)
        return Reply(body=session.as_json(self.network))

    def _delete(self, name: str) -> Reply:
        session = self._read(name)
        if session.done is not None:
            self.network.undo(session.done)
        del self.sessions[name]
        return Reply(status=NO_CONTENT)

    def _read(self, name: str) -> Session:
        try:
            UUID(name)
        except ValueError as error:
            raise _invalid(f"the sessionId {name!r} is no UUID") from error
        if name not in self.sessions:
            raise Problem(NOT_FOUND, f"there is no session {name}")
        return self.sessions[name]

    def _of_device(self, device: str) -> Iterator[Json]:
        for each in self.sessions.values():
            if each.device == device:
                yield each.as_json(self.network)


def _checked(body: Json) -> Json:
    """Give what is kept of a wish for a session; raises `Problem` (400)."""
    object_of(body.get("applicationServer"), "applicationServer")
    profile = text_of(body.get("qosProfile"), "qosProfile")
    if profile not in PROFILES:
        raise _invalid(f"there is no qosProfile {profile}; known: {', '.join(PROFILES)}")
    duration_s = _whole(body.get("duration"), "duration")
    if duration_s > LONGEST_S:
        raise _invalid(f"duration is {duration_s} s, over {LONGEST_S} s of {profile}")
    hidden = ("sinkCredential", "sessionId", "qosStatus")
    return {name: value for name, value in body.items() if name not in hidden}


def _device(body: Json) -> str:
    """Give the part of the device's network access identifier before the realm."""
    if "device" not in body:
        raise Problem(UNPROCESSABLE, "the device is missing", code="MISSING_IDENTIFIER")
    told = object_of(body["device"], "device")
    if not any(name in told for name in IDENTIFIERS):
        raise _invalid("the device has no identifier")
    if "networkAccessIdentifier" not in told:
        what = "devices are known by networkAccessIdentifier only"
        raise Problem(UNPROCESSABLE, what, code="UNSUPPORTED_IDENTIFIER")
    name, at, realm = text_of(told["networkAccessIdentifier"], "identifier").rpartition("@")
    if not (name and at and realm):
        raise _invalid("networkAccessIdentifier is not name@realm")
    return name


def _order(told: Json) -> str:
    query = parse_qs(urlsplit(str(told.get("sink") or "")).query)
    return next(iter(query.get("order", ())), "")


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _invalid(f"{name} is {value!r}, not a whole number from 1")
    return value


def _invalid(what: str) -> Problem:
    return Problem(BAD_REQUEST, what, code="INVALID_ARGUMENT")


def _with(reply: Reply, correlator: str) -> dict[str, str]:
    return {**reply.headers, "x-correlator": correlator} if correlator else dict(reply.headers)
