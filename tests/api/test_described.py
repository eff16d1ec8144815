"""The description of the API says with which problems an operation may answer."""

from __future__ import annotations


def test_every_own_operation_describes_its_problems(client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    own = {
        (path, method): each["responses"]
        for path, item in paths.items()
        for method, each in item.items()
        if "/tmf-api/" not in path and method in {"get", "put", "post", "patch", "delete"}
    }

    assert len(own) > 40
    for where, responses in own.items():
        assert {"401", "403", "422", "429"} <= responses.keys(), where
        assert "HTTPValidationError" not in str(responses), where


def test_a_problem_that_is_answered_is_as_described(client) -> None:
    described = client.get("/openapi.json").json()
    answer = client.get("/api/v1/plans/none")
    schema = described["components"]["schemas"]["Problem"]

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "404" in described["paths"]["/api/v1/plans/{name}"]["get"]["responses"]
    assert set(schema["required"]) <= answer.json().keys()
    assert answer.json().keys() <= {*schema["properties"], "request_id"}
