"""What tells others by itself: notifications, the feed of what is told, analytics in reports."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from sentio.api.notify import open_notifier
from sentio.api.notify.feed import Feed
from sentio.api.notify.webhooks import Webhooks
from sentio.api.nwdaf import Analytics, Reports
from sentio.api.tmf.live.changes import LiveChanges
from sentio.loop.platform import Platform
from sentio.loop.running import Running
from sentio.store.state.problems import Problems


class Outward:
    """Starts and ends them in an order in which nothing that was told is lost."""

    def __init__(self, platform: Platform, loop: Running, registry: CollectorRegistry) -> None:
        clock = platform.clock
        self.notifier = open_notifier(
            platform.state, platform.settings, clock=clock, registry=registry
        )
        self.analytics = Analytics(platform)
        self.reports = Reports(self.analytics, self.notifier)
        self.feed = Feed(
            loop.told,
            self.notifier,
            newest=lambda: loop.newest_event,
            clock=clock,
            readings=(
                Webhooks(loop.told),
                self.reports.reading,
                LiveChanges(Problems(platform.state)),
            ),
        )

    def start(self) -> None:
        """Start to deliver, to report, and to follow what is told."""
        self.notifier.start()
        self.reports.start()
        self.feed.start()

    def close(self) -> None:
        """Turn what was told into notifications, and stop; the next process delivers the rest."""
        self.feed.close()
        self.reports.close()
        self.notifier.close()
