"""A body is acknowledged after its commit, once, with a receipt of what became of each row."""

from __future__ import annotations

import gzip
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from records import HEADER, rows
from starlette.testclient import TestClient

CSV = {"content-type": "text/csv"}
WEB = "/ingest/probe?service=web"


def kept(client: TestClient) -> int:
    (count,) = client.platform.warehouse.con.execute(
        "SELECT coalesce(sum(records), 0) FROM ingest_commit"
    ).fetchone()
    return int(count)


def test_a_body_is_committed_when_it_is_acknowledged(client):
    answer = client.post(WEB, content=rows(5), headers=CSV)

    assert answer.status_code == 200
    assert kept(client) == 5
    receipt = answer.json()
    assert (receipt["rows_read"], receipt["rows_kept"], receipt["rows_rejected"]) == (5, 5, 0)
    assert receipt["source"] == "probe"


def test_rejected_rows_are_counted_by_reason_and_the_others_are_kept(client):
    answer = client.post(WEB, content=rows(3) + "yesterday,1,c,5\n", headers=CSV)

    receipt = answer.json()
    assert answer.status_code == 200
    assert (receipt["rows_kept"], receipt["rows_rejected"]) == (3, 1)
    assert receipt["rejected_by_reason"] == {"bad_time": 1}
    assert (receipt["sample"][0]["line"], receipt["sample"][0]["field"]) == (5, "ts")


def test_a_packed_body_is_unpacked(client):
    packed = gzip.compress(rows(2).encode()) + gzip.compress(
        rows(2, first=7)[len(HEADER) :].encode()
    )

    answer = client.post(WEB, content=packed, headers={**CSV, "content-encoding": "gzip"})

    assert answer.json()["rows_kept"] == 4


@pytest.mark.parametrize("form", ["parquet", "arrow stream", "arrow file"])
def test_columns_are_taken_as_they_are(client, form):
    now_ns = time.time_ns()
    table = pa.table(
        {
            "ts": pa.array([now_ns, now_ns - 5], pa.int64()),
            "imsi": ["262010000000001", "262010000000002"],
            "page_load_ms": [900.0, 1200.0],
        }
    )
    sink = io.BytesIO()
    if form == "parquet":
        pq.write_table(table, sink)
    else:
        make = pa.ipc.new_stream if form == "arrow stream" else pa.ipc.new_file
        with make(sink, table.schema) as writer:
            writer.write_table(table)

    answer = client.post(WEB, content=sink.getvalue())

    assert answer.status_code == 200, answer.text
    assert answer.json()["rows_kept"] == 2


def test_lines_of_json_are_taken(client):
    now_ns = time.time_ns()
    body = "".join(
        f'{{"ts": {now_ns - i}, "imsi": "26201{i:010}", "page_load_ms": 900}}\n' for i in range(3)
    )

    answer = client.post(WEB, content=body, headers={"content-type": "application/x-ndjson"})

    assert answer.status_code == 200, answer.text
    assert answer.json()["rows_kept"] == 3


def test_the_same_key_and_body_give_the_same_receipt_and_one_commit(client):
    body, headers = rows(4) + "never,1,c,5\n", {**CSV, "idempotency-key": '"batch:7"'}

    first = client.post(WEB, content=body, headers=headers)
    again = client.post(WEB, content=body, headers=headers)

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert kept(client) == 4


def test_the_same_key_with_another_body_is_refused_and_a_longer_key_is_not(client):
    client.post(WEB, content=rows(2), headers={**CSV, "idempotency-key": "a"})

    other = client.post(WEB, content=rows(3), headers={**CSV, "idempotency-key": "a"})
    longer = client.post(WEB, content=rows(3), headers={**CSV, "idempotency-key": "a:b"})

    assert other.status_code == 422
    assert other.json()["where"] == "Idempotency-Key"
    assert longer.status_code == 200


def test_a_body_sent_twice_without_a_key_is_success_though_all_of_it_is_known(client):
    body = rows(3)
    client.post(WEB, content=body, headers=CSV)

    again = client.post(WEB, content=body, headers=CSV)

    assert again.status_code == 200
    assert again.json()["rejected_by_reason"] == {"duplicate": 3}
    assert kept(client) == 3


def test_many_senders_at_once_lose_nothing_and_share_commits(client):
    bodies = [rows(10, first=100 * i) for i in range(12)]

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda body: client.post(WEB, content=body, headers=CSV), bodies))

    assert [each.json()["rows_kept"] for each in answers] == [10] * 12
    assert kept(client) == 120


def test_a_body_of_no_known_format_is_told_so(client):
    answer = client.post(WEB, content=b"\x00\x01\x02 nothing of ours \xff")

    assert answer.status_code == 415
    problem = answer.json()
    assert problem["receipt"]["rejected_by_reason"] == {"unknown_format": 1}
    assert problem["next"]


