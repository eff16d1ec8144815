"""API keys: shown once, kept as a salted scrypt hash (RFC 7914)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

ROLES = ("ingest", "read", "tmf", "act", "care", "reveal", "marketing", "admin")
"""``ingest`` may push, ``read`` ask, ``tmf`` ask and write what Open APIs hold, ``act`` ask and
acknowledge, note, approve and take back, ``care`` ask and begin with subjects, ``reveal`` see
pseudonyms whole, ``marketing`` ask for groups only and never for anybody, ``admin`` all."""

AGGREGATE = "aggregate"
"""What every reader may, and ``marketing`` too: to ask for what tells of groups only."""

GIVES: dict[str, frozenset[str]] = {
    "read": frozenset({AGGREGATE}),
    "tmf": frozenset({"read", AGGREGATE}),
    "act": frozenset({"read", AGGREGATE}),
    "care": frozenset({"read", AGGREGATE}),
    "marketing": frozenset({AGGREGATE}),
}
"""What a role gives beside itself; ``admin`` gives everything."""

SALT_BYTES = 16
SECRET_BYTES = 24
PREFIX = "sentio"
COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}  # 16 MiB and some 50 ms a try


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is known afterwards, without its secret."""

    name: str
    key_id: str
    roles: tuple[str, ...]
    created_ns: int
    revoked_ns: int | None = None

    def may(self, role: str) -> bool:
        """Tell whether the key gives a role."""
        return gives(self.roles, role)


def gives(roles: Iterable[str], wanted: str) -> bool:
    """Tell whether some roles give another one.

    Examples
    --------
    >>> gives(["act"], "read"), gives(["read"], "act"), gives(["admin"], "act")
    (True, False, True)
    """
    return any(
        role in {wanted, "admin"} or wanted in GIVES.get(role, frozenset()) for role in roles
    )


def new_key() -> tuple[str, str]:
    """Make a key: its id, by which it is found, and the whole text, to be shown once."""
    key_id = secrets.token_hex(6)
    return key_id, f"{PREFIX}_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"


def id_of(key: str) -> str | None:
    """Read the id out of a key as it was sent, None if it is no key of ours."""
    parts = key.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == PREFIX else None  # noqa: PLR2004  (prefix_id_secret)


def new_salt() -> bytes:
    """Make the salt of one key."""
    return secrets.token_bytes(SALT_BYTES)


def hash_of(key: str, salt: bytes) -> bytes:
    """Hash a key, slowly on purpose."""
    return hashlib.scrypt(key.encode(), salt=salt, **COST)
