"""All files that Grafana is set up by: provisioning and dashboards, by their path in a folder."""

from __future__ import annotations

import orjson

from sentio.api.grafana.dashboards import dashboards

FOLDER = "/etc/grafana/sentio"  # where the dashboards stand for Grafana

SOURCES = """\
# Sentio as a data source; SENTIO_URL and SENTIO_GRAFANA_KEY stand in the environment of Grafana.
apiVersion: 1
datasources:
  - name: Sentio
    uid: sentio
    type: prometheus
    access: proxy
    url: $SENTIO_URL/prom
    jsonData:
      httpMethod: POST
      timeInterval: 60s
      prometheusType: Prometheus
      prometheusVersion: 3.0.0
      httpHeaderName1: Authorization
    secureJsonData:
      httpHeaderValue1: Bearer $SENTIO_GRAFANA_KEY
"""

PROVIDER = f"""\
# The dashboards of Sentio, read from a folder.
apiVersion: 1
providers:
  - name: Sentio
    type: file
    folder: Sentio
    allowUiUpdates: false
    updateIntervalSeconds: 60
    options:
      path: {FOLDER}
"""


def grafana_files() -> dict[str, str]:
    """Make every file, by its path."""
    boards = {
        f"dashboards/{name}": orjson.dumps(board, option=orjson.OPT_INDENT_2).decode() + "\n"
        for name, board in dashboards().items()
    }
    return {
        "provisioning/datasources/sentio.yaml": SOURCES,
        "provisioning/dashboards/sentio.yaml": PROVIDER,
        **boards,
    }
