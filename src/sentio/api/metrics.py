"""What Prometheus is told: rows, bytes, rejected rows, the queue, the length of commits."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from sentio.api.receipt import BodyReceipt

COMMIT_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The metrics of one server, in a registry of their own."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.rows = Counter(
            "sentio_rows",
            "Rows pushed, by what became of them.",
            ["source", "outcome"],
            registry=self.registry,
        )
        self.rejected = Counter(
            "sentio_rejected_bodies",
            "Bodies of which nothing was kept.",
            ["source"],
            registry=self.registry,
        )
        self.body_bytes = Counter(
            "sentio_body_bytes",
            "Bytes of committed bodies, unpacked.",
            ["source"],
            registry=self.registry,
        )
        self.refused = Counter(
            "sentio_refused_requests",
            "Requests refused before they were read, by HTTP status.",
            ["status"],
            registry=self.registry,
        )
        self.queue_bodies = Gauge(
            "sentio_queue_bodies",
            "Bodies that arrive or wait for their commit.",
            registry=self.registry,
        )
        self.commit_seconds = Histogram(
            "sentio_commit_seconds",
            "Time from the start of reading a group of bodies to its commit.",
            buckets=COMMIT_S,
            registry=self.registry,
        )

    def count(self, receipt: BodyReceipt, size_bytes: int) -> None:
        """Count a body that was committed."""
        self.rows.labels(receipt.source, "kept").inc(receipt.rows_kept)
        self.rows.labels(receipt.source, "rejected").inc(receipt.rows_rejected)
        self.body_bytes.labels(receipt.source).inc(size_bytes)
        if receipt.rows_rejected and not receipt.rows_kept:
            self.rejected.labels(receipt.source).inc()

    def text(self) -> bytes:
        """Write all of them down."""
        return generate_latest(self.registry)
