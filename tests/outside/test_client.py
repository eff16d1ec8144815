"""The Python client against a real server: what it gives is what the store holds."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from tests.outside.conftest import END, Served
from tests.small_store import BAD_CELL, START

import sentio
from sentio.client import ApiError, Client, connect
from sentio.store.ask import Answers
from sentio.store.cube import HOUR_NS


@pytest.fixture
def client(served: Served):
    with connect(served.url) as connected:
        yield connected


def moment(ts_ns: int) -> datetime:
    return datetime.fromtimestamp(ts_ns / 1e9, UTC)


def test_services_are_totalled_as_the_store_does(client: Client, served: Served):
    found = client.services()

    assert isinstance(found, pa.Table)
    assert found.to_pylist() == Answers(served.platform.warehouse).ask("service_totals").to_pylist()
    web = served.small.mos("web")
    n = {row["service"]: row["n"] for row in found.to_pylist()}
    assert n["web"] == (~np.isnan(web)).sum()


def test_a_question_takes_a_span_names_and_lists(client: Client):
    found = client.ask(
        "member_hours",
        members=["cell-1", BAD_CELL],
        service="web",
        since=moment(START),
        until="2026-11-21T12:00:00Z",
    )

    assert set(found.column("member").to_pylist()) == {"cell-1", BAD_CELL}
    assert max(found.column("hour").to_pylist()) < datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_an_answer_becomes_a_data_frame(client: Client):
    pytest.importorskip("pandas")

    frame = client.ask("member_totals", dimension="cell", service="web").to_pandas()

    assert frame.sort_values("poor_share").iloc[-1]["member"] == BAD_CELL


def test_big_answers_come_in_batches_with_masked_subjects(client: Client, served: Served):
    batches = list(client.batches("uses_of_some"))

    assert sum(batch.num_rows for batch in batches) == sum(
        table.num_rows for table in served.small.uses.values()
    )
    assert batches[0].column("subject")[0].as_py().endswith("…")


def test_whole_pseudonyms_come_for_a_reason(client: Client):
    asked = {"dimension": "cell", "member": BAD_CELL, "limit": 1}

    masked = client.ask("latest_uses", **asked).column("subject")[0].as_py()
    whole = client.ask("latest_uses", reveal="ticket 4711", **asked).column("subject")[0].as_py()

    assert whole.startswith(masked[:-1])
    assert int(whole)


def test_incidents_lead_to_their_degradations_and_causes(client: Client):
    (incident,) = client.incidents(is_open=True)

    assert client.incident(incident["id"])["root_cause"]["element"] == BAD_CELL
    (fell,) = client.degradations(service="web")
    assert fell["id"] in incident["degradations"]
    assert client.diagnoses(fell["id"])[0]["sentence"] == "Overload of the cell (82 %)."
    assert client.incidents(is_open=False) == client.plans() == client.works() == []


def test_a_subject_is_found_by_its_pseudonym(client: Client, served: Served):
    subject = int(served.small.of("web", "subject")[-1])

    found = client.subject(subject, days=30)

    assert str(subject) in str(found)


def test_a_query_gives_rows_with_times(client: Client):
    found = client.series(
        'sentio_uses_total{service="web",dimension="all"}',
        since=moment(END - HOUR_NS),
        until=moment(END),
        step="10m",
    )

    assert found.num_rows == 7
    assert found.schema.names == ["metric", "dimension", "member", "service", "time", "value"]
    assert found.column("value").to_pylist() == sorted(found.column("value").to_pylist())


def test_what_is_refused_says_why(client: Client, served: Served):
    with pytest.raises(ApiError, match="Did you mean 'worst_members'") as told:
        client.ask("wurst_members")
    stranger, lost = connect(served.url, "sentio_000000000000_wrong"), connect("http://127.0.0.1:9")
    with stranger, pytest.raises(ApiError, match="unknown or was revoked"):
        stranger.services()
    with lost, pytest.raises(ApiError, match="cannot be asked"):
        lost.services()

    assert told.value.status == 422


def test_everything_that_can_be_asked_is_listed(client: Client):
    names = {each["name"] for each in client.questions()}

    assert {"service_totals", "worst_members", "latest_uses"} <= names
    assert client.experience(dimension="cell")["uses"] > 1000
    assert client.get("watch")["is_learning"] is not None


def test_importing_sentio_loads_neither_the_client_nor_arrow():
    code = "import sentio, sys; print('pyarrow' in sys.modules, 'httpx' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["False", "False"]
    assert sentio.__all__ == ["__version__", "connect"]


def test_connect_is_there_at_the_top(served: Served):
    with sentio.connect(served.url) as client:
        assert client.services().num_rows == 3