def test_a_body_of_which_nothing_can_be_kept_is_told_with_its_first_row(client):
    answer = client.post(WEB, content=HEADER + "never,1,c,5\nnever,2,c,5\n", headers=CSV)

    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["what"].startswith("none of 2 rows could be kept")
    assert problem["where"].endswith(":2")


def test_an_unknown_map_is_told_with_the_nearest_name(client):
    answer = client.post("/ingest/probe?map=s1u_htp", content=rows(1), headers=CSV)

    assert answer.status_code == 422
    assert "s1u_http" in answer.json()["next"]


def test_a_map_cannot_be_a_file_of_the_server(client, tmp_path):
    answer = client.post(f"/ingest/probe?map={tmp_path}/secret.toml", content=rows(1))

    assert answer.status_code == 422
    assert answer.json()["where"] == "map"


def test_the_options_of_a_defined_source_hold_until_the_query_says_otherwise(client):
    from sentio.store.state import Source

    client.platform.state.save_source(Source(name="probe", options={"service": "web"}))

    assert client.post("/ingest/probe", content=rows(2), headers=CSV).json()["rows_kept"] == 2
    families = client.platform.warehouse.con.execute("SELECT family FROM partition").fetchall()
    assert families == [("experience_web",)]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"content": b""}, 422),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=x"}}, 415),
        ({"content": b"x", "headers": {"content-encoding": "br"}}, 415),
        ({"content": b"\x1f\x8bxx", "headers": {"content-encoding": "gzip"}}, 422),
        ({"content": gzip.compress(b"x" * 99)[:-9], "headers": {"content-encoding": "gzip"}}, 422),
        ({"content": b"x", "headers": {"idempotency-key": "k" * 201}}, 422),
        ({"content": b"x", "params": [("service", "a"), ("service", "b")]}, 422),
    ],
    ids=["empty", "form", "brotli", "not gzip", "cut gzip", "long key", "option twice"],
)
def test_a_request_that_makes_no_sense_is_told_why(client, given, status):
    answer = client.post("/ingest/probe", **given)

    assert answer.status_code == status
    assert answer.json()["what"]
    assert kept(client) == 0


@pytest.mark.parametrize("name", ["..", "a b", "-x", "x" * 101, "a%2Fb"])
def test_a_source_has_a_plain_name(client, name):
    assert client.post(f"/ingest/{name}", content=b"x").status_code in {404, 422}


def test_a_body_over_the_limit_is_refused_whether_announced_or_not(serving):
    client = serving(api_max_body_mb=1)
    large = b"x" * 1_100_000

    announced = client.post(WEB, content=large)
    streamed = client.post(WEB, content=iter([large[:600_000], large[600_000:]]))

    assert (announced.status_code, streamed.status_code) == (413, 413)
    assert "api_max_body_mb" in announced.json()["next"]


def test_a_gzip_bomb_is_refused_before_it_is_unpacked_whole(serving):
    client = serving(api_max_unpacked_mb=1)
    bomb = gzip.compress(bytes(50_000_000))

    answer = client.post(WEB, content=bomb, headers={"content-encoding": "gzip"})

    assert answer.status_code == 413
    assert "api_max_unpacked_mb" in answer.json()["next"]


def test_more_bodies_than_places_are_turned_away_until_there_is_room(serving):
    client = serving(api_queue_bodies=1)
    intake = client.app.state.intake

    with intake.place():
        full = client.post(WEB, content=rows(1), headers=CSV)
    free = client.post(WEB, content=rows(1), headers=CSV)

    assert full.status_code == 429
    assert int(full.headers["retry-after"]) >= 1
    assert free.status_code == 200


def test_a_source_over_its_rate_of_rows_waits_and_another_does_not(serving):
    client = serving(api_rate_rows_per_s=10)
    client.post(WEB, content=rows(100), headers=CSV)

    over = client.post(WEB, content=rows(1), headers=CSV)
    other = client.post("/ingest/other?service=web", content=rows(1), headers=CSV)

    assert over.status_code == 429
    assert 1 <= int(over.headers["retry-after"]) <= 10
    assert other.status_code == 200


def test_what_was_accepted_is_committed_before_the_server_is_gone(serving):
    client = serving()
    answers: list[int] = []
    senders = [
        threading.Thread(
            target=lambda i=i: answers.append(
                client.post(WEB, content=rows(5, first=50 * i), headers=CSV).status_code
            )
        )
        for i in range(4)
    ]

    for each in senders:
        each.start()
    client.app.state.intake.close()
    for each in senders:
        each.join()

    assert set(answers) <= {200, 503}
    assert kept(client) == 5 * answers.count(200)
    assert client.post(WEB, content=rows(1), headers=CSV).status_code == 503
    assert client.get("/ready").status_code == 503
