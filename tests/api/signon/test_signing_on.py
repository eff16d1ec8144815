"""Tokens open what their roles say, beside API keys; reading has its limit."""

from __future__ import annotations

import time

import pytest
from issuing import issuing


def bearer(provider, *roles: str, **more) -> dict[str, str]:
    usual = {"iss": provider.url, "aud": "sentio", "sub": "u-1", "exp": int(time.time()) + 60}
    return {"authorization": f"Bearer {provider.sign({**usual, 'roles': list(roles), **more})}"}


@pytest.fixture
def provider():
    with issuing() as opened:
        yield opened


def test_a_token_opens_what_its_roles_say(serving, provider):
    client = serving(oidc_issuer=provider.url)

    assert client.get("/v1/sources").status_code == 401
    assert client.get("/v1/sources", headers=bearer(provider, "read")).status_code == 200
    assert client.get("/v1/sources", headers=bearer(provider, "ingest")).status_code == 403
    late = client.get("/v1/sources", headers=bearer(provider, "read", exp=1))
    assert late.status_code == 401
    assert late.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert "expired" in late.json()["detail"]


def test_keys_go_on_opening_beside_tokens(serving, provider):
    client = serving(oidc_issuer=provider.url)
    key = client.platform.state.create_key("k", roles=("read",), at_ns=1)

    answer = client.get("/v1/sources", headers={"authorization": f"Bearer {key}"})

    assert answer.status_code == 200
    assert provider.asked == []


def test_an_address_that_others_can_reach_is_guarded_by_sign_on_alone(serving, provider):
    client = serving(oidc_issuer=provider.url, api_host="0.0.0.0")

    assert client.get("/v1/sources").status_code == 401


def test_an_issuer_that_is_away_is_no_fault_of_the_caller(serving, provider):
    provider.is_up = False
    client = serving(oidc_issuer=provider.url)

    assert client.get("/v1/sources", headers=bearer(provider, "read")).status_code == 503


def test_who_reads_too_fast_waits_and_others_do_not(serving):
    client = serving(api_rate_reads_per_s=3)
    state = client.platform.state
    one, other = (
        {"authorization": f"Bearer {state.create_key(name, roles=('read',), at_ns=1)}"}
        for name in ("one", "other")
    )
    client.get("/v1/sources", headers=one)  # the slow hash of the key is computed once

    answers = [client.get("/v1/sources", headers=one) for _ in range(20)]
    slowed = [each for each in answers if each.status_code == 429]

    assert slowed
    assert int(slowed[0].headers["retry-after"]) >= 1
    assert "'one' asks more than 3" in slowed[0].json()["detail"]
    assert client.get("/v1/sources", headers=other).status_code == 200
