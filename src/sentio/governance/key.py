"""The secret behind pseudonyms and sealed rows: from the environment, a file, or made once."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sentio.kernel.errors import ConfigError

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """The platform's secret; `derive` gives an independent sub-key for each purpose."""

    secret: bytes

    def derive(self, purpose: str, *, length: int = 16) -> bytes:
        """Derive a sub-key of ``length`` bytes (keyed BLAKE2b, RFC 7693)."""
        return hashlib.blake2b(purpose.encode(), key=self.secret, digest_size=length).digest()

    def fingerprint(self) -> str:
        """Name the key without giving it away, to notice that a store was made with another one."""
        return self.derive("fingerprint", length=8).hex()

    def __repr__(self) -> str:
        """Never show the secret."""
        return f"Key({self.fingerprint()})"


def key_from_hex(text: str, *, where: str) -> Key:
    """Read a key written as 64 hexadecimal digits; raises `ConfigError`."""
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise ConfigError(
            f"the pseudonym key has {len(text.strip())} characters or is not hexadecimal",
            where=where,
            expected=f"{2 * KEY_BYTES} hexadecimal digits",
            next_step="Make one with `openssl rand -hex 32`.",
        )
    return Key(secret)


def key_from_file(path: Path) -> Key:
    """Read the key file; where there is none, make one that only its owner can read."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
    return key_from_hex(path.read_text("ascii", "replace"), where=str(path))
