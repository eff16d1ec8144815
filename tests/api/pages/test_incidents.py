"""Incidents over HTTP: the list in few bytes, one with all that its page shows, work of people."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from records import rows
from tests.degradations import degradation_at
from tests.execution.planned import plan

from sentio.loop.incidents.listing import COLUMNS
from sentio.model.diagnosis import Diagnosis, Evidence, Hypothesis, Impact
from sentio.model.plan import Candidate, Plan
from sentio.model.problem import RootCause, ServiceProblem, Status, Step
from sentio.store.ask import Answers
from sentio.store.state.problems import Problems
from sentio.store.state.told import Told

MINUTE_NS = 60_000_000_000
CSV = {"content-type": "text/csv"}
HALF_A_MEGABYTE = 500_000


def cause(element: str = "cell-0") -> Hypothesis:
    return Hypothesis(
        element=element,
        element_kind="cell",
        domain="ran",
        scope={"cell": element},
        kind="overload",
        probability=0.82,
        evidence=(
            Evidence(what="explains all of it", weight=3.0, element=element, source="fit"),
            Evidence(what="no alarm", weight=-1.0, element=element, source="alarm"),
        ),
    )


def problem(number: int, *, status: Status = "submitted", began_ns: int = 0) -> ServiceProblem:
    return ServiceProblem(
        id=f"P-D{number:05d}",
        status=status,
        name=f"overload of cell cell-{number % 3}: web",
        category="experience.ran",
        priority=1 + number % 10,
        importance=0.5,
        began_ns=began_ns,
        created_ns=began_ns + 5 * MINUTE_NS,
        changed_ns=began_ns + 5 * MINUTE_NS,
        degradations=(f"D{number:05d}",),
        diagnosis=f"D{number:05d}-0",
        scopes=({"cell": f"cell-{number % 3}"},),
        root_cause=RootCause(
            element="cell-0", element_kind="cell", domain="ran", kind="overload", probability=0.82
        ),
        affected_services={"web": 31},
        impact=Impact(users=31, things=2, uses=90, important=1, by_segment={"consumer": 33}),
        tracking=(Step(at_ns=began_ns, status="submitted", who="loop", why="it declined"),),
    )


def waiting(made_ns: int) -> Plan:
    made = plan(1, autonomy="approve", made_ns=made_ns)
    assert made.chosen is not None
    other: Candidate = replace(made.chosen, action=replace(made.chosen.action, kind="restart"))
    return replace(made, diagnosis="D00001-0", candidates=(made.chosen, other))


@pytest.fixture
def client(serving):
    """Serve ninety uses, and an incident of them that waits for a yes."""
    client = serving(awareness_enabled=False)
    client.post("/ingest/probe?service=web", content=rows(90), headers=CSV)
    newest_ns = int(client.platform.clock.now_ns())
    began_ns = (newest_ns // (5 * MINUTE_NS) - 1) * 5 * MINUTE_NS
    one = replace(degradation_at(began_ns), scope={"cell": "cell-0"}, poor_uses=60)
    made = Diagnosis(
        degradation=one.id,
        made_ns=one.seen_ns,
        sentence="Cell cell-0 is overloaded.",
        hypotheses=(cause(),),
        rejected=(replace(cause("cell-1"), probability=0.1),),
        abstains=False,
        impact=Impact(users=31, things=2, uses=90),
    )
    told = Told(client.platform.state)
    told.write(
        [one], {f"{one.id}-0": made}, [], snapshot=b"", decided=[waiting(one.seen_ns)], at_ns=1
    )
    Problems(client.platform.state).write([problem(1, began_ns=began_ns)])
    return client


def listed(client, **asked: object) -> list[dict[str, object]]:
    found = client.get("/api/v1/incidents", params=asked).json()
    columns = found["columns"]
    return [dict(zip(columns, row, strict=True)) for row in found["rows"]]


def test_the_list_tells_all_that_a_row_shows(client) -> None:
    found = client.get("/api/v1/incidents").json()
    row = dict(zip(found["columns"], found["rows"][0], strict=True))

    assert tuple(found["columns"]) == COLUMNS
    assert (row["users"], row["things"], row["important"], row["merged"]) == (31, 2, 1, 1)
    assert found["texts"][row["severity"]] == "critical"  # 4.1 to 2.2
    assert (row["waits"], row["poor"], row["priority"]) == (True, 60, 2)


def test_five_thousand_incidents_come_in_pages_of_less_than_half_a_megabyte(client) -> None:
    problems = Problems(client.platform.state)
    problems.write(problem(number, began_ns=number * MINUTE_NS) for number in range(2, 5_001))

    seen: list[str] = []
    after, page = None, {"next": "first"}
    while page["next"]:
        answer = client.get("/api/v1/incidents", params={"after": after} if after else {})
        page = answer.json()
        after = page["next"]
        seen += [row[0] for row in page["rows"]]
        assert len(answer.content) <= HALF_A_MEGABYTE

    assert len(set(seen)) == len(seen) == 5_000


def test_only_what_was_told_of_since_an_event_is_read_again(client) -> None:
    event = client.get("/api/v1/incidents").json()["event"]
    assert listed(client, touched_since=event) == []

    client.put("/api/v1/incidents/P-D00001/owner", json={"owner": "ada"})
    page = client.get("/api/v1/incidents", params={"touched_since": event}).json()

    assert (page["is_whole"], [row[0] for row in page["rows"]]) == (False, ["P-D00001"])
    assert "ada" in page["texts"]


def test_one_incident_tells_what_why_for_whom_and_in_which_order(client) -> None:
    found = client.get("/api/v1/incidents/P-D00001").json()

    assert (found["severity"], found["lost_mos"]) == ("critical", 1.9)
    assert found["timeline"][0]["lane"] == "seen"
    zoom = next(each for each in found["timeline"] if each["kind"] == "look")
    assert zoom["collected_bytes"] <= zoom["full_bytes"]
    assert {each["id"]: each["role"] for each in found["path"]["nodes"]}["cell-0"] == "cause"
    assert found["plans"][0]["waits"]
    assert client.get("/api/v1/incidents/none").status_code == 404


def test_evidence_is_for_and_against_and_leads_to_rows_of_the_store(client) -> None:
    found = client.get("/api/v1/incidents/P-D00001/evidence").json()
    asked = {"element": "cell-0", "source": "fit"}
    proof = client.get("/api/v1/incidents/P-D00001/proof", params=asked).json()
    counted = Answers(client.platform.warehouse).ask("member_totals", dimension="cell")
    uses = {each["member"]: each["n"] for each in counted.to_pylist()}

    assert [each["is_rejected"] for each in found["hypotheses"]] == [False, True]
    assert [len(found["hypotheses"][0][side]) for side in ("for", "against")] == [1, 1]
    assert sum(row[1] for row in proof["rows"]) == uses["cell-0"] == 30
    unknown = client.get("/api/v1/incidents/P-D00001/proof?element=x&source=fit")
    assert unknown.status_code == 404


def test_each_line_acknowledges_once_and_may_take_it_back(client) -> None:
    at = "/api/v1/incidents/P-D00001/acknowledgements"

    codes = [client.post(at, json={"line": line}).status_code for line in (1, 1, 2)]
    taken = client.delete(f"{at}/2").json()

    assert codes == [200, 409, 200]
    assert (taken["first"]["who"], taken["second"]) == ("local", None)
    assert client.get("/api/v1/service-problems/P-D00001").json()["status"] == "acknowledged"


def test_what_people_do_is_in_the_audit_and_told(client) -> None:
    client.post("/api/v1/incidents/P-D00001/notes", json={"text": "crane beside the mast"})

    line = client.get("/api/v1/audit?limit=1").json()["items"][0]
    told = Told(client.platform.state).events(0)[-1]
    timeline = client.get("/api/v1/incidents/P-D00001").json()["timeline"]
    assert (line["what"], line["purpose"]) == ("incident noted", "crane beside the mast")
    assert (told.kind, told.body["what"]) == ("incident", "noted")
    assert "crane beside the mast" in [each["detail"] for each in timeline]
    assert client.get("/api/v1/audit/verification").json()["is_whole"]


def test_an_incident_becomes_part_of_another_and_stands_alone_again(client) -> None:
    Problems(client.platform.state).write([problem(2)])
    at = "/api/v1/incidents/P-D00002/merge"

    done = client.put(at, json={"into": "P-D00001"}).json()
    knot = client.put("/api/v1/incidents/P-D00001/merge", json={"into": "P-D00002"})
    row = next(each for each in listed(client) if each["id"] == "P-D00001")

    assert (done["merged_into"], knot.status_code, row["merged"]) == ("P-D00001", 409, 2)
    assert client.delete(at).json()["merged_into"] == ""
    assert client.delete(at).status_code == 409


def test_a_no_ends_the_waiting_and_another_candidate_may_be_agreed_to(client) -> None:
    at, why = "/api/v1/plans/P00001", {"why": "not at noon"}

    client.post(f"{at}/rejection", json=why)
    refused = client.get("/api/v1/incidents/P-D00001").json()["plans"][0]
    unknown = client.post(f"{at}/approval", json={**why, "action": "nothing"})
    client.post(f"{at}/approval", json={**why, "action": "restart:upf/upf-1"})
    agreed = client.get("/api/v1/incidents/P-D00001").json()["plans"][0]

    assert (refused["said"]["said"], refused["waits"]) == ("no", False)
    assert unknown.status_code == 422
    assert (agreed["said"]["said"], agreed["said"]["action"]) == ("yes", "restart:upf/upf-1")


def test_who_may_act_works_on_incidents_and_who_may_read_does_not(client) -> None:
    state = client.platform.state
    keys = {
        role: {"authorization": f"Bearer {state.create_key(role, roles=(role,), at_ns=1)}"}
        for role in ("read", "act")
    }
    at, body = "/api/v1/incidents/P-D00001/notes", {"text": "seen"}

    codes = [client.post(at, json=body, headers=keys[role]).status_code for role in keys]

    assert codes == [403, 201]
    assert client.get("/api/v1/incidents", headers=keys["act"]).status_code == 200
    switch = {"is_stopped": True, "why": "storm"}
    denied = client.put("/api/v1/automation", json=switch, headers=keys["act"])
    assert denied.status_code == 403


def test_the_answer_is_json_that_a_browser_can_hold(client) -> None:
    answer = client.get("/api/v1/incidents/P-D00001")

    assert len(answer.content) <= HALF_A_MEGABYTE
    assert json.loads(answer.content)["problem"]["id"] == "P-D00001"
