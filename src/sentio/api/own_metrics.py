"""What Prometheus is told of the watch and the automation, read as it asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sentio.loop.running import Running


class OwnMetrics(Collector):
    """Gauges of the loop; an answer costs one look at the state."""

    def __init__(self, loop: Running) -> None:
        self._loop = loop

    def describe(self) -> Iterable[Metric]:
        """Name nothing in advance: nothing is read before somebody asks."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Read all of them."""
        loop = self._loop
        yield _gauge("sentio_watch_running", "Whether the watch runs.", float(loop.is_running))
        yield _gauge(
            "sentio_automation_stopped",
            "Whether somebody has stopped all automation.",
            float(loop.is_switched_off()),
        )
        live = loop.live
        if live is None:
            return
        yield _gauge("sentio_degradations_open", "Degradations that go on.", float(len(live.open)))
        yield _gauge("sentio_periods_judged", "Periods judged so far.", float(live.judged))
        span = live.periods.span_ns()
        if span is not None and live.next_ns is not None:
            yield _gauge(
                "sentio_watch_lag_seconds",
                "How far the watch is behind the newest use.",
                (span[1] - live.next_ns) / 1e9,
            )
        spent = live.collecting.budget
        yield _gauge(
            "sentio_collection_spent_bytes",
            "Bytes that orders to the collection cost.",
            float(spent.spent_bytes),
        )


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)
