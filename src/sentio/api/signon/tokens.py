"""Checks bearer tokens (RFC 9068 in spirit): signed by the issuer, for us, in force, with roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sentio.api.signon.issuer import Issuer
from sentio.kernel.clock import Clock
from sentio.store.state.keys import ROLES, gives

ALGORITHMS = ("RS256", "ES256")
"""Neither ``none`` nor HS*: a token that anybody could have made is none."""

TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt", ""})
LEEWAY_S = 30  # by which clocks may differ
LEAST_RSA_BITS = 2048
LONGEST = 16_384  # characters
REQUIRED = ("exp", "iss", "aud", "sub")


class TokenError(ValueError):
    """A token is not accepted; the message says why, and tells nothing of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOn:
    """Who a token is of, and which of our roles it gives."""

    name: str
    roles: tuple[str, ...]

    def may(self, role: str) -> bool:
        """Tell whether the token gives a role."""
        return gives(self.roles, role)


class SignOn:
    """Reads tokens of one issuer.

    Parameters
    ----------
    audience
        What ``aud`` must hold.
    roles_claim
        Where the roles stand, steps parted by full stops: ``realm_access.roles``.
    roles_prefix
        What stands before the names of our roles in the token.
    """

    def __init__(
        self,
        issuer: Issuer,
        *,
        audience: str,
        clock: Clock,
        roles_claim: str = "roles",
        roles_prefix: str = "",
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._roles_claim = roles_claim
        self._roles_prefix = roles_prefix

    def check(self, token: str, *, nonce: str | None = None) -> SignedOn:
        """Check a token; with a nonce it must carry that one.

        Raises
        ------
        TokenError
            It is not accepted.
        IssuerDown
            The issuer cannot be asked for its keys.
        """
        try:
            claims = self._claims(token)
        except jwt.PyJWTError as error:
            raise TokenError(f"the token is not accepted ({type(error).__name__})") from error
        self._check_times(claims)
        if nonce is not None and claims.get("nonce") != nonce:
            raise TokenError("the token is an answer to another question")
        return SignedOn(name=f"oidc:{claims['sub']}"[:200], roles=self._roles(claims))

    def _claims(self, token: str) -> Mapping[str, Any]:  # Any: JSON
        if len(token) > LONGEST:
            raise TokenError("the token is too long")
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise TokenError(f"the token is signed by {str(algorithm)[:20]!r}")
        if str(header.get("typ", "")).lower() not in TYPES:
            raise TokenError("the token is of another type")
        key = self._issuer.key(header.get("kid"))
        if key is None:
            raise TokenError("the token is signed by a key that the issuer does not name")
        if key.algorithm_name != algorithm:
            raise TokenError("the token is signed in another way than its key is for")
        if isinstance(key.key, RSAPublicKey) and key.key.key_size < LEAST_RSA_BITS:
            raise TokenError("the issuer's key is too short")
        return jwt.decode(
            token,
            key.key,
            algorithms=[algorithm],
            audience=self._audience,
            issuer=self._issuer.url,
            options={  # the times are checked below, by our own clock
                "require": list(REQUIRED),
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )

    def _check_times(self, claims: Mapping[str, Any]) -> None:  # Any: JSON
        now_s = self._clock.now_ns() / 1e9
        until_s, from_s = _moment_s(claims, "exp"), _moment_s(claims, "nbf")
        if until_s is None or now_s > until_s + LEEWAY_S:
            raise TokenError(f"the token has expired ({_written(until_s)})")
        if from_s is not None and now_s < from_s - LEEWAY_S:
            raise TokenError(f"the token is not in force yet ({_written(from_s)})")

    def _roles(self, claims: Mapping[str, Any]) -> tuple[str, ...]:  # Any: JSON
        found: object = claims
        for step in self._roles_claim.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        names = found.split() if isinstance(found, str) else found
        given = {str(each) for each in names} if isinstance(names, list) else set[str]()
        return tuple(role for role in ROLES if self._roles_prefix + role in given)


def _moment_s(claims: Mapping[str, Any], name: str) -> float | None:  # Any: JSON
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenError(f"{name} is no number")
    return float(value)


def _written(moment_s: float | None) -> str:
    if moment_s is None or not 0 <= moment_s < 1e11:  # noqa: PLR2004  (the year 5138)
        return "no time"
    return datetime.fromtimestamp(moment_s, UTC).isoformat(timespec="seconds")
