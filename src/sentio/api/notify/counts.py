"""What Prometheus is told of notifications: what became of the tries, how old what arrives is."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

AGE_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0, 300.0, 3600.0)


class Counts:
    """The metrics of one notifier, in somebody's registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._tries = Counter(
            "sentio_notification_tries",
            "Tries to deliver a notification, by what became of them.",
            ["outcome"],
            registry=registry,
        )
        self._parked = Counter(
            "sentio_notifications_parked",
            "Notifications given up because their subscriber does not answer.",
            registry=registry,
        )
        self._age_seconds = Histogram(
            "sentio_notification_age_seconds",
            "Time from the offer of a notification to its delivery.",
            buckets=AGE_S,
            registry=registry,
        )

    def tried(self, became: str, age_s: float) -> None:
        """Count a try."""
        self._tries.labels(became).inc()
        if became == "delivered":
            self._age_seconds.observe(age_s)

    def parked(self, count: int) -> None:
        """Count what was given up at once."""
        self._parked.inc(count)
