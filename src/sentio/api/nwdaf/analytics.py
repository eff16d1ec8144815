"""Works analytics out from the store and what the loop has told."""

from __future__ import annotations

from typing import Any, Literal

from sentio.api.nwdaf.asked import Asked, Window, asked_of, iso, window_of
from sentio.api.nwdaf.causes import caused
from sentio.api.nwdaf.service_experience import service_experience
from sentio.api.nwdaf.shapes import EventFilter, Requirement, TargetUe
from sentio.api.nwdaf.sustainability import qos_sustainability
from sentio.loop.platform import Platform
from sentio.store.ask import Answers
from sentio.store.state.told import Told, Wanted

Json = dict[str, Any]  # Any: JSON
EventName = Literal["SERVICE_EXPERIENCE", "QOS_SUSTAINABILITY"]

EVENTS: tuple[EventName, ...] = ("SERVICE_EXPERIENCE", "QOS_SUSTAINABILITY")
"""What can be told. ABNORMAL_BEHAVIOUR cannot: the data at hand holds none of its exceptions."""

OPEN_MOST = 1000  # degradations that are looked at
EXPIRY_NS = 300 * 1_000_000_000  # after this time it is worth asking again


class Analytics:
    """Answers for the NWDAF's events; times of the store, never ahead of the clock."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._answers = Answers(platform.warehouse)
        self._told = Told(platform.state)

    def now_ns(self) -> int:
        """Give the time of the clock."""
        return self._platform.clock.now_ns()

    def of(
        self,
        event: str,
        wanted: EventFilter,
        *,
        target: TargetUe | None = None,
        requirement: Requirement | None = None,
    ) -> Json | None:
        """Work an event out; None where there is nothing to tell.

        Raises
        ------
        RequestError
            It is not understood, or such data is not kept; with a cause.
        """
        if event not in EVENTS:
            raise caused(
                "UNAVAILABLE_DATA",
                f"there is no data for {event}",
                where="event",
                expected=" or ".join(EVENTS),
            )
        now_ns = self.now_ns()
        unsaid = "past" if event == "SERVICE_EXPERIENCE" else "ahead"
        window = window_of(requirement, now_ns=now_ns, unsaid=unsaid)
        asked = asked_of(wanted, target)
        if event == "SERVICE_EXPERIENCE":
            content = {"svcExps": self._experience(asked, window)}
        else:
            content = {"qosSustainInfos": self._sustained(asked, window, now_ns)}
        if not any(content.values()):
            return None
        return {
            "start": iso(window.since_ns),
            "expiry": iso(max(window.until_ns, now_ns + EXPIRY_NS)),
            "timeStampGen": iso(now_ns),
            **content,
        }

    def _experience(self, asked: Asked, window: Window) -> list[Json]:
        if window.is_ahead:
            raise caused(
                "UNAVAILABLE_DATA",
                "service experience is told of the past only",
                where="startTs",
                expected="a past window; QOS_SUSTAINABILITY foretells",
            )
        return service_experience(self._answers, asked, window)

    def _sustained(self, asked: Asked, window: Window, now_ns: int) -> list[Json]:
        is_open = self._told.degradations(Wanted(state="open"), limit=OPEN_MOST)
        return qos_sustainability(self._answers, asked, window, now_ns=now_ns, degradations=is_open)
