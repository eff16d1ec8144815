"""When a subscription reports, and when it is over (TS 29.523, ReportingInformation)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sentio.api.awareness import moment_ns
from sentio.api.nwdaf.analytics import EVENTS
from sentio.api.nwdaf.causes import caused
from sentio.api.nwdaf.shapes import Method, Reporting, Subscription

SECOND_NS = 1_000_000_000
METHODS: dict[str, Method] = {"PERIODIC": "PERIODIC", "THRESHOLD": "ON_EVENT_DETECTION"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a subscription reports; ``next_ns`` is None where only an event makes it report."""

    method: Method
    period_ns: int = 0
    next_ns: int | None = None
    until_ns: int | None = None
    most: int | None = None
    reported: int = 0

    def is_over(self, now_ns: int) -> bool:
        """Tell whether it has reported all, or its time has passed."""
        has_told_all = self.most is not None and self.reported >= self.most
        return has_told_all or (self.until_ns is not None and now_ns >= self.until_ns)

    def is_due(self, now_ns: int) -> bool:
        """Tell whether it reports now without any event."""
        return self.next_ns is not None and self.next_ns <= now_ns and not self.is_over(now_ns)

    def after_report(self, now_ns: int) -> Plan:
        """Give the plan once it has reported; periods that were missed are not made up for."""
        next_ns = self.next_ns
        if next_ns is not None and self.method == "PERIODIC":
            missed = max(0, now_ns - next_ns) // self.period_ns
            next_ns += (missed + 1) * self.period_ns
        return replace(self, reported=self.reported + 1, next_ns=next_ns)

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """Give it as it is kept."""
        return asdict(self)


def kept_plan(body: Mapping[str, Any]) -> Plan:  # Any: JSON
    """Read a plan that was kept."""
    return Plan(**body)


def plan_of(wanted: Subscription, *, now_ns: int) -> Plan:
    """Work out when a subscription reports; raises with a cause where it does not say enough."""
    asked = wanted.evtReq or Reporting()
    first = wanted.eventSubscriptions[0]
    period_s = asked.repPeriod or first.repetitionPeriod
    method = asked.notifMethod or METHODS.get(first.notificationMethod or "")
    method = method or ("PERIODIC" if period_s else "ON_EVENT_DETECTION")
    if method == "PERIODIC" and not period_s:
        raise caused("MANDATORY_IE_MISSING", "PERIODIC needs a period", where="evtReq.repPeriod")
    until_ns = moment_ns(asked.monDur)
    if until_ns is not None and until_ns <= now_ns:
        raise caused("MANDATORY_IE_INCORRECT", "its end has passed", where="evtReq.monDur")
    period_ns = (period_s or 0) * SECOND_NS if method == "PERIODIC" else 0
    first_ns = {"PERIODIC": now_ns + period_ns, "ONE_TIME": now_ns}.get(method)
    return Plan(
        method=method,
        period_ns=period_ns,
        next_ns=first_ns,
        until_ns=until_ns,
        most=1 if method == "ONE_TIME" else asked.maxReportNbr,
    )


def not_told(wanted: Subscription) -> list[str]:
    """Name the events of a subscription that cannot be told; raises if there are no others."""
    missing = [each.event for each in wanted.eventSubscriptions if each.event not in EVENTS]
    if len(missing) == len(wanted.eventSubscriptions):
        raise caused(
            "UNAVAILABLE_DATA",
            f"there is no data for {', '.join(missing)}",
            where="eventSubscriptions.event",
            expected=" or ".join(EVENTS),
        )
    return missing
