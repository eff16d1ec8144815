"""TMF921 Intent Management 5.0.0: domains are told what to achieve; they lead traffic around."""

from __future__ import annotations

from collections.abc import Iterator

from sentio.lab.southbound.asked import (
    BAD_REQUEST,
    NO_CONTENT,
    NO_METHOD,
    NOT_FOUND,
    Asked,
    Json,
    Problem,
    Reply,
    maybe_list,
    maybe_object,
    object_of,
    text_of,
)
from sentio.lab.southbound.network import Network, Want
from sentio.lab.southbound.tmf import Collection, Kept, Kind, error_of

PREFIX = "/tmf-api/intentManagement/v5"
ACTIONS = ("reroute", "reconfigure_domain", "switch_domain", "supplement_domain", "return_domain")
OVER = ("terminated", "cancelled", "suspended")
TARGET, PARAMS = "icm:target", "icm:params"


class Intents:
    """An intent is obeyed as long as it is there; a report tells that it is."""

    prefix = PREFIX

    def __init__(self, network: Network) -> None:
        self._intents = Collection(network, PREFIX, KIND)
        self._network = network
        self._deleted: set[str] = set()

    def answer(self, asked: Asked) -> Reply:
        """Answer for intents and their reports."""
        match asked.parts:
            case ("intent", name, "intentReport", *rest):
                return self._report(asked.method, name, tuple(rest))
            case ("intent", *_):
                return self._intents.answer(asked)
            case _:
                raise Problem(NOT_FOUND, f"nothing is at {'/'.join(asked.parts)}")

    def refusal(self, problem: Problem) -> Json:
        """Tell a problem as TMF630 does."""
        return error_of(problem)

    def pass_time(self, now_ns: int) -> None:
        """Do nothing: intents last until they are ended."""

    def _report(self, method: str, name: str, rest: tuple[str, ...]) -> Reply:
        report = self._report_of(self._intents.find(name))
        is_there = report["id"] not in self._deleted
        match method, rest:
            case "GET", ():
                return Reply(body=[report] if is_there else [])
            case "GET", (wanted,) if wanted == report["id"] and is_there:
                return Reply(body=report)
            case "DELETE", (wanted,) if wanted == report["id"] and is_there:
                self._deleted.add(wanted)
                return Reply(status=NO_CONTENT)
            case (("GET" | "DELETE"), _):
                raise Problem(NOT_FOUND, f"intent {name} has no such report")
            case _:
                raise Problem(NO_METHOD, f"{method} is not offered here")

    def _report_of(self, kept: Kept) -> Json:
        intent = kept.resource
        name = f"R{intent['id'][1:]}"
        is_on = bool(kept.done)
        return {
            "id": name,
            "href": f"{intent['href']}/intentReport/{name}",
            "@type": "IntentReport",
            "name": f"{intent['name']} report",
            "creationDate": self._network.now,
            "intent": {"id": intent["id"], "href": intent["href"], "@type": "IntentRef"},
            "expression": {
                "@type": "JsonLdExpression",
                "iri": "http://tio.models.tmforum.org/tio/v3.6.0/IntentCommonModel/",
                "expressionValue": {
                    "@context": {
                        "icm": "http://tio.models.tmforum.org/tio/v3.6.0/IntentCommonModel/"
                    },
                    "@type": "icm:IntentReport",
                    "icm:about": intent["id"],
                    "icm:intentHandlingState": "icm:StateAccepted" if is_on else "icm:StateEnded",
                    "icm:intentUpdateState": "icm:StateCompliant" if is_on else "icm:StateEnded",
                },
            },
        }


def _wants(order: str, intent: Json) -> tuple[Want, ...]:
    if str(intent["lifecycleStatus"]).lower() in OVER:
        return ()
    expression = object_of(intent["expression"], "expression")
    if expression.get("@type") != "JsonLdExpression":
        raise Problem(BAD_REQUEST, "the expression is no JsonLdExpression")
    wants = [_want(order, each) for each in _expectations(expression.get("expressionValue"))]
    if not wants:
        raise Problem(BAD_REQUEST, f"no expectation has {TARGET} and {PARAMS}")
    return tuple(wants)


def _expectations(value: object) -> Iterator[Json]:
    """Find all that has a target and parameters, however deep it stands in the graph."""
    for each in maybe_list(value):
        yield from _expectations(each)
    told = maybe_object(value)
    if TARGET in told and PARAMS in told:
        yield told
        return
    for each in told.values():
        yield from _expectations(each)


def _want(order: str, expectation: Json) -> Want:
    told = {
        name.rpartition(":")[2]: _plain(value)
        for name, value in object_of(_plain(expectation[PARAMS]), PARAMS).items()
        if not name.startswith("@")
    }
    action = text_of(told.pop("action", None), f"{PARAMS} action")
    if action not in ACTIONS:
        raise Problem(BAD_REQUEST, f"no action {action!r} is known; known: {', '.join(ACTIONS)}")
    return Want(
        order=order,
        interface="tmf921",
        action=action,
        element=text_of(_plain(expectation[TARGET]), TARGET),
        element_kind=str(told.pop("element_kind", "")),
        parameters=told,
    )


def _plain(value: object) -> object:
    """Take a value out of its JSON-LD wrapping: a list of one, a value, a reference."""
    several, told = maybe_list(value), maybe_object(value)
    if len(several) == 1:
        return _plain(several[0])
    if "@value" in told:
        return told["@value"]
    if set(told) == {"@id"}:
        return str(told["@id"]).rpartition(":")[2]
    return value


def _born(intent: Json, now: str) -> None:
    intent["creationDate"] = intent["lastUpdate"] = intent["statusChangeDate"] = now
    intent["lifecycleStatus"] = "Active"


KIND = Kind(
    name="intent",
    type="Intent",
    mandatory=("@type", "name", "expression"),
    order_of=lambda body: str(body.get("name") or ""),
    wants=_wants,
    born=_born,
)
