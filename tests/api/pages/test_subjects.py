"""Finding one subject among all, what is told of it, and who may know it."""

from __future__ import annotations

import re
import time

import pytest

CSV = {"content-type": "text/csv"}
HEADER = "ts,imsi,cell,page_load_ms,segment,device_model\n"


def imsi(number: int) -> str:
    return f"26201{number:010}"


def lines(subjects: int, each: int, *, load_ms: int = 900, segment: str = "young") -> str:
    now_ns = time.time_ns() // 10**9 * 10**9
    return "".join(
        f"{now_ns - (subject + subjects * at) * 10**9},{imsi(subject)},cell-{subject % 3},"
        f"{load_ms},{segment},P{subject % 2}\n"
        for at in range(each)
        for subject in range(subjects)
    )


def push(client, body: str, **headers: str) -> None:
    answer = client.post(
        "/ingest/probe?service=web", content=HEADER + body, headers={**CSV, **headers}
    )
    assert answer.status_code == 200, answer.text


def bearer(client, *roles: str) -> dict[str, str]:
    made = client.platform.state.create_key("-".join(roles), roles=roles, at_ns=1)
    return {"authorization": f"Bearer {made}"}


def everybody(client) -> list[int]:
    rows = client.platform.warehouse.con.cursor().execute(
        "SELECT DISTINCT subject FROM experience_web ORDER BY 1"
    )
    return [row[0] for row in rows.fetchall()]


def test_a_subject_is_found_by_how_its_pseudonym_begins_as_sql_would(client):
    push(client, lines(40, 2))
    known = everybody(client)
    wanted = str(known[7])

    whole = client.get("/api/v1/subjects", params={"q": wanted}).json()
    begun = client.get("/api/v1/subjects", params={"q": wanted[:3], "limit": 100}).json()

    assert whole["known"] == 40
    assert [each["subject"] for each in whole["items"]] == [wanted]
    assert whole["items"][0]["uses"] == 2
    assert whole["items"][0]["kind"] == "user"
    assert whole["items"][0]["masked"] == f"{wanted[:6]}…"
    expected = {str(s) for s in known if str(s).startswith(wanted[:3])}
    if not wanted.startswith("-"):
        expected |= {str(s) for s in known if str(s).startswith(f"-{wanted[:3]}")}
    assert {each["subject"] for each in begun["items"]} == expected
    assert begun["count"] == len(expected)


def test_who_came_since_is_found_too_and_nobody_is_counted_twice(client):
    push(client, lines(3, 1))
    assert client.get("/api/v1/subjects").json()["known"] == 3

    push(client, lines(5, 1, load_ms=901))
    found = [
        client.get("/api/v1/subjects", params={"q": str(each)}).json()["items"][0]["uses"]
        for each in everybody(client)
    ]

    assert sorted(found) == [1, 1, 2, 2, 2]


@pytest.mark.parametrize("asked", ["", "…", "0", "hello", "-", "99999999999999999999999"])
def test_what_is_no_beginning_of_a_pseudonym_finds_nobody(client, asked):
    push(client, lines(3, 1))

    assert client.get("/api/v1/subjects", params={"q": asked}).json()["items"] == []


def test_an_identifier_finds_whom_the_gate_made_of_it_and_the_looking_is_noted(client):
    push(client, lines(3, 1))

    asked = {"identifier": f" {imsi(1)} ", "purpose": "ticket 4711"}
    found = client.post("/api/v1/subjects/lookup", json=asked).json()
    nobody = client.post("/api/v1/subjects/lookup", json={**asked, "identifier": imsi(99)}).json()

    assert len(found["items"]) == 1
    assert int(found["items"][0]["subject"]) in everybody(client)
    assert nobody["items"] == []
    line = client.platform.state.audit(limit=2)[1]
    assert (line.what, line.purpose) == ("looked for a subject", "ticket 4711")
    assert imsi(1) not in str(line)


def test_the_uses_of_a_subject_are_those_of_the_store(client):
    push(client, lines(3, 4) + lines(1, 6, load_ms=30_000, segment="old"))
    subject = int(
        client.post(
            "/api/v1/subjects/lookup", json={"identifier": imsi(0), "purpose": "test"}
        ).json()["items"][0]["subject"]
    )
    sql = client.platform.warehouse.con.cursor().execute(
        "SELECT count(*), count(*) FILTER (mos < 3), avg(mos) FROM experience_web "
        "WHERE subject = ?",
        [subject],
    )
    n, poor, mean = sql.fetchone()

    told = client.get(f"/api/v1/subjects/{subject}/uses?limit=5").json()

    assert (told["uses"], told["poor_uses"]) == (n, poor) == (10, 6)
    assert told["mos_mean"] == pytest.approx(mean, abs=1e-3)
    assert 1.0 <= told["mos_perceived"] <= 5.0
    assert sum(each["uses"] for each in told["hours"]) == n
    assert [each["member"] for each in told["members"]["cell"]] == ["cell-0"]
    assert {each["member"]: each["uses"] for each in told["members"]["segment"]} == {
        "old": 6,
        "young": 4,
    }
    assert len(told["latest"]) == 5
    moments = [each["at"] for each in told["latest"]]
    assert moments == sorted(moments, reverse=True)
    worst = min(told["latest"], key=lambda each: each["mos"])
    assert worst["is_poor"]
    assert worst["lost"]


