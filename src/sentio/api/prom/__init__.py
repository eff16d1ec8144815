"""A read API in the shape of Prometheus's, so that Grafana and others need no plug-in."""

from sentio.api.prom.metrics import METRICS, Metric
from sentio.api.prom.routes import prometheus_router

__all__ = ["METRICS", "Metric", "prometheus_router"]
