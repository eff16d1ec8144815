"""Grafana's data source and dashboards over our Prometheus API, made from the catalogue."""

from sentio.api.grafana.files import grafana_files

__all__ = ["grafana_files"]
