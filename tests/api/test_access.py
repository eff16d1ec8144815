"""Who may ask, from where, and what every answer carries."""

from __future__ import annotations

import pytest
from records import rows

from sentio.api.address import check_address, is_loopback, listening_socket
from sentio.kernel.errors import ConfigError, RefusedError

CSV = {"content-type": "text/csv"}
WEB = "/ingest/probe?service=web"


def key(client, *roles: str) -> dict[str, str]:
    made = client.platform.state.create_key("-".join(roles), roles=roles, at_ns=1)
    return {"authorization": f"Bearer {made}"}


def test_an_address_that_others_can_reach_is_refused_until_a_key_exists(serving):
    with pytest.raises(RefusedError, match=r"0\.0\.0\.0") as caught:
        serving(api_host="0.0.0.0")

    assert "sentio key create" in caught.value.next_step


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_an_address_within_this_machine_needs_no_key(host):
    check_address(host, has_keys=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", ""])
def test_any_other_address_needs_one(host):
    assert not is_loopback(host)
    check_address(host, has_keys=True)
    with pytest.raises(RefusedError):
        check_address(host, has_keys=False)


def test_a_port_that_is_taken_is_told_by_its_number():
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(ConfigError, match=str(port)):
            listening_socket("127.0.0.1", port)


def test_once_a_key_exists_everybody_needs_one_but_for_health(client):
    ours = key(client, "ingest")

    without = client.post(WEB, content=rows(1), headers=CSV)
    wrong = client.post(WEB, content=rows(1), headers={**CSV, "authorization": "Bearer sentio_a_b"})
    right = client.post(WEB, content=rows(1), headers={**CSV, **ours})

    assert (without.status_code, wrong.status_code, right.status_code) == (401, 401, 200)
    assert without.headers["www-authenticate"] == "Bearer"
    assert client.get("/health").status_code == 200
    assert client.get("/ready").status_code == 200


def test_a_key_gives_its_roles_and_no_more(client):
    may_push, may_read, may_all = key(client, "ingest"), key(client, "read"), key(client, "admin")

    assert client.get("/v1/sources", headers=may_push).status_code == 403
    assert client.get("/metrics", headers=may_push).status_code == 403
    assert client.post(WEB, content=rows(1), headers={**CSV, **may_read}).status_code == 403
    assert client.get("/v1/sources", headers=may_read).status_code == 200
    assert client.get("/v1/sources", headers=may_all).status_code == 200


def test_a_key_that_was_revoked_opens_nothing_from_then_on(client):
    ours = key(client, "read")
    assert client.get("/v1/sources", headers=ours).status_code == 200

    client.platform.state.create_key("another", roles=("read",), at_ns=2)
    client.platform.state.revoke_key("read", at_ns=3)

    assert client.get("/v1/sources", headers=ours).status_code == 401


def test_a_browser_that_was_led_here_under_another_name_is_turned_away(client):
    assert client.get("/health", headers={"host": "evil.example:8080"}).status_code == 421
    assert client.get("/health", headers={"host": "localhost:8080"}).status_code == 200
    assert client.get("/health", headers={"host": "[::1]:8080"}).status_code == 200


def test_a_page_of_another_site_cannot_push(client):
    evil = {**CSV, "origin": "https://evil.example"}
    own = {**CSV, "origin": "http://127.0.0.1:8080"}

    assert client.post(WEB, content=rows(1), headers=evil).status_code == 403
    assert client.post(WEB, content=rows(1), headers=own).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/nowhere", "/v1/sources?"])
def test_every_answer_carries_its_id_and_what_browsers_need_to_be_careful(client, path):
    given = client.get(path, headers={"x-request-id": "trace-0001"}).headers
    made = client.get(path, headers={"x-request-id": "no\tgood"}).headers

    assert given["x-request-id"] == "trace-0001"
    assert len(made["x-request-id"]) == 16
    assert given["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in given["content-security-policy"]


def test_a_problem_names_the_request_it_belongs_to(client):
    answer = client.get("/nowhere", headers={"x-request-id": "trace-0002"})

    assert answer.status_code == 404
    assert answer.json()["request_id"] == "trace-0002"


def test_what_nobody_foresaw_is_a_problem_too_and_tells_no_secret(serving):
    client = serving()

    @client.app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("the password is hunter2")

    answer = client.get("/broken")

    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "hunter2" not in answer.text


def test_the_metrics_count_rows_bytes_and_commits(client):
    client.post(WEB, content=rows(3) + "never,1,c,5\n", headers=CSV)

    text = client.get("/metrics").text

    assert 'sentio_rows_total{outcome="kept",source="probe"} 3.0' in text
    assert 'sentio_rows_total{outcome="rejected",source="probe"} 1.0' in text
    assert "sentio_commit_seconds_count 1.0" in text
    assert "sentio_queue_bodies 0.0" in text


def test_sources_tell_their_quality(client):
    client.post(WEB, content=rows(3) + "never,1,c,5\n", headers=CSV)

    (quality,) = client.get("/v1/sources").json()["quality"]

    assert (quality["source"], quality["records"]) == ("probe", 3)
    assert quality["valid_share"] == 0.75
    assert 0 <= quality["freshness_s"] < 120


def test_dead_letters_are_read_page_by_page_and_never_with_their_bytes(client):
    bad = "".join(f"never,26201999999999{i},c,5\n" for i in range(5))
    client.post(WEB, content=rows(1) + bad, headers=CSV)

    first = client.get("/v1/dead-letters?limit=3&reason=bad_time").json()
    rest = client.get(f"/v1/dead-letters?limit=3&after={first['next']}").json()

    assert (first["count"], len(first["items"]), len(rest["items"])) == (5, 3, 2)
    assert rest["next"] is None
    assert "26201999999999" not in str(first)
    assert "raw" not in first["items"][0]


def test_a_page_that_is_too_long_is_refused_with_its_limit(client):
    answer = client.get("/v1/dead-letters?limit=100000")

    assert answer.status_code == 422
    assert answer.json()["where"] == "query.limit"
    assert "1000" in answer.json()["expected"]


def test_the_description_of_the_api_is_served_and_names_what_can_go_wrong(client):
    paths = client.get("/openapi.json").json()["paths"]

    assert set(paths) >= {"/ingest/{source}", "/health", "/ready", "/metrics", "/v1/sources"}
    assert "429" in paths["/ingest/{source}"]["post"]["responses"]
