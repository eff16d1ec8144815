"""A generic webhook for changes: one POST an order, signed, told apart by its idempotency key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from sentio.lab.southbound.asked import (
    BAD_REQUEST,
    CREATED,
    NO_CONTENT,
    NO_METHOD,
    NOT_FOUND,
    OK,
    UNAUTHORIZED,
    UNPROCESSABLE,
    Asked,
    Json,
    Problem,
    Reply,
    maybe_object,
    text_of,
)
from sentio.lab.southbound.network import Done, Network, Want

PREFIX = "/hooks/changes"
KEY, SIGNATURE = "idempotency-key", "x-sentio-signature"


@dataclass(slots=True, kw_only=True)
class Hooked:
    """One order as it came, and what was done for it."""

    body: Json
    done: Done


@dataclass(slots=True)
class Hooks:
    """Takes the JSON of an order: what is to be done, to which element, with which parameters.

    ``secret`` is the key of the signature; where it is empty, none is asked for.
    """

    network: Network
    secret: str = ""
    hooked: dict[str, Hooked] = field(default_factory=dict[str, Hooked])
    prefix: str = PREFIX

    def answer(self, asked: Asked) -> Reply:
        """Answer for orders."""
        match asked.method, asked.parts:
            case "POST", ():
                return self._take(asked)
            case "GET", ():
                return Reply(body=[self._told(name) for name in self.hooked])
            case "GET", (name,):
                return Reply(body=self._told(name))
            case "DELETE", (name,):
                self._told(name)
                self.network.undo(self.hooked.pop(name).done)
                return Reply(status=NO_CONTENT)
            case _:
                raise Problem(NO_METHOD, f"{asked.method} is not offered here")

    def refusal(self, problem: Problem) -> Json:
        """Tell a problem."""
        return {"error": {"status": problem.status, "message": problem.what}}

    def pass_time(self, now_ns: int) -> None:
        """Do nothing: orders last until they are taken back."""

    def _take(self, asked: Asked) -> Reply:
        name = text_of(asked.headers.get(KEY), "the header Idempotency-Key")
        self._check_signature(asked)
        body = asked.body()
        known = self.hooked.get(name)
        if known is not None:
            self.network.asked_again(known.done.want)
            if known.body != body:
                raise Problem(UNPROCESSABLE, f"another order had the key {name}")
            return Reply(status=OK, body=self._told(name))
        want = _want(name, body)
        self.hooked[name] = Hooked(body=body, done=self.network.do(want))
        where = f"{PREFIX}/{name}"
        return Reply(status=CREATED, body=self._told(name), headers={"Location": where})

    def _told(self, name: str) -> Json:
        if name not in self.hooked:
            raise Problem(NOT_FOUND, f"there is no order {name}")
        deed = self.hooked[name].done.deed
        return {"id": name, "state": "done", "action": deed.action, "element": deed.element}

    def _check_signature(self, asked: Asked) -> None:
        """Refuse what is not signed by ``t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">``."""
        if not self.secret:
            return
        parts = (part.strip().partition("=") for part in _signature(asked).split(","))
        told = {name: value for name, _, value in parts}
        signed = f"{told.get('t', '')}.".encode() + asked.content
        wanted = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, told.get("v1", "")):
            raise Problem(UNAUTHORIZED, "the signature is not of this body and key")


def _want(name: str, body: Json) -> Want:
    """Read an order: its action by name beside its element, or as an object of its own."""
    action = maybe_object(body.get("action"))
    flat = not action
    return Want(
        order=name,
        interface="webhook",
        action=text_of(body.get("action") if flat else action.get("kind"), "action"),
        element=text_of(body.get("element") if flat else action.get("target"), "element"),
        element_kind=str((body.get("element_kind") if flat else action.get("target_kind")) or ""),
        parameters=maybe_object((body if flat else action).get("parameters")),
    )


def _signature(asked: Asked) -> str:
    found = asked.headers.get(SIGNATURE, "")
    if not found:
        raise Problem(BAD_REQUEST, "the header X-Sentio-Signature is missing")
    return found
