"""A real server on a real port: it says where it listens, and stops without losing anything."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from records import rows
from starting import server

from sentio.api.address import listening_socket

pytestmark = pytest.mark.slow


@pytest.fixture(name="server")
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    with server(tmp_path) as running:
        yield running


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


def test_an_answer_does_not_wait_for_an_acknowledgement() -> None:
    with listening_socket("127.0.0.1", 0) as listening:
        asked = socket.create_connection(listening.getsockname())
        accepted, _ = listening.accept()

        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        asked.close()
        accepted.close()
