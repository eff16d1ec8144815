"""A1 policy management, v1 of the Non-RT RIC's service: cells steer traffic, or are retuned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sentio.lab.southbound.asked import (
    CONFLICT,
    CREATED,
    NO_CONTENT,
    NO_METHOD,
    NOT_FOUND,
    OK,
    Asked,
    Json,
    Problem,
    Reply,
    object_of,
    text_of,
)
from sentio.lab.southbound.network import Done, Network, Want

PREFIX = "/a1-policy-management/v1"
RIC = "ric-1"
TYPES: Mapping[str, str] = {
    "sentio_steer_1.0.0": "steer_traffic",
    "sentio_retune_1.0.0": "retune",
}
"""Policy types, and which action each is."""
AIMS = ("objectives", "resources")
"""Parts of a policy object that hold the parameters of the action."""


@dataclass(slots=True, kw_only=True)
class Policy:
    """One policy, which holds until it is deleted."""

    name: str
    type: str
    object: Json
    more: Json
    done: Done


@dataclass(slots=True)
class Policies:
    """Policies are named by those who make them, so that a repeated one is the same one."""

    network: Network
    policies: dict[str, Policy] = field(default_factory=dict[str, Policy])
    prefix: str = PREFIX
    _made: int = 0

    def answer(self, asked: Asked) -> Reply:
        """Answer for policies, their types and the RIC that enforces them."""
        match asked.method, asked.parts:
            case "POST", ("policies",):
                return self._create(asked.body())
            case "GET", ("policies",):
                return Reply(body=self._listed(asked))
            case "PUT", ("policies", name):
                return self._put(name, asked.body())
            case "GET", ("policies", name):
                return Reply(body=self._find(name).object)
            case "DELETE", ("policies", name):
                self.network.undo(self._find(name).done)
                del self.policies[name]
                return Reply(status=NO_CONTENT)
            case "GET", _:
                return Reply(body=self._standing(asked))
            case _, (("policies" | "policy-types" | "rics"), *_):
                raise Problem(NO_METHOD, f"{asked.method} is not offered here")
            case _:
                raise Problem(NOT_FOUND, f"nothing is at {'/'.join(asked.parts)}")

    def refusal(self, problem: Problem) -> Json:
        """Tell a problem as RFC 9457 does."""
        return {"type": "about:blank", "status": problem.status, "detail": problem.what}

    def pass_time(self, now_ns: int) -> None:
        """Do nothing: policies hold until they are deleted."""

    def _create(self, body: Json) -> Reply:
        self._made += 1
        name = str(body.get("policyId") or f"policy-{self._made:04d}")
        known = self.policies.get(name)
        if known is not None:
            self.network.asked_again(known.done.want)
            if (known.type, known.object) != (body.get("policyTypeId"), body.get("policyObject")):
                raise Problem(CONFLICT, f"there is another policy {name}")
        else:
            self.policies[name] = self._made_of(name, body)
        return self._created(name)

    def _put(self, name: str, body: Json) -> Reply:
        """Change a policy, or make it where all of it is told."""
        known = self.policies.get(name)
        if "policyObject" not in body and known is None:
            raise Problem(NOT_FOUND, f"there is no policy {name}")
        told = dict(body) if "policyObject" in body else {"policyObject": body}
        if known is None:
            self.policies[name] = self._made_of(name, told)
            return self._created(name)
        told = {"policyTypeId": known.type, "nearRtRicId": RIC, **told}
        if (known.type, known.object) == (told["policyTypeId"], told["policyObject"]):
            self.network.asked_again(known.done.want)
        else:
            self.policies[name] = self._made_of(name, told)
            self.network.undo(known.done)
        return Reply(status=OK, body=self.policies[name].object)

    def _made_of(self, name: str, body: Json) -> Policy:
        if text_of(body.get("nearRtRicId"), "nearRtRicId") != RIC:
            raise Problem(NOT_FOUND, f"there is no near-RT RIC {body['nearRtRicId']}")
        kind = text_of(body.get("policyTypeId"), "policyTypeId")
        if kind not in TYPES:
            raise Problem(NOT_FOUND, f"there is no policy type {kind}")
        told = object_of(body.get("policyObject"), "policyObject")
        scope = object_of(told.get("scope"), "policyObject.scope")
        want = Want(
            order=name,
            interface="a1-policy",
            action=TYPES[kind],
            element=text_of(scope.get("cellId"), "policyObject.scope.cellId"),
            element_kind="cell",
            parameters=_aims(told),
        )
        more = {each: body[each] for each in ("serviceId", "transient") if each in body}
        return Policy(name=name, type=kind, object=told, more=more, done=self.network.do(want))

    def _created(self, name: str) -> Reply:
        made = self.policies[name]
        body = {
            "policyId": name,
            "policyTypeId": made.type,
            "nearRtRicId": RIC,
            "policyObject": made.object,
            **made.more,
        }
        where = f"{PREFIX}/policies/{name}"
        return Reply(status=CREATED, body=body, headers={"Location": where})

    def _find(self, name: str) -> Policy:
        if name not in self.policies:
            raise Problem(NOT_FOUND, f"there is no policy {name}")
        return self.policies[name]

    def _listed(self, asked: Asked) -> list[Json]:
        kind, ric, service = (
            asked.one(each) for each in ("policyTypeId", "nearRtRicId", "serviceId")
        )
        return [
            {"policyId": each.name, "nearRtRicId": RIC}
            for each in self.policies.values()
            if kind in {"", each.type}
            and ric in {"", RIC}
            and service in {"", each.more.get("serviceId")}
        ]

    def _standing(self, asked: Asked) -> object:
        """Tell what does not change: how policies, types and the RIC are."""
        ric = {
            "ricId": RIC,
            "managedElementIds": list(self.network.estate.names["gnb"]),
            "state": "AVAILABLE",
            "policyTypeIds": list(TYPES),
        }
        match asked.parts:
            case ("policies", name, "status") if self._find(name):
                return {"enforceStatus": "ENFORCED", "enforceReason": "OTHER_REASON"}
            case ("policy-types",):
                return [{"policyTypeId": each, "nearRtRicId": RIC} for each in TYPES]
            case ("policy-types", name) if name in TYPES:
                return {"policySchema": SCHEMA, "statusSchema": STATUS_SCHEMA}
            case ("rics",):
                return {"rics": [ric] if asked.one("policyTypeId") in {"", *TYPES} else []}
            case ("rics", name) if name == RIC:
                return ric
            case ("status",):
                return {"status": "success"}
            case _:
                raise Problem(NOT_FOUND, f"nothing is at {'/'.join(asked.parts)}")


def _aims(told: Json) -> dict[str, object]:
    found = dict[str, object]()
    for name in AIMS:
        if told.get(name):
            found |= object_of(told[name], f"policyObject.{name}")
    return found


SCHEMA: Json = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "scope": {
            "type": "object",
            "properties": {"cellId": {"type": "string"}},
            "required": ["cellId"],
        },
        "objectives": {"type": "object", "properties": {"share": {"type": "number"}}},
        "resources": {"type": "object"},
    },
    "required": ["scope"],
}
STATUS_SCHEMA: Json = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {"enforceStatus": {"type": "string"}, "enforceReason": {"type": "string"}},
}
