"""Orders to the collection as jobs, indicators as specifications (TMF628)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from sentio.api.tmf.live.source import refused
from sentio.api.tmf.moments import moment
from sentio.model.collection import CollectionOrder
from sentio.model.indicator import Indicator, indicators
from sentio.store.state.told import Told

Body = dict[str, Any]  # Any: JSON
MOST = 100_000
GRANULARITIES = {60: "g_1mn", 300: "g_5mn", 900: "g_15mn", 1800: "g_30mn", 3600: "g_1h"} | {
    86_400: "g_24h"
}
"""TMF628: the names of the lengths of periods, in seconds; ``na`` for any other."""


class LiveJobs:
    """What the loop has ordered to be measured more finely."""

    kind = ("TMF628v4", "measurementCollectionJob")

    def __init__(self, told: Told) -> None:
        self._told = told

    def revision(self) -> Hashable:
        """Give the number of the newest event, and the orders that are open."""
        found = self._told.orders("open", limit=MOST)
        open_ = tuple((each.id, each.until_ns) for each in found)
        return self._told.newest_event(), open_

    def rows(self) -> list[Body]:
        """Give all orders, the open ones first."""
        return [job_body(each) for each in self._told.orders(limit=MOST)]

    def change(self, before: Body, after: Body) -> Body:
        """Refuse: the loop orders and revokes."""
        del after
        raise refused(self.kind, f"the loop sees to {before['id']}")

    def remove(self, body: Body) -> None:
        """Refuse: the loop orders and revokes."""
        raise refused(self.kind, f"the loop sees to {body['id']}")


class LiveIndicators:
    """The indicators of the catalogue."""

    kind = ("TMF628v4", "performanceIndicatorSpecification")

    def revision(self) -> Hashable:
        """Give a constant: the catalogue is read at the start."""
        return 0

    def rows(self) -> list[Body]:
        """Give all indicators, by name."""
        return [indicator_body(each) for _, each in sorted(indicators().items())]

    def change(self, before: Body, after: Body) -> Body:
        """Refuse: the catalogue is made of definitions."""
        del after
        raise refused(self.kind, f"{before['id']} stands in the definitions")

    def remove(self, body: Body) -> None:
        """Refuse: the catalogue is made of definitions."""
        raise refused(self.kind, f"{body['id']} stands in the definitions")


def job_body(each: CollectionOrder) -> Body:
    """Write an order as a job."""
    ends_ns = each.ended_ns or each.until_ns
    return {
        "id": each.id,
        "@type": "MeasurementCollectionJob",
        "jobId": each.id,
        "consumingApplicationId": "sentio",
        "adminState": "unlocked" if each.ended_ns is None else "locked",
        "executionState": "inProgress" if each.ended_ns is None else "completed",
        "granularity": GRANULARITIES.get(each.granularity_s, "na"),
        "outputFormat": each.what,
        "monitoredClassCriteria": {
            "@type": "MonitoredClassCriteria",
            "monitoredObjectClass": each.element_kind,
            "objectInstanceFilter": f"id={each.element}",
        },
        "creationTime": moment(each.since_ns),
        "lastModifiedTime": moment(each.ended_ns or each.since_ns),
        "fileTransferData": [],
        "scheduleDefinition": {
            "@type": "ScheduleDefinition",
            "scheduleDefinitionStartTime": moment(each.since_ns),
            "scheduleDefinitionEndTime": moment(ends_ns),
        },
        "searchTask": each.reason,
    }


def indicator_body(each: Indicator) -> Body:
    """Write an indicator as a specification."""
    return {
        "id": each.name,
        "@type": "PerformanceIndicatorSpecification",
        "name": each.name,
        "description": each.meaning,
        "indicatorUnit": each.unit,
        "indicatorCategory": str(each.domain),
        "indicatorType": "string" if each.shape == "text" else "float",
        "collectionType": "gauge",
        "perspective": "experience",
    }
