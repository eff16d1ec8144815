"""Tokens are accepted only if the issuer signed them, for us, and they are in force."""

from __future__ import annotations

import base64
import json

import jwt
import pytest
from issuing import EC_KEY, RSA_KEYS, SHORT_KEY, issuing

from sentio.api.signon import Issuer, SignOn, TokenError
from sentio.api.signon.issuer import IssuerDown
from sentio.kernel.clock import FixedClock
from sentio.kernel.errors import ConfigError

NOW_S = 1_795_860_000
SECOND_NS = 10**9


@pytest.fixture
def provider():
    with issuing() as opened:
        yield opened


@pytest.fixture
def clock():
    return FixedClock(NOW_S * SECOND_NS)


@pytest.fixture
def sign_on(provider, clock):
    return SignOn(Issuer(provider.url, clock=clock), audience="sentio", clock=clock)


def claims(provider, **more) -> dict:
    usual = {"iss": provider.url, "aud": "sentio", "sub": "u-1", "exp": NOW_S + 60}
    return {k: v for k, v in {**usual, "roles": ["read"], **more}.items() if v is not None}


@pytest.mark.parametrize("kid", ["rsa-1", "ec-1"])
def test_a_token_gives_its_name_and_our_roles(provider, sign_on, kid):
    token = provider.sign(claims(provider, roles=["read", "boss", "ingest"]), kid=kid)

    who = sign_on.check(token)

    assert (who.name, who.roles) == ("oidc:u-1", ("ingest", "read"))
    assert who.may("read")
    assert not who.may("admin")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"exp": NOW_S - 31}, "expired"),
        ({"exp": None}, "MissingRequired"),
        ({"exp": "soon"}, "number|Decode"),
        ({"nbf": NOW_S + 31}, "not in force"),
        ({"iss": "http://127.0.0.1:1/realm"}, "InvalidIssuer"),
        ({"aud": "another"}, "InvalidAudience"),
        ({"aud": None}, "MissingRequired"),
        ({"sub": None}, "MissingRequired"),
    ],
)
def test_a_token_that_is_not_for_now_and_us_is_refused(provider, sign_on, change, said):
    with pytest.raises(TokenError, match=said):
        sign_on.check(provider.sign(claims(provider, **change)))


@pytest.mark.parametrize(
    "change", [{"exp": NOW_S - 29}, {"nbf": NOW_S + 29}, {"aud": ["x", "sentio"]}]
)
def test_clocks_may_differ_by_half_a_minute_and_audiences_be_several(provider, sign_on, change):
    assert sign_on.check(provider.sign(claims(provider, **change))).roles == ("read",)


def test_an_unsigned_token_is_refused(provider, sign_on):
    token = jwt.encode(claims(provider), None, "none", headers={"kid": "rsa-1"})

    with pytest.raises(TokenError, match="none"):
        sign_on.check(token)


def test_a_token_signed_by_the_public_key_as_a_secret_is_refused(provider, sign_on):
    parts = [{"alg": "HS256", "kid": "rsa-1"}, claims(provider)]
    head, body = (base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in parts)

    with pytest.raises(TokenError, match="HS256"):
        sign_on.check(b".".join((head, body, b"c2ln")).decode())


@pytest.mark.parametrize(
    ("kid", "key", "alg"),
    [
        ("rsa-1", RSA_KEYS[1], "RS256"),
        ("ec-1", RSA_KEYS[0], "RS256"),
        ("rsa-1", EC_KEY, "ES256"),
        ("unknown", RSA_KEYS[0], "RS256"),
        ("rsa-1", RSA_KEYS[0], "RS512"),
    ],
)
def test_a_token_of_another_key_or_way_is_refused(provider, sign_on, kid, key, alg):
    with pytest.raises(TokenError):
        sign_on.check(provider.sign(claims(provider), kid=kid, key=key, alg=alg))


def test_a_key_that_is_too_short_is_refused(provider, sign_on):
    provider.keys["rsa-short"] = SHORT_KEY
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = provider.sign(claims(provider), kid="rsa-short")

    with pytest.raises(TokenError):
        sign_on.check(token)


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "x" * 20_000])
def test_what_is_no_token_is_refused(sign_on, token):
    with pytest.raises(TokenError):
        sign_on.check(token)


def test_a_logout_token_is_no_access_token(provider, sign_on):
    with pytest.raises(TokenError, match="type"):
        sign_on.check(provider.sign(claims(provider), typ="logout+jwt"))


def test_keys_are_read_once_and_again_as_they_rotate(provider, sign_on, clock):
    for _ in range(3):
        sign_on.check(provider.sign(claims(provider)))
    assert len(provider.asked) == 2  # the discovery document and the keys

    provider.keys = {"rsa-2": RSA_KEYS[1]}
    with pytest.raises(TokenError, match="does not name"):
        sign_on.check(provider.sign(claims(provider), kid="rsa-2"))  # asked a moment ago
    clock.at_ns += 10 * SECOND_NS
    assert sign_on.check(provider.sign(claims(provider), kid="rsa-2")).name == "oidc:u-1"
    with pytest.raises(TokenError, match="does not name"):
        sign_on.check(provider.sign(claims(provider), kid="rsa-1", key=RSA_KEYS[0]))
    assert len(provider.asked) == 4


def test_known_keys_last_while_the_issuer_is_away(provider, sign_on, clock):
    sign_on.check(provider.sign(claims(provider)))
    provider.is_up = False
    clock.at_ns += 2 * 3600 * SECOND_NS

    late = claims(provider, exp=NOW_S + 9000)
    assert sign_on.check(provider.sign(late)).roles == ("read",)


def test_an_issuer_that_never_answered_is_said_to_be_down(provider, sign_on):
    provider.is_up = False

    with pytest.raises(IssuerDown):
        sign_on.check(provider.sign(claims(provider)))


def test_a_discovery_document_of_another_issuer_is_not_believed(provider, sign_on):
    provider.claims_to_be = "https://another.example"

    with pytest.raises(IssuerDown, match="another"):
        sign_on.check(provider.sign(claims(provider)))


@pytest.mark.parametrize("url", ["http://sso.example/", "ftp://sso.example/", "sso.example"])
def test_an_issuer_elsewhere_must_be_https(url, clock):
    with pytest.raises(ConfigError, match="https"):
        Issuer(url, clock=clock)


@pytest.mark.parametrize(
    ("claim", "prefix", "given"),
    [
        ("realm_access.roles", "", {"realm_access": {"roles": ["read"]}}),
        ("scope", "sentio:", {"scope": "openid sentio:read"}),
        ("groups", "cem-", {"groups": ["cem-read", "admin"]}),
    ],
)
def test_roles_are_found_where_the_operator_keeps_them(provider, clock, claim, prefix, given):
    ours = SignOn(
        Issuer(provider.url, clock=clock),
        audience="sentio",
        clock=clock,
        roles_claim=claim,
        roles_prefix=prefix,
    )

    token = provider.sign(claims(provider, roles=None, **given))

    assert ours.check(token).roles == ("read",)
