"""Intents of the loop and the reports on them (TMF921 v5), and promises that come as intents."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from sentio.api.tmf.engine import Engine, Place
from sentio.api.tmf.live.source import refused
from sentio.api.tmf.moments import moment
from sentio.kernel.errors import ConfigError, DefinitionError, RefusedError, UnknownName
from sentio.loop.domains.desk import IntentDesk, OfferedIntents
from sentio.loop.domains.tio import CONTEXT, promise_of

Body = dict[str, Any]  # Any: JSON
PROMISE = "^promise"  # the member of a kept intent that names the promise it became
HERE = "TMF921v5"


class LiveIntents:
    """The intents that promises became; they change as the loop sees to them."""

    kind = (HERE, "intent")

    def __init__(self, offered: OfferedIntents) -> None:
        self._offered = offered

    def revision(self) -> Hashable:
        """Give what differs as soon as something is promised or told anew."""
        return self._offered.revision()

    def rows(self) -> list[Body]:
        """Give all intents, those from above first."""
        return list(self._offered.rows())

    def change(self, before: Body, after: Body) -> Body:
        """Refuse: an intent of ours follows from a promise."""
        del after
        raise refused(self.kind, f"{before['id']} follows from a promise; promise anew instead")

    def remove(self, body: Body) -> None:
        """Refuse: an intent of ours goes with its promise."""
        raise refused(self.kind, f"{body['id']} goes with its promise; give that up instead")


class LiveReports:
    """The last report on each of these intents, below it."""

    kind = (HERE, "intentReport")

    def __init__(self, offered: OfferedIntents) -> None:
        self._offered = offered

    def revision(self) -> Hashable:
        """Give what differs as soon as something is told anew."""
        return self._offered.revision()

    def rows(self) -> list[Body]:
        """Give all reports."""
        found: list[Body] = []
        for intent in self._offered.rows():
            about = {"@type": "IntentRef", "id": intent["id"]}
            more = {"intent": about, "^parent": intent["id"]}
            found += [{**report, **more} for report in self._offered.reports(intent["id"])]
        return found

    def change(self, before: Body, after: Body) -> Body:
        """Refuse: reports are not patched."""
        del after
        raise refused(self.kind, f"{before['id']} says what was seen")

    def remove(self, body: Body) -> None:
        """Refuse: the next report takes its place."""
        raise refused(self.kind, f"the next report takes the place of {body['id']}")


class TakenIntents:
    """Takes intents from others as promises, where they can be understood as such."""

    def __init__(self, desk: IntentDesk) -> None:
        self._desk = desk

    def take(self, engine: Engine, place: Place, body: Body) -> None:
        """Promise what an intent asks for; report on one that cannot be kept.

        The intent itself is kept as it came, whatever becomes of it.
        """
        try:
            wanted = promise_of(body)
            self._desk.take(wanted, who="tmf")
        except (ConfigError, DefinitionError, UnknownName):
            return  # it speaks of what is not ours: it is kept, and nothing follows from it
        except RefusedError as error:
            body["lifecycleStatus"] = "rejected"
            report = _rejection(body, str(error), moment(engine.clock.now_ns()))
            reports = Place(place.api, "intentReport", body["id"])
            engine.keep(reports, [report])
            return
        body["lifecycleStatus"] = "accepted"
        body[PROMISE] = wanted["name"]

    def drop(self, _engine: Engine, _place: Place, body: Body) -> None:
        """Give the promise up that an intent became."""
        name = body.get(PROMISE)
        if name:
            try:
                self._desk.drop(name, who="tmf")
            except UnknownName:
                return  # somebody has given it up already


def _rejection(body: Body, why: str, at: str) -> Body:
    return {
        "id": f"{body['id']}-rejected",
        "@type": "IntentReport",
        "name": f"report on {body['name']}",
        "creationDate": at,
        "intent": {"@type": "IntentRef", "id": body["id"]},
        "expression": {
            "@type": "JsonLdExpression",
            "iri": f"urn:sentio:report:{body['id']}",
            "expressionValue": {
                "@context": CONTEXT,
                "@type": "icm:IntentReport",
                "icm:intentHandlingState": "icm:StateIntentRejected",
                "sentio:reason": [why],
            },
        },
        "^parent": body["id"],
    }
