"""Whatever has a name is found by a part of it."""

from __future__ import annotations

import pytest
from records import rows

from sentio.model.problem import RootCause, ServiceProblem
from sentio.store.state.problems import Problems

CSV = {"content-type": "text/csv"}
NETBOX = "name,role,site\n"


def problem(name: str, status: str, element: str) -> ServiceProblem:
    return ServiceProblem(
        id=name,
        status=status,
        name=f"Slow web at {element}",
        category="experience",
        priority=2,
        importance=0.5,
        began_ns=1,
        created_ns=1,
        changed_ns=2,
        degradations=("D1",),
        root_cause=RootCause(
            element=element,
            element_kind="cell",
            domain="ran",
            kind="overload",
            probability=0.8,
        ),
    )


def found(client, text: str, **more) -> list[dict]:
    return client.get("/api/v1/search", params={"q": text, **more}).json()["found"]


def test_services_incidents_and_subjects_are_found_with_the_page_that_shows_them(client):
    client.post("/ingest/probe?service=web", content=rows(20), headers=CSV)
    Problems(client.platform.state).write(
        [problem("P1", "resolved", "cell-7"), problem("P2", "submitted", "cell-7")]
    )
    subject = client.platform.warehouse.con.cursor().execute(
        "SELECT min(subject) FROM experience_web"
    )
    (number,) = subject.fetchone()

    assert [each["path"] for each in found(client, "Video call")] == ["/services/video_call"]
    assert [each["id"] for each in found(client, "overload")] == ["P2", "P1"]
    assert found(client, "cell-7")[0]["path"] == "/incidents/P2"
    (one,) = found(client, str(number))
    assert one["path"] == f"/subjects/{number}"
    assert one["title"] == f"{str(number)[:6]}…"
    assert found(client, "nothing of that name") == []


def test_a_problem_that_changes_is_found_by_what_it_is_called_now(client):
    problems = Problems(client.platform.state)
    problems.write([problem("P1", "submitted", "cell-7")])
    assert found(client, "cell-7")

    problems.write([problem("P1", "submitted", "cell-8"), problem("P3", "submitted", "cell-9")])

    assert [each["id"] for each in found(client, "cell-9")] == ["P3"]


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_no_more_are_given_than_asked_for_and_each_kind_has_its_share(client, limit):
    Problems(client.platform.state).write(
        [problem(f"P{at}", "submitted", "web-cell") for at in range(9)]
    )

    every = found(client, "web", limit=limit)

    assert len(every) == limit
    assert {each["kind"] for each in every} == (
        {"service"} if limit == 1 else {"service", "incident"}
    )
