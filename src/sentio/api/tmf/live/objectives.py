"""Promises in force as service level objectives and specifications (TMF657)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from sentio.api.tmf.live.source import refused
from sentio.api.tmf.moments import moment
from sentio.kernel.clock import Clock
from sentio.store.state.domains import DomainBook, Promised
from sentio.store.state.open_api_search import Kind

Body = dict[str, Any]  # Any: JSON
TARGETS = {"mos": (">=", "MOS"), "delay_ms": ("<=", "ms"), "loss_ratio": ("<=", "ratio")} | {
    "availability_ratio": (">=", "ratio")
}
"""What can be promised: how it is compared, and its unit."""


class _OfPromises:
    kind: Kind

    def __init__(self, book: DomainBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    def revision(self) -> Hashable:
        """Give the names of the promises in force and since when they are."""
        return tuple((each.name, each.since_ns) for each in self._in_force())

    def change(self, before: Body, after: Body) -> Body:
        """Refuse: a promise is given up and made anew."""
        del after
        raise refused(self.kind, f"{before['id']} is a promise; promise anew instead")

    def remove(self, body: Body) -> None:
        """Refuse: a promise is given up where it was made."""
        raise refused(self.kind, f"{body['id']} is a promise; give it up instead")

    def _in_force(self) -> list[Promised]:
        now_ns = self._clock.now_ns()
        found = self._book.promises()
        return [each for each in found if each.until_ns is None or now_ns < each.until_ns]


class LiveObjectives(_OfPromises):
    """One objective for each target of a promise."""

    kind = ("TMF657v4", "serviceLevelObjective")

    def rows(self) -> list[Body]:
        """Give the objectives of all promises."""
        return [body for each in self._in_force() for body in objectives(each)]


class LiveSpecifications(_OfPromises):
    """One specification for each promise."""

    kind = ("TMF657v4", "serviceLevelSpecification")

    def rows(self) -> list[Body]:
        """Give the specifications of all promises."""
        return [
            {
                "id": each.name,
                "@type": "ServiceLevelSpecification",
                "name": str(each.body.get("title", each.name)),
                "description": f"services {', '.join(map(str, each.body.get('services', ())))}",
                "relatedServiceLevelObjective": [
                    {"id": body["id"], "@type": "ServiceLevelObjectiveRef"}
                    for body in objectives(each)
                ],
                "validFor": _valid(each),
            }
            for each in self._in_force()
        ]


def objectives(promised: Promised) -> Iterator[Body]:
    """Write the targets of a promise as objectives."""
    for name, (comparator, unit) in TARGETS.items():
        value = promised.body.get(name)
        if value is not None:
            yield {
                "id": f"{promised.name}:{name}",
                "@type": "ServiceLevelObjective",
                "name": f"{name} of {promised.name}",
                "conformanceComparator": comparator,
                "conformanceTarget": f"{value:g}",
                "serviceLevelObjectiveParameter": {
                    "@type": "ServiceLevelSpecParameter",
                    "name": name,
                    "parameterType": unit,
                },
                "validFor": _valid(promised),
            }


def _valid(promised: Promised) -> Body:
    valid = {"startDateTime": moment(promised.since_ns)}
    if promised.until_ns is not None:
        valid["endDateTime"] = moment(promised.until_ns)
    return valid
