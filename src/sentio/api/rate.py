"""A token bucket per source (RFC 2697 in spirit): requests before, rows after they are counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from sentio.kernel.clock import Clock
from sentio.kernel.errors import OverloadError

MOST_SOURCES = 10_000


@dataclass(slots=True)
class Bucket:
    """Fills at ``rate`` a second up to ``rate``; may be overdrawn by one taking."""

    rate: float
    level: float
    at_ns: int

    def wait_s(self, now_ns: int) -> float:
        """Fill up, and tell how long until something may be taken; 0 is now."""
        self.level = min(self.rate, self.level + self.rate * max(0, now_ns - self.at_ns) / 1e9)
        self.at_ns = now_ns
        return 0.0 if self.level > 0 else (1 - self.level) / self.rate

    def take(self, amount: float) -> None:
        """Take; what is more than there is stays as a debt."""
        self.level -= amount


@dataclass(slots=True)
class Rate:
    """How much each source may send (or each reader ask) a second; a rate of 0 does not bound.

    ``what`` is the unit in messages, ``whose`` and ``does`` say who does what.
    """

    per_s: float
    what: str
    clock: Clock
    whose: str = "source"
    does: str = "sends"
    buckets: dict[str, Bucket] = field(default_factory=dict[str, Bucket])

    def check(self, source: str) -> None:
        """Raise `OverloadError` while a source has used up what it may."""
        if self.per_s <= 0:
            return
        wait_s = self._bucket(source).wait_s(self.clock.now_ns())
        if wait_s > 0:
            most = f"{self.per_s:g} {self.what} a second"
            error = OverloadError(
                f"{self.whose} {source!r} {self.does} more than {most}",
                where="api_rate",
                next_step="Send again after the time in Retry-After.",
            )
            error.retry_after_s = wait_s
            raise error

    def take(self, source: str, amount: float) -> None:
        """Count what a source has sent."""
        if self.per_s > 0:
            self._bucket(source).take(amount)

    def _bucket(self, source: str) -> Bucket:
        if source not in self.buckets:
            if len(self.buckets) >= MOST_SOURCES:
                self.buckets.clear()
            self.buckets[source] = Bucket(self.per_s, self.per_s, self.clock.now_ns())
        return self.buckets[source]
