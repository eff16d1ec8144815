"""Answers of named questions in bulk: the same numbers in every form, identifiers masked."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.small_store import BAD_CELL, START, Small, build

from sentio.store.ask import Answers
from sentio.store.cube import HOUR_NS

QUERY = "/api/v1/query"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(tmp_path_factory.mktemp("small") / "sentio.duckdb")


@pytest.fixture
def client(small: Small, serving, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sentio.duckdb").write_bytes(small.path.read_bytes())
    return serving(awareness_enabled=False)


def arrow(client, **given: object) -> pa.Table:
    answer = client.get(QUERY, params={"format": "arrow", **given})
    assert answer.status_code == 200, answer.text
    return pa.ipc.open_stream(answer.content).read_all()


def test_every_form_holds_the_same_rows(client):
    asked = {"question": "member_totals", "dimension": "cell", "service": "web"}
    own = Answers(client.platform.warehouse).ask("member_totals", dimension="cell", service="web")

    as_arrow = arrow(client, **asked)
    as_json = client.get(QUERY, params=asked).json()
    packed = client.get(QUERY, params={**asked, "format": "parquet"}).content
    lines = client.get(QUERY, params={**asked, "format": "csv"}).text.splitlines()

    assert as_arrow.to_pylist() == own.to_pylist() == as_json
    assert pq.read_table(io.BytesIO(packed)).to_pylist() == own.to_pylist()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert [int(row["n"]) for row in rows] == own.column("n").to_pylist()
    assert [row["member"] for row in rows] == own.column("member").to_pylist()
    assert BAD_CELL in own.column("member").to_pylist()


def test_a_csv_says_what_it_holds_and_how_fresh_it_is(client):
    asked = {
        "question": "hourly_course", "service": "web", "format": "csv", "tz": "Europe/Paris",
        "since": "2026-11-21T08:00:00Z", "until": "2026-11-21T10:00:00Z",
    }  # fmt: skip

    answer = client.get(QUERY, params=asked)

    head = [line for line in answer.text.splitlines() if line.startswith("# ")]
    assert "# range: 2026-11-21T08:00:00+00:00 to 2026-11-21T10:00:00+00:00" in head
    assert "# time zone: Europe/Paris" in head
    assert "# filters: service=web" in head
    assert any(line.startswith("# data as of: 2026-11-22T") for line in head)
    rows = list(csv.DictReader(answer.text.splitlines()[len(head) :]))
    assert [row["hour"] for row in rows] == [
        "2026-11-21T09:00:00+01:00",
        "2026-11-21T10:00:00+01:00",
    ]
    assert answer.headers["content-disposition"] == 'attachment; filename="hourly_course.csv"'


def test_times_are_timestamps_of_the_zone_and_utc_unless_said(client):
    found = arrow(client, question="hourly_course", service="web", tz="Asia/Tokyo")
    as_json = client.get(QUERY, params={"question": "hourly_course", "service": "web"}).json()

    assert found.schema.field("hour").type == pa.timestamp("ns", "Asia/Tokyo")
    assert as_json[0]["hour"] == "2026-11-21T06:00:00Z"
    assert found.schema.metadata[b"sentio.time zone"] == b"Asia/Tokyo"


def test_identifiers_are_masked_unless_a_role_and_a_reason_allow_them(client, small: Small):
    asked = {"question": "latest_uses", "dimension": "cell", "member": "cell-1", "limit": 5}
    full = {**asked, "identifiers": "full"}
    admin = client.platform.state.create_key("boss", roles=("admin",), at_ns=1)
    reader = client.platform.state.create_key("reader", roles=("read",), at_ns=1)
    bosses = {"authorization": f"Bearer {admin}"}

    masked = client.get(QUERY, params=asked, headers=bosses).json()
    silent = client.get(QUERY, params=full, headers=bosses)
    refused = client.get(
        QUERY,
        params={**full, "reason": "ticket 17"},
        headers={"authorization": f"Bearer {reader}"},
    )
    revealed = client.get(QUERY, params={**full, "reason": "ticket 17"}, headers=bosses).json()

    known = {str(each) for name in small.uses for each in small.of(name, "subject")}
    assert all(row["subject"].endswith("…") and len(row["subject"]) == 7 for row in masked)
    assert {row["subject"] for row in revealed} <= known
    assert silent.status_code == 422
    assert refused.status_code == 403
    assert "reveal" in refused.json()["detail"]
    noted = [each for each in client.platform.state.audit() if each.what == "read identifiers"]
    assert [(each.who, each.purpose) for each in noted] == [
        ("boss", "question latest_uses: ticket 17")
    ]


def test_a_long_answer_comes_batch_by_batch(client, small: Small):
    schema, batches = Answers(client.platform.warehouse).stream("uses_of_some", {}, batch_rows=500)

    sizes = [batch.num_rows for batch in batches]

    assert "subject" in schema.names
    assert sum(sizes) == sum(table.num_rows for table in small.uses.values())
    assert len(sizes) > 1


def test_an_answer_without_rows_is_an_answer(client):
    asked = {"question": "latest_uses", "member": "nowhere"}

    assert client.get(QUERY, params=asked).json() == []
    assert arrow(client, **asked).num_rows == 0


def test_questions_tell_their_parameters(client):
    listed = {each["name"]: each for each in client.get("/api/v1/questions").json()["items"]}

    assert listed["worst_members"]["parameters"]["limit"]["default"] == 10
    assert listed["latest_uses"]["parameters"]["member"]["is_needed"]
    assert listed["latest_uses"]["has_subjects"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"question": "wurst_members"}, "Did you mean 'worst_members'"),
        ({"question": "worst_members", "dimension": "sell"}, "Did you mean 'cell'"),
        ({"question": "worst_members", "limt": "3"}, "Did you mean 'limit'"),
        ({"question": "worst_members", "limit": "three"}, "not a whole number"),
        ({"question": "latest_uses"}, "lacks member"),
        ({"question": "sources", "since": "2026-11-21"}, "No question"),
        ({"question": "links_known", "since": "2026-11-21"}, "no span of time"),
        ({"question": "service_totals", "tz": "Mars/Olympus"}, "no time zone"),
        ({"question": "member_sums", "totals": "blue"}, "cannot be asked so"),
        ({"question": "hourly_course", "step_hours": "0"}, "cannot be asked so"),
        ({"question": "service_totals", "format": "xml"}, "format"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_what_cannot_be_asked_is_told(client, asked: dict, said: str):
    answer = client.get(QUERY, params=asked)

    assert answer.status_code == 422, answer.text
    assert said.lower() in answer.json()["detail"].lower()


def test_a_text_that_a_spreadsheet_would_run_is_written_as_a_text(client):
    line = f"ts,imsi,cell,page_load_ms\n{START + HOUR_NS},262011,=1+1,900\n"
    client.post("/ingest/probe?service=web", content=line, headers={"content-type": "text/csv"})

    answer = client.get(
        QUERY, params={"question": "member_totals", "service": "web", "format": "csv"}
    )

    assert '"\'=1+1"' in answer.text
