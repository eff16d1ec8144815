"""Moments as people should read them: in their time zone, and no more of the date than it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sentio.report.numbers import NOTHING
from sentio.store.cube import DAY_NS

LONG_NS = 300 * DAY_NS  # the same day and month may come twice: say the year
SHORT_NS = 25 * DAY_NS  # the same day of the month cannot come twice: leave the month out


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Writes moments of a span of so many nanoseconds, in an IANA time zone."""

    zone: str
    span_ns: int

    def moment(self, ts_ns: int | None) -> str:
        """Write a moment in full, to the minute."""
        return NOTHING if ts_ns is None else self._at(ts_ns).strftime("%a %-d %b %Y %H:%M")

    def hour(self, ts_ns: int) -> str:
        """Write the beginning of an hour."""
        year = " %Y" if self.span_ns > LONG_NS else ""
        return self._at(ts_ns).strftime(f"%a %-d %b{year} %H:%M")

    def short_hour(self, ts_ns: int) -> str:
        """Write the beginning of an hour where room is short."""
        if self.span_ns > LONG_NS:
            return self._at(ts_ns).strftime("%-d %b %Y, %H:%M")
        month = "" if self.span_ns <= SHORT_NS else " %b"
        return self._at(ts_ns).strftime(f"%a %-d{month}, %H:%M")

    def mark(self, ts_ns: int, *, of_ns: int, is_alone: bool) -> str:
        """Write a mark of an axis that spans so many nanoseconds.

        ``is_alone`` says that no other mark tells the day.
        """
        at = self._at(ts_ns)
        if of_ns > LONG_NS:
            return at.strftime("%b %Y")
        if is_alone:
            return self.hour(ts_ns)
        if at.hour:
            return at.strftime("%H:%M")
        return at.strftime("%-d %b %Y" if self.span_ns > LONG_NS else "%a %-d %b")

    def _at(self, ts_ns: int) -> datetime:
        return datetime.fromtimestamp(ts_ns // 1_000_000_000, ZoneInfo(self.zone))
