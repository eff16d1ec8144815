"""A real server on a real port: it says where it listens, and stops without losing anything."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from records import rows

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    environment = {**os.environ, "SENTIO_DATA_FOLDER": str(tmp_path / "data")}
    started = subprocess.Popen(
        [sys.executable, "-m", "sentio.cli.main", "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=tmp_path,
    )
    for line in started.stderr:
        if line.startswith("Listening on"):
            yield started, int(line.split(";")[0].rsplit(":", 1)[1])
            break
    started.kill()
    started.communicate()


def test_a_stopped_server_has_kept_all_that_it_acknowledged(server, tmp_path):
    from sentio.store.warehouse import Warehouse

    process, port = server
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/ingest/probe?service=web", rows(7), {"content-type": "text/csv"})
    answer = connection.getresponse()
    receipt = orjson.loads(answer.read())
    connection.close()

    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)

    assert (answer.status, receipt["rows_kept"]) == (200, 7)
    assert process.returncode == 0
    assert orjson.loads(out) == {"listened": [f"http://127.0.0.1:{port}"]}
    with Warehouse(tmp_path / "data/sentio.duckdb", mode="read") as warehouse:
        assert warehouse.con.execute("SELECT count(*) FROM experience_web").fetchone() == (7,)
