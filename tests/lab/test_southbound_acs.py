"""The lab's ACS: the boxes of a cell change their channel, and change it back."""

from __future__ import annotations

import json

import pytest
from tests.lab.southbound_city import opened

DEVICES = "/acs/devices"
GROUP = "group-cell-0007"
CHANNEL = "Device.WiFi.Radio.1.Channel"


@pytest.fixture
def south():
    with opened() as found:
        yield found


def channel(south, query: object = None) -> int:
    params = {"query": json.dumps(query or {"_id": GROUP}), "projection": CHANNEL}
    (device,) = south.http.get(f"{DEVICES}/", params=params).json()
    assert set(device) == {"_id", "Device"}
    return device["Device"]["WiFi"]["Radio"]["1"]["Channel"]["_value"]


def change(south, value: object, *, now: bool = True, device: str = GROUP, path: str = CHANNEL):
    body = {"name": "setParameterValues", "parameterValues": [[path, value, "xsd:unsignedInt"]]}
    params = {"connection_request": ""} if now else {}
    headers = {"x-correlator": "O-1"}
    url = f"{DEVICES}/{device}/tasks"
    return south.http.post(url, params=params, json=body, headers=headers)


def broken(south):
    """Break the Wi-Fi of the cell's homes; gives when that ends by itself."""
    operator = south.lab.operator
    operator.break_now("wifi_interference", "", severity=1.0, minutes=120)
    south.step()
    return operator.truth[0]


def test_another_channel_cures_interference_and_the_old_one_brings_it_back(south):
    fault = broken(south)
    device = f"group-{fault.scope['cell']}"
    (told,) = south.http.get(DEVICES, params={"query": json.dumps({"_id": device})}).json()
    usual = told["Device"]["WiFi"]["Radio"]["1"]["Channel"]["_value"]
    other = 11 if usual != 11 else 1

    made = change(south, other, device=device)
    again = change(south, other, device=device)

    assert (made.status_code, again.status_code) == (200, 200)
    assert south.lab.operator.truth[0].end_ns == south.lab.operator.now_ns
    (row,) = south.ledger("O-1")
    assert (row["action"], row["asked"], row["applied"]) == ("cpe_channel", 2, 1)
    south.step()
    change(south, usual, device=device)
    assert south.lab.operator.truth[0].end_ns == fault.end_ns
    assert not south.ledger("O-1")[0]["stands"]


def test_a_task_waits_for_the_boxes_to_report_unless_they_are_called(south):
    usual = channel(south)
    task = change(south, usual + 5 if usual < 11 else 1, now=False)

    assert task.status_code == 202
    assert channel(south) == usual
    waiting = south.http.get("/acs/tasks").json()
    assert [each["_id"] for each in waiting] == [task.json()["_id"]]
    for device, tasks in ((GROUP, 1), ("group-cell-0008", 0)):
        query = {"query": json.dumps({"device": device})}
        assert len(south.http.get("/acs/tasks/", params=query).json()) == tasks
    south.step()
    assert channel(south) != usual
    assert south.http.get("/acs/tasks").json() == []


def test_a_task_that_is_deleted_in_time_does_nothing(south):
    usual = channel(south)
    name = change(south, 36, now=False).json()["_id"]

    assert south.http.delete(f"/acs/tasks/{name}").status_code == 200
    assert south.http.delete(f"/acs/tasks/{name}").status_code == 404
    south.step()

    assert channel(south) == usual
    assert south.ledger("O-1") == []


def test_devices_are_found_by_name_tag_and_value(south):
    assert south.http.post(f"{DEVICES}/{GROUP}/tags/O-1").status_code == 200

    assert channel(south, {"_tags": "O-1"}) == channel(south)
    assert channel(south, {"_id": {"$in": [GROUP]}, CHANNEL: channel(south)}) == channel(south)
    south.http.delete(f"{DEVICES}/{GROUP}/tags/O-1")
    query = {"query": json.dumps({"_tags": "O-1"})}
    assert south.http.get(DEVICES, params=query).json() == []
    assert len(south.http.get(DEVICES).json()) == 24


def test_a_reboot_is_kept_on_record(south):
    url = f"{DEVICES}/{GROUP}/tasks"
    done = south.http.post(f"{url}?connection_request", json={"name": "reboot"})

    assert done.status_code == 200
    assert south.ledger(done.json()["_id"])[0]["action"] == "reboot"
    assert south.effects() == []


@pytest.mark.parametrize(
    ("value", "path", "device", "status"),
    [
        (6, CHANNEL, "group-cell-9999", 404),
        (6, CHANNEL, "cell-0007", 404),
        (500, CHANNEL, GROUP, 400),
        ("six", CHANNEL, GROUP, 400),
        (6, "Device.WiFi.Radio.1.Enable", GROUP, 400),
    ],
)
def test_what_no_box_can_do_is_refused(south, value, path, device, status):
    answer = change(south, value, path=path, device=device)

    assert answer.status_code == status
    assert answer.json()["error"]
    assert south.ledger("O-1") == []


@pytest.mark.parametrize("body", [{"name": "dance"}, {}, {"name": "setParameterValues"}])
def test_a_task_that_is_none_is_refused(south, body):
    assert south.http.post(f"{DEVICES}/{GROUP}/tasks", json=body).status_code == 400


def test_a_query_that_is_no_json_is_refused(south):
    assert south.http.get(DEVICES, params={"query": "{"}).status_code == 400
    assert south.http.get(DEVICES, params={"query": "[]"}).status_code == 400
