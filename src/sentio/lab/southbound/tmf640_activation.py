"""TMF640 Service Activation and Configuration 4.0.0: scale, switch, restart, roll back."""

from __future__ import annotations

from sentio.lab.southbound.asked import (
    ACCEPTED,
    BAD_REQUEST,
    CREATED,
    NO_METHOD,
    NOT_FOUND,
    Asked,
    Json,
    Problem,
    Reply,
    object_of,
    text_of,
)
from sentio.lab.southbound.network import Network, Want
from sentio.lab.southbound.tmf import Collection, Kind, characteristics, error_of

PREFIX = "/tmf-api/serviceActivationAndConfiguration/v4"
ACTIONS = ("scale", "switch", "restart", "roll_back")
OVER = ("inactive", "terminated", "suspended")


class Activation:
    """A service is an action on an element, which stands as long as the service is active."""

    prefix = PREFIX

    def __init__(self, network: Network) -> None:
        self._services = Collection(network, PREFIX, KIND)
        self._monitors: dict[str, Json] = {}

    def answer(self, asked: Asked) -> Reply:
        """Answer for services, and for the monitors of their activation."""
        match asked.method, asked.parts:
            case "POST", ("service",):
                return self._watched(self._services.answer(asked))
            case _, ("service", *_):
                return self._services.answer(asked)
            case "GET", ("monitor",):
                return Reply(body=[self._monitor(name) for name in self._monitors])
            case "GET", ("monitor", name):
                return Reply(body=self._monitor(name))
            case _, ("monitor", *_):
                raise Problem(NO_METHOD, f"{asked.method} is not offered here")
            case _:
                raise Problem(NOT_FOUND, f"nothing is at {'/'.join(asked.parts)}")

    def refusal(self, problem: Problem) -> Json:
        """Tell a problem as TMF630 does."""
        return error_of(problem)

    def pass_time(self, now_ns: int) -> None:
        """Do nothing: services last until they are ended."""

    def _watched(self, made: Reply) -> Reply:
        service = object_of(made.body, "service")
        name = f"M{service['id'][1:]}"
        href = f"{PREFIX}/monitor/{name}"
        self._monitors.setdefault(
            name,
            {
                "id": name,
                "href": href,
                "@type": "Monitor",
                "sourceHref": service["href"],
                "state": "InProgress",
            },
        )
        return Reply(status=ACCEPTED, body=service, headers={"Location": href})

    def _monitor(self, name: str) -> Json:
        if name not in self._monitors:
            raise Problem(NOT_FOUND, f"there is no monitor {name}")
        found = self._monitors[name]
        found["state"] = "Completed"
        found["response"] = {
            "statusCode": str(CREATED),
            "header": [{"name": "Location", "value": found["sourceHref"]}],
            "body": "",
        }
        return found


def _wants(order: str, service: Json) -> tuple[Want, ...]:
    if service["state"] in OVER:
        return ()
    specification = object_of(service["serviceSpecification"], "serviceSpecification")
    action = text_of(specification.get("name"), "serviceSpecification.name")
    if action not in ACTIONS:
        raise Problem(
            BAD_REQUEST, f"there is no specification {action!r}; known: {', '.join(ACTIONS)}"
        )
    told = characteristics(service, "serviceCharacteristic")
    want = Want(
        order=order,
        interface="tmf640",
        action=action,
        element=text_of(told.pop("element", None), "the characteristic element"),
        element_kind=str(told.pop("element_kind", "")),
        parameters=told,
    )
    return (want,)


def _born(service: Json, now: str) -> None:
    service.setdefault("serviceDate", now)
    service["startDate"] = now


KIND = Kind(
    name="service",
    type="Service",
    mandatory=("state", "serviceSpecification"),
    order_of=lambda body: str(body.get("name") or ""),
    wants=_wants,
    born=_born,
)
