"""Collections of things as the TM Forum's interfaces have them, in memory (TMF630)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.execution.peers.loopback import MISSING, Asked, Reply

Json = dict[str, Any]


@dataclass(slots=True)
class Collection:
    """One collection: what a new thing gets beside what was sent, and what may be asked."""

    begins: Mapping[str, Any] = field(default_factory=dict)
    knows_filters: bool = True
    knows_pages: bool = True
    tells_total: bool = True
    under: Mapping[str, Callable[[Json], list[Json]]] = field(default_factory=dict)
    things: dict[str, Json] = field(default_factory=dict)

    def reply(self, asked: Asked) -> Reply:  # noqa: PLR0911  (one a verb)
        match asked.method, asked.path:
            case "POST", ():
                number = str(len(self.things) + 1)
                date = f"2026-11-29T10:00:{len(self.things):02d}Z"
                dates = dict.fromkeys(("creationDate", "orderDate", "serviceDate"), date)
                self.things[number] = {**dates, **self.begins, **asked.body, "id": number}
                return Reply(status=201, body=self.things[number])
            case "GET", ():
                return self._list(asked.query)
            case _, (number, *_) if number not in self.things:
                return MISSING
            case "GET", (number,):
                return Reply(body=self.things[number])
            case "GET", (number, name) if name in self.under:
                return Reply(body=self.under[name](self.things[number]))
            case "PATCH", (number,):
                self.things[number] |= asked.body
                return Reply(body=self.things[number])
            case "DELETE", (number,):
                self.things[number] = {}
                del self.things[number]
                return Reply(status=204)
            case _:
                return Reply(status=405, body={"code": "405"})

    def _list(self, query: Mapping[str, str]) -> Reply:
        filters = {n: v for n, v in query.items() if n not in {"offset", "limit", "fields"}}
        found = [
            thing
            for thing in self.things.values()
            if not self.knows_filters or all(str(thing.get(n)) == v for n, v in filters.items())
        ]
        total = {"X-Total-Count": str(len(found))} if self.tells_total else {}
        start = int(query.get("offset", 0)) if self.knows_pages else 0
        page = found[start : start + int(query.get("limit", 100))] if self.knows_pages else found
        return Reply(body=page, headers=total)


@dataclass(slots=True)
class Api:
    """The collections of one interface, by their names."""

    collections: dict[str, Collection]

    def reply(self, asked: Asked) -> Reply:
        if not asked.path or asked.path[0] not in self.collections:
            return MISSING
        found = self.collections[asked.path[0]]
        return found.reply(_below(asked))

    def holds(self) -> object:
        return {name: each.things for name, each in self.collections.items()}


@dataclass(slots=True)
class Ordering(Api):
    """TMF641: an order that is completed cannot be cancelled."""

    def reply(self, asked: Asked) -> Reply:
        if asked.path != ("cancelServiceOrder",):
            return Api.reply(self, asked)
        order = self.collections["serviceOrder"].things.get(asked.body["serviceOrder"]["id"])
        if order is None:
            return MISSING
        if order["state"] == "completed":
            return Reply(status=409, body={"code": "409", "reason": "completed"})
        order["state"] = "cancelled"
        return Reply(status=201, body={"id": "c", "state": "done"})


@dataclass(slots=True)
class Activating(Api):
    """TMF640 behind monitors: the service is there once `finish` is called."""

    fails: bool = False

    def reply(self, asked: Asked) -> Reply:
        if asked.method != "POST" or asked.path != ("service",):
            return Api.reply(self, asked)
        monitors = self.collections["monitor"].things
        number = f"m{len(monitors) + 1}"
        monitors[number] = {
            "id": number,
            "state": "InError" if self.fails else "InProgress",
            "request": {"method": "POST", "body": json.dumps(asked.body), "header": []},
            "response": {"statusCode": "500", "body": "no room", "header": []},
        }
        place = f"/tmf-api/serviceActivationAndConfiguration/v4/monitor/{number}"
        return Reply(status=202, body=monitors[number], headers={"Location": place})

    def finish(self) -> None:
        """Make the services that were asked for."""
        for monitor in self.collections["monitor"].things.values():
            if monitor["state"] == "InProgress":
                body = monitor["request"]["body"].encode()
                asked = Asked(method="POST", path=(), query={}, headers={}, content=body)
                self.collections["service"].reply(asked)
                monitor["state"] = "Completed"


def _below(asked: Asked) -> Asked:
    return Asked(
        method=asked.method,
        path=asked.path[1:],
        query=asked.query,
        headers=asked.headers,
        content=asked.content,
    )
