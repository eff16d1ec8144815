"""Parcels reach a Sentio by HTTP, through its absence, or lie in a folder whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sentio.kernel.errors import NotThereError, RefusedError
from sentio.lab.live import sending
from sentio.lab.live.sending import Drop, Push
from sentio.lab.stream.parcels import Parcel

PARCELS = [
    Parcel("probe", f"xdr-web-{i}.csv", f"ts\n{i}\n".encode(), "delimited") for i in range(3)
]


@dataclass
class Sink:
    """What a small server was sent, and with which statuses it begins to answer."""

    statuses: list[int]
    got: list[tuple[str, str, bytes]] = field(default_factory=list[tuple[str, str, bytes]])
    keys: list[str] = field(default_factory=list[str])
    url: str = ""


@pytest.fixture
def sink() -> Iterator[Sink]:
    told = Sink([])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = told.statuses.pop(0) if told.statuses else 200
            told.keys.append(self.headers["Idempotency-Key"])
            if status == 200:
                told.got.append((self.path, self.headers["Content-Type"], body))
            self._answer(status)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            body = b'{"rows_kept": 1, "rows_rejected": 0}'
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Retry-After", "0.01")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


def test_every_parcel_is_pushed_to_its_source_with_its_media_type_and_counted(sink):
    push = Push(sink.url + "/")
    push.check()

    push.send([*PARCELS, Parcel("pm", "empty.xml", b"", "pm_xml")])

    wanted = {("/ingest/probe?format=delimited", "text/csv", each.body) for each in PARCELS}
    assert set(sink.got) == wanted
    assert (push.sent.parcels, push.sent.rows) == (3, 3)


@pytest.mark.parametrize("statuses", [[429], [503, 503, 429]])
def test_a_sentio_without_room_is_tried_again(sink, statuses):
    sink.statuses[:] = statuses

    Push(sink.url).send(PARCELS)

    assert len(sink.got) == len(set(sink.keys)) == 3


def test_what_cannot_be_read_is_counted_and_the_rest_goes_on(sink):
    sink.statuses[:] = [422]
    said: list[str] = []
    push = Push(sink.url, on_trouble=said.append)

    push.send(PARCELS)

    assert (push.sent.parcels, push.sent.refused) == (2, 1)
    assert "was refused" in said[0]


def test_a_sentio_that_wants_a_key_is_not_tried_again(sink):
    sink.statuses[:] = [401] * 3

    with pytest.raises(RefusedError, match="--key"):
        Push(sink.url).send(PARCELS)


def test_a_sentio_that_goes_away_is_waited_for_and_told_once(sink, monkeypatch):
    monkeypatch.setattr(sending, "AGAIN_S", 0.01)
    said: list[str] = []
    push, there = Push(sink.url, on_trouble=said.append), sink.url
    push.url = "http://127.0.0.1:9"  # discard: nobody listens
    sent = threading.Thread(target=push.send, args=(PARCELS[:1],))
    sent.start()
    while not said:
        pass
    push.url = there
    sent.join()

    assert len(sink.got) == 1
    assert [each.split(" ", 1)[1] for each in said] == [
        "does not answer: waiting for it",
        "is back",
    ]


def test_where_no_sentio_is_it_says_how_to_start_one():
    with pytest.raises(NotThereError, match="sentio serve"):
        Push("http://127.0.0.1:9").check()


def test_a_folder_gets_whole_files_and_none_is_written_over(tmp_path):
    drop = Drop(tmp_path)

    drop.send([PARCELS[0], PARCELS[0]])

    names = sorted(each.name for each in (tmp_path / "probe").iterdir())
    assert names == ["xdr-web-0-2.csv", "xdr-web-0.csv"]
    assert drop.sent.parcels == 2
