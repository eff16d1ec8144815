"""Others send events as their own standards say, and know by the status that they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

FAULTS = "/api/3gpp/faultMnS/v1/notificationSink"
VES = "/eventListener/v7"
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("path", "sample", "status", "source"),
    [
        (FAULTS, "fault_mns/list_of_notifications.json", 204, "faults"),
        (VES, "ves/fault_raised_and_cleared.ndjson", 202, "ves"),
        (f"{VES}/eventBatch", "ves/batch_fault_and_measurement.json", 202, "ves"),
    ],
)
def test_what_is_sent_is_committed_before_it_is_answered(
    client, samples: Path, path, sample, status, source
):
    answer = client.post(path, content=(samples / sample).read_bytes(), headers=JSON)

    assert (answer.status_code, answer.content) == (status, b"")
    (quality,) = client.get("/v1/sources").json()["quality"]
    assert quality["source"] == source
    assert quality["records"] >= 2


def test_the_source_is_the_one_that_is_set(serving, samples: Path):
    client = serving(fault_source="oss-west")
    body = (samples / "fault_mns/alarm_list.json").read_bytes()

    assert client.post(FAULTS, content=body, headers=JSON).status_code == 204
    assert client.get("/v1/sources").json()["quality"][0]["source"] == "oss-west"


@pytest.mark.parametrize("body", [b'{"hello": 1', b'[{"notificationType": "notifyNewAlarm"}]'])
def test_what_cannot_be_kept_is_refused_and_stands_in_the_dead_letters(client, body):
    answer = client.post(FAULTS, content=body, headers=JSON)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/dead-letters").json()["count"] == 1


def test_sending_needs_the_right_to_push(client):
    reader = client.platform.state.create_key("r", roles=("read",), at_ns=1)

    answer = client.post(VES, content=b"{}", headers={**JSON, "authorization": f"Bearer {reader}"})

    assert answer.status_code == 403