def test_a_case_has_the_consent_and_the_tickets_of_the_open_apis(client):
    push(client, lines(1, 1))
    (subject,) = everybody(client)
    client.post(
        "/tmf-api/privacyManagement/v4/partyPrivacyAgreement",
        json={
            "name": "Analytics of experience",
            "agreementType": "consent",
            "agreementItem": [],
            "status": "approved",
            "engagedParty": [{"id": str(subject)}],
        },
    )

    opened = client.post(f"/api/v1/subjects/{subject}/tickets", json={"description": "web is slow"})
    case = client.get(f"/api/v1/subjects/{subject}").json()
    other = client.get("/api/v1/subjects/17").json()

    assert opened.status_code == 201
    assert [each["id"] for each in case["tickets"]] == [opened.json()["id"]]
    assert [each["name"] for each in case["consent"]] == ["Analytics of experience"]
    assert case["services"] == ["web"]
    assert (other["tickets"], other["consent"], other["last_seen"]) == ([], [], None)
    line = client.platform.state.audit(limit=1)[0]
    assert (line.what, line.details) == ("opened a ticket", {"subject": str(subject)})


def test_a_pseudonym_is_revealed_for_a_reason_to_whoever_may_know_it(client):
    reader, revealer = bearer(client, "read"), bearer(client, "read", "reveal")
    path, why = "/api/v1/subjects/-84123456/reveal", {"why": "call back of ticket 4711"}

    assert client.post(path, json=why, headers=reader).status_code == 403
    assert client.post(path, json={"why": ""}, headers=revealer).status_code == 422
    assert client.post(path, json=why, headers=revealer).json() == {"subject": "-84123456"}
    line = client.platform.state.audit(limit=1)[0]
    assert (line.who, line.what, line.purpose) == (
        "read-reveal",
        "revealed a subject",
        "call back of ticket 4711",
    )


def test_only_care_opens_tickets(client):
    reader, care = bearer(client, "read"), bearer(client, "care")
    body = {"description": "web is slow"}

    assert client.post("/api/v1/subjects/5/tickets", json=body, headers=reader).status_code == 403
    assert client.post("/api/v1/subjects/5/tickets", json=body, headers=care).status_code == 201


def test_marketing_sees_groups_and_no_small_ones_and_nobody_at_all(serving):
    client = serving(privacy_least_members=5)
    admin, marketing = bearer(client, "admin"), bearer(client, "marketing")
    push(client, lines(9, 2) + lines(3, 1, load_ms=901, segment="few"), **admin)
    known = {str(each) for each in everybody(client)}

    groups = client.get("/api/v1/groups", headers=marketing)
    experience = client.get("/api/v1/experience", headers=marketing).json()
    search = client.get("/api/v1/search", params={"q": next(iter(known))}, headers=marketing)

    young = client.platform.warehouse.con.cursor().execute(
        "SELECT avg(mos) FROM experience_web WHERE segment = 'young'"
    )
    (mean,) = young.fetchone()
    assert groups.json()["items"] == [
        {"member": "young", "subjects": 9, "uses": 18, "mos_mean": pytest.approx(mean, abs=1e-4)}
    ]
    assert (experience["uses"], experience["worst"]) == (21, [])
    assert search.json() == {"found": []}
    assert client.get("/api/v1/me", headers=marketing).json()["may"] == ["marketing", "aggregate"]


def test_nothing_is_told_of_a_handful_to_marketing(serving):
    client = serving(privacy_least_members=5)
    admin, marketing = bearer(client, "admin"), bearer(client, "marketing")
    push(client, lines(4, 3), **admin)

    experience = client.get("/api/v1/experience", headers=marketing).json()

    assert client.get("/api/v1/groups", headers=marketing).json()["items"] == []
    assert (experience["uses"], experience["subjects"], experience["services"]) == (0, 0, [])


def test_every_other_route_is_closed_to_marketing(client):
    from sentio.api.aggregates import AGGREGATES

    marketing = bearer(client, "marketing")
    open_to_all = {"/api/v1/me", "/health", "/ready", "/openapi.json", "/openapi.yaml"}
    described = client.get("/openapi.json").json()["paths"]
    paths = [path for path, methods in described.items() if "get" in methods]

    opened = set()
    for path in paths:
        asked = re.sub(r"\{[^}]*\}", "1", path)
        if client.get(asked, headers=marketing).status_code not in {401, 403}:
            opened.add(path)

    assert "/api/v1/silent-sufferers" in paths
    assert opened <= AGGREGATES | open_to_all
