"""Signing in with a browser: a key or the issuer gives a cookie, which no other site can use."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from issuing import issuing

OWN = {"origin": "http://127.0.0.1:8080"}


def key(client, *roles: str) -> str:
    return client.platform.state.create_key("-".join(roles), roles=roles, at_ns=1)


def test_on_this_machine_without_a_key_everything_is_allowed_and_nobody_need_sign_in(client):
    me = client.get("/api/v1/me").json()

    assert me["name"] == "local"
    assert {"read", "admin", "reveal", "aggregate"} <= set(me["may"])
    assert me["landing"] == "/overview"
    assert me["sign_in"] == {"key": False, "oidc": False, "is_needed": False}


def test_once_there_is_a_key_nobody_is_known_until_it_is_shown(client):
    shown = key(client, "care")
    before = client.get("/api/v1/me").json()

    begun = client.post("/api/v1/session", json={"key": shown}, headers=OWN)
    after = client.get("/api/v1/me").json()

    assert (before["name"], before["may"]) == ("", [])
    assert before["sign_in"]["is_needed"]
    assert begun.status_code == 200
    assert (after["name"], after["landing"]) == ("care", "/subjects")
    assert {"read", "care", "aggregate"} == set(after["may"])
    assert client.get("/api/v1/sources").status_code == 200


def test_the_cookie_is_for_no_script_and_no_other_site_and_holds_no_key(client):
    shown = key(client, "read")

    cookie = client.post("/api/v1/session", json={"key": shown}).headers["set-cookie"]

    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {each.strip() for each in cookie.split(";")}
    assert "Secure" not in cookie
    assert shown.split("_")[1] not in cookie
    assert shown.split("_", 2)[2] not in cookie


def test_behind_https_the_cookie_is_secure(serving):
    client = serving(api_public_url="https://cem.example")

    cookie = client.post("/api/v1/session", json={"key": key(client, "read")}).headers["set-cookie"]

    assert "Secure" in cookie


def test_a_wrong_key_signs_nobody_in(client):
    key(client, "read")

    for wrong in ("sentio_0_0", "hello"):
        answer = client.post("/api/v1/session", json={"key": wrong})
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers


def test_a_change_by_cookie_must_say_that_it_comes_from_our_own_pages(client):
    client.post("/api/v1/session", json={"key": key(client, "admin")})
    wish = {"is_stopped": True, "why": "a test of the switch"}

    nowhere = client.put("/api/v1/automation", json=wish)
    foreign = client.put(
        "/api/v1/automation", json=wish, headers={"origin": "https://evil.example"}
    )
    own = client.put("/api/v1/automation", json=wish, headers=OWN)

    assert [each.status_code for each in (nowhere, foreign, own)] == [403, 403, 200]
    assert client.platform.state.audit(limit=1)[0].who == "admin"


def test_who_signs_out_or_whose_key_is_revoked_is_not_known_any_more(client):
    client.platform.state.create_key("other", roles=("read",), at_ns=1)
    client.post("/api/v1/session", json={"key": key(client, "read")})

    client.platform.state.revoke_key("read", at_ns=2)

    assert client.get("/api/v1/me").json()["name"] == ""
    assert client.get("/api/v1/sources").status_code == 401
    assert client.delete("/api/v1/session", headers=OWN).status_code == 204
    assert "sentio_session" not in client.cookies


def test_a_cookie_that_was_made_up_or_sealed_elsewhere_opens_nothing(client):
    key(client, "read")
    client.cookies.set("sentio_session", base64.urlsafe_b64encode(b"x" * 80).decode())

    assert client.get("/api/v1/me").json()["name"] == ""


@pytest.fixture
def provider():
    with issuing() as opened:
        yield opened


def signing_in(serving, provider, **given):
    client = serving(oidc_issuer=provider.url, oidc_client_id="pages", **given)
    client.follow_redirects = False
    away = client.get("/api/v1/session/oidc")
    return client, away, parse_qs(urlsplit(away.headers["location"]).query)


def test_somebody_signs_in_with_the_issuer_and_the_code_is_bound_to_the_browser(serving, provider):
    client, away, asked = signing_in(serving, provider)
    provider.answers(nonce=asked["nonce"][0], sub="u-7", roles=["care"])

    back = client.get("/api/v1/session/oidc/back", params={"state": asked["state"][0], "code": "c"})
    me = client.get("/api/v1/me").json()

    assert away.headers["location"].startswith(f"{provider.url}/authorize?")
    assert asked["redirect_uri"] == ["http://127.0.0.1:8080/api/v1/session/oidc/back"]
    assert back.headers["location"] == "/"
    assert (me["name"], me["landing"]) == ("oidc:u-7", "/subjects")
    assert me["sign_in"] == {"key": False, "oidc": True, "is_needed": True}
    sent = provider.forms[0]
    digest = hashlib.sha256(sent["code_verifier"][0].encode()).digest()
    assert asked["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]
    assert sent["code"] == ["c"]


@pytest.mark.parametrize(
    ("why", "wrong"),
    [
        ("another state", {"state": "made-up"}),
        ("no cookie of the beginning", {"forget": True}),
        ("an identity token of another sign-in", {"nonce": "other"}),
        ("one for another client", {"aud": "others"}),
        ("one that has expired", {"exp": 1}),
    ],
)
def test_who_comes_back_in_a_wrong_way_is_not_signed_in(serving, provider, why, wrong):
    client, _, asked = signing_in(serving, provider)
    told = {"nonce": asked["nonce"][0], "roles": ["read"], **wrong}
    state = told.pop("state", asked["state"][0])
    if told.pop("forget", False):
        client.cookies.clear()
    provider.answers(**told)

    back = client.get("/api/v1/session/oidc/back", params={"state": state, "code": "c"})

    assert back.headers["location"] == "/?signin=failed", why
    assert client.get("/api/v1/me").json()["may"] == []


def test_roles_may_stand_in_the_access_token_alone(serving, provider):
    client, _, asked = signing_in(serving, provider, oidc_client_secret="hush")
    provider.answers(nonce=asked["nonce"][0], access_roles=["marketing"])

    client.get("/api/v1/session/oidc/back", params={"state": asked["state"][0], "code": "c"})

    assert client.get("/api/v1/me").json()["may"] == ["marketing", "aggregate"]
    assert provider.authorizations == ["Basic cGFnZXM6aHVzaA=="]  # pages:hush


def test_an_issuer_that_is_away_signs_nobody_in_and_is_said_to_be(serving, provider):
    provider.is_up = False
    client = serving(oidc_issuer=provider.url, oidc_client_id="pages")
    client.follow_redirects = False

    assert client.get("/api/v1/session/oidc").status_code == 503
