"""Service problems of the loop as resources (TMF656, both generations)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from sentio.api.problems import RequestError
from sentio.api.tmf.live.source import refused
from sentio.api.tmf.moments import moment
from sentio.api.tmf.table import Generation
from sentio.kernel.clock import Clock
from sentio.kernel.errors import RefusedError
from sentio.model.problem import Mention, ServiceProblem
from sentio.store.state.problems import Problems

Body = dict[str, Any]  # Any: JSON
MOST = 100_000
SYSTEM = "sentio"
SUBMITTED = "submitted"  # ours; TMF656 has no such state, and calls it pending
PENDING = "pending"
THEIRS_ALONE = frozenset({"statusChangeDate", "lastUpdate"})


class LiveProblems:
    """The service problems that the loop puts together; their state may be changed."""

    def __init__(self, problems: Problems, generation: Generation, clock: Clock) -> None:
        self.kind = (f"TMF656{generation}", "serviceProblem")
        self._problems = problems
        self._generation: Generation = generation
        self._clock = clock

    def revision(self) -> Hashable:
        """Give what differs as soon as a problem has changed."""
        return self._problems.revision()

    def rows(self) -> list[Body]:
        """Give all problems, those changed last first."""
        found = self._problems.list(limit=MOST)
        return [problem_body(each, self._generation) for each in found]

    def change(self, before: Body, after: Body) -> Body:
        """Put a problem into another state."""
        names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        if foreign := names - THEIRS_ALONE - {"status"}:
            raise refused(self.kind, f"{', '.join(sorted(foreign))} may not be changed")
        if "status" not in names:
            return before
        try:
            moved = self._problems.move(
                before["id"],
                after["status"],
                who="tmf",
                at_ns=self._clock.now_ns(),
                why=str(after.get("statusChangeReason", "")),
            )
        except (RefusedError, LookupError) as error:
            expected = getattr(error, "expected", "")
            raise RequestError(409, str(error), where="status", expected=expected) from error
        return problem_body(moved, self._generation)

    def remove(self, body: Body) -> None:
        """Refuse: a problem is closed or cancelled."""
        raise refused(self.kind, f"set the status of {body['id']} to closed or cancelled")


def problem_body(each: ServiceProblem, generation: Generation) -> Body:
    """Write a service problem as a resource."""
    mentions = each.mentions
    alarms = [*each.degradations, *(mention.id for mention in mentions.alarms)]
    services = sorted(each.affected_services)
    cause = each.root_cause
    body: Body = {
        "id": each.id,
        "@type": "ServiceProblem",
        "name": each.name,
        "category": each.category,
        "description": each.description or each.name,
        "reason": f"{cause.kind or 'fault'} of {cause.element}" if cause else "not known yet",
        "priority": each.priority,
        "status": PENDING if each.status == SUBMITTED else each.status,
        "originatorParty": _party(generation),
        "originatingSystem": SYSTEM,
        "creationDate": moment(each.created_ns),
        "lastUpdate": moment(each.changed_ns),
        "statusChangeDate": moment(each.tracking[-1].at_ns if each.tracking else each.created_ns),
        "impactImportanceFactor": f"{each.importance:.3f}",
        "affectedNumberOfServices": len(services),
        "affectedService": [_ref(name, "ServiceRef") for name in services],
        "underlyingAlarm": [_ref(name, "ResourceAlarmRef") for name in alarms],
        "troubleTicket": [_named(mention, "TroubleTicketRef") for mention in mentions.tickets],
        "trackingRecord": [
            {
                "id": f"{each.id}-{number}",
                "@type": "TrackingRecord",
                "description": f"{step.status}: {step.why}" if step.why else step.status,
                "systemId": SYSTEM,
                "time": moment(step.at_ns),
                "user": step.who,
            }
            for number, step in enumerate(each.tracking)
        ],
    }
    body |= _when_known(each, generation)
    return body


def _when_known(each: ServiceProblem, generation: Generation) -> Body:
    body: Body = {}
    if each.resolved_ns is not None:
        body["resolutionDate"] = moment(each.resolved_ns)
    if each.root_cause is not None:
        body["rootCauseResource"] = [_ref(each.root_cause.element, "ResourceRef")]
    if each.merged_into:
        body["parentProblem"] = [_ref(each.merged_into, "ServiceProblemRef")]
    if each.impact is not None:
        touched = each.impact
        body["impactPattern"] = {
            "@type": "ImpactPattern",
            "description": f"{touched.users} users, {touched.things} things, {touched.uses} uses",
        }
    if each.first_alert:
        alert = _ref(each.first_alert, "EntityRef")
        body["firstAlert"] = (
            {"@type": "RelatedEntity", "role": "firstAlert", "entity": alert}
            if generation == "v5"
            else {**alert, "role": "firstAlert", "@type": "RelatedEntity"}
        )
    return body


def _party(generation: Generation) -> Body:
    if generation == "v4":
        return {"id": SYSTEM, "name": SYSTEM, "role": "originator", "@referredType": "System"}
    party = {"@type": "PartyRef", "id": SYSTEM, "name": SYSTEM, "@referredType": "System"}
    return {
        "@type": "RelatedPartyRefOrPartyRoleRef",
        "role": "originator",
        "partyOrPartyRole": party,
    }


def _ref(name: str, kind: str) -> Body:
    return {"id": name, "@type": kind}


def _named(mention: Mention, kind: str) -> Body:
    return {"id": mention.id, "name": mention.title, "@type": kind}
