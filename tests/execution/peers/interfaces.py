"""The interfaces that are no plain collections: sessions, policies, gateways, a hook."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.execution.peers.loopback import MISSING, Asked, Reply

Json = dict[str, Any]
CHANNEL = "Device.WiFi.Radio.1.Channel"


@dataclass(slots=True)
class Sessions:
    """CAMARA Quality-on-Demand 1.1.0; devices in ``refused`` may have no session."""

    status: str = "AVAILABLE"
    refused: frozenset[str] = frozenset()
    sessions: dict[str, Json] = field(default_factory=dict)

    def holds(self) -> object:
        return self.sessions

    def reply(self, asked: Asked) -> Reply:
        match asked.method, asked.path:
            case "POST", ("sessions",):
                return self._open(asked.body)
            case "POST", ("retrieve-sessions",):
                mine = [s for s in self.sessions.values() if s["device"] == asked.body["device"]]
                return Reply(body=mine)
            case _, ("sessions", number) if number not in self.sessions:
                return Reply(status=404, body={"status": 404, "code": "NOT_FOUND"})
            case "DELETE", ("sessions", number):
                del self.sessions[number]
                return Reply(status=204)
            case "GET", ("sessions", number):
                return Reply(body=self.sessions[number])
            case _:
                return MISSING

    def _open(self, body: Json) -> Reply:
        must = {"device", "applicationServer", "qosProfile", "duration"}
        if not must <= body.keys() or not body.get("sink", "https://").startswith("https://"):
            return Reply(status=400, body={"status": 400, "code": "INVALID_ARGUMENT"})
        if body["device"]["networkAccessIdentifier"] in self.refused:
            return Reply(status=422, body={"status": 422, "code": "SERVICE_NOT_APPLICABLE"})
        number = f"s-{len(self.sessions) + 1}"
        started = f"2026-11-29T10:00:{len(self.sessions):02d}Z"
        more = {"sessionId": number, "qosStatus": self.status, "startedAt": started}
        self.sessions[number] = {**body, **more}
        return Reply(status=201, body=self.sessions[number])


@dataclass(slots=True)
class Policies:
    """The A1 policy management service v1, with two RICs."""

    status: Mapping[str, str] = field(default_factory=lambda: {"enforceStatus": "ENFORCED"})
    types: tuple[str, ...] = ("sentio_steer_1.0.0", "sentio_retune_1.0.0")
    policies: dict[str, Json] = field(default_factory=dict)

    def holds(self) -> object:
        return self.policies

    def reply(self, asked: Asked) -> Reply:  # noqa: PLR0911  (one a verb)
        match asked.method, asked.path:
            case "GET", ("rics",):
                return Reply(body={"rics": [self._ric("ric-1", "a"), self._ric("ric-2", "cell-7")]})
            case "POST", ("policies",):
                if asked.body["policyId"] in self.policies:
                    return Reply(status=409, body={"title": "Conflict"})
                self.policies[asked.body["policyId"]] = asked.body
                return Reply(status=201, body=asked.body)
            case _, ("policies", name, *_) if name not in self.policies:
                return MISSING
            case "GET", ("policies", name):
                return Reply(body=self.policies[name]["policyObject"])
            case "GET", ("policies", _, "status"):
                return Reply(body=dict(self.status))
            case "DELETE", ("policies", name):
                del self.policies[name]
                return Reply(status=204)
            case _:
                return MISSING

    def _ric(self, name: str, cell: str) -> Json:
        known = list(self.types)
        return {"ricId": name, "managedElementIds": [cell], "policyTypeIds": known}


@dataclass(slots=True)
class Gateways:
    """An ACS: every device is there; one that is asleep does its tasks when it is woken."""

    is_asleep: bool = False
    first_channel: int = 6
    channels: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, Json] = field(default_factory=dict)
    tags: dict[str, set[str]] = field(default_factory=dict)

    def holds(self) -> object:
        return {"channels": self.channels, "tasks": self.tasks, "tags": self.tags}

    def reply(self, asked: Asked) -> Reply:  # noqa: PLR0911  (one a verb)
        match asked.method, asked.path:
            case "GET", ("devices",):
                return Reply(body=[self._device(json.loads(asked.query["query"])["_id"])])
            case "POST", ("devices", device, "tasks"):
                number = f"t-{len(self.tasks) + 1}"
                task = {**asked.body, "_id": number, "device": device}
                if self.is_asleep:
                    self.tasks[number] = task
                    return Reply(status=202, body=task)
                self._do(task)
                return Reply(status=200, body=task)
            case "POST", ("devices", device, "tags", tag):
                self.tags.setdefault(device, set()).add(tag)
                return Reply()
            case "DELETE", ("devices", device, "tags", tag):
                self.tags.get(device, set()).discard(tag)
                return Reply()
            case "GET", ("tasks",):
                device = json.loads(asked.query["query"])["device"]
                return Reply(body=[t for t in self.tasks.values() if t["device"] == device])
            case "DELETE", ("tasks", number):
                return Reply(status=200) if self.tasks.pop(number, None) else MISSING
            case _:
                return MISSING

    def wake(self) -> None:
        """Do what waits."""
        for number in list(self.tasks):
            self._do(self.tasks.pop(number))

    def _device(self, device: str) -> Json:
        value = {"_value": self.channels.get(device, self.first_channel), "_writable": True}
        found: Json = {"Channel": value}
        for name in reversed(CHANNEL.split(".")[:-1]):
            found = {name: found}
        return {"_id": device, "_tags": sorted(self.tags.get(device, ())), **found}

    def _do(self, task: Json) -> None:
        for name, value, _ in task["parameterValues"]:
            assert name == CHANNEL
            self.channels[task["device"]] = value


@dataclass(slots=True)
class Hook:
    """A receiver that checks each signature with the secret that it shares with us."""

    secret: bytes = b"s3cret"
    orders: dict[str, Json] = field(default_factory=dict)

    def holds(self) -> object:
        return self.orders

    def reply(self, asked: Asked) -> Reply:
        if not self._is_signed(asked):
            return Reply(status=401, body={"code": "401"})
        match asked.method, asked.path:
            case "POST", ():
                self.orders[asked.headers["idempotency-key"]] = asked.body
                return Reply(status=202)
            case "GET", (name,) if name in self.orders:
                return Reply(body={"id": name, "state": "standing"})
            case "DELETE", (name,) if name in self.orders:
                del self.orders[name]
                return Reply(status=204)
            case _:
                return MISSING

    def _is_signed(self, asked: Asked) -> bool:
        told = dict(part.split("=", 1) for part in asked.headers["x-sentio-signature"].split(","))
        signed = told["t"].encode() + b"." + asked.content
        return hmac.compare_digest(
            told["v1"], hmac.new(self.secret, signed, hashlib.sha256).hexdigest()
        )
