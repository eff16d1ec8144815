"""Annotations over HTTP: written by whoever reads, seen by all, taken away by their author."""

from __future__ import annotations

import pytest

AT = "/api/v1/annotations"
SPAN = {"since": "2026-11-22T08:00:00Z", "until": "2026-11-22T08:30:00Z"}


def keys(client) -> dict[str, dict[str, str]]:
    made = {}
    for name, role in (("ann", "read"), ("ben", "read"), ("eve", "admin")):
        key = client.platform.state.create_key(name, roles=(role,), at_ns=1)
        made[name] = {"authorization": f"Bearer {key}"}
    return made


def test_what_one_writes_all_see(client) -> None:
    who = keys(client)

    made = client.post(
        AT,
        json={"text": " fibre cut ", "tags": ["field", "field"], "page": "/works", **SPAN},
        headers=who["ann"],
    )
    seen = client.get(AT, headers=who["ben"]).json()["items"]

    assert made.status_code == 201
    assert seen == [made.json()]
    assert seen[0]["text"] == "fibre cut"
    assert seen[0]["tags"] == ["field"]
    assert seen[0]["author"] == "ann"
    assert seen[0]["until"] == "2026-11-22T08:30:00+00:00"


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        ("2026-11-22T08:30:00Z", "2026-11-22T09:00:00Z", 1),
        ("2026-11-22T08:31:00Z", "2026-11-22T09:00:00Z", 0),
        ("2026-11-22T07:00:00Z", "2026-11-22T08:00:00Z", 1),
        ("2026-11-22T07:00:00Z", "2026-11-22T07:59:00Z", 0),
    ],
)
def test_those_that_touch_a_span_are_given(client, since: str, until: str, count: int) -> None:
    client.post(AT, json={"text": "works", **SPAN})

    found = client.get(AT, params={"since": since, "until": until}).json()["items"]

    assert len(found) == count


def test_one_of_no_page_is_on_every_page(client) -> None:
    for page in ("", "/works", "/health"):
        client.post(AT, json={"text": f"on {page}", "since": SPAN["since"], "page": page})

    found = client.get(AT, params={"page": "/works"}).json()["items"]

    assert {each["page"] for each in found} == {"", "/works"}
    assert found[0]["until"] is None


def test_only_its_author_or_an_administrator_takes_one_away(client) -> None:
    who = keys(client)
    one, two = (
        client.post(AT, json={"text": "mine", **SPAN}, headers=who["ann"]).json()["id"]
        for _ in range(2)
    )

    refused = client.delete(f"{AT}/{one}", headers=who["ben"])
    own = client.delete(f"{AT}/{one}", headers=who["ann"])
    gone = client.delete(f"{AT}/{one}", headers=who["ann"])
    ruled = client.delete(f"{AT}/{two}", headers=who["eve"])

    codes = [each.status_code for each in (refused, own, gone, ruled)]
    assert codes == [403, 204, 404, 204]
    line = client.platform.state.audit(limit=1)[0]
    assert (line.who, line.what) == ("eve", "annotation taken away")
    assert line.details["author"] == "ann"
    assert client.platform.state.verify_audit().is_whole


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "   ", **SPAN},
        {"text": "x", "since": SPAN["until"], "until": SPAN["since"]},
        {"text": "x", "since": "soon"},
        {"text": "x", **SPAN, "colour": "red"},
    ],
)
def test_what_is_no_annotation_is_refused(client, wrong: dict[str, str]) -> None:
    assert client.post(AT, json=wrong).status_code == 422
