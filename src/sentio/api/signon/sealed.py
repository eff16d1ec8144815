"""Small texts that only this server can make and read: AES-256-GCM (NIST SP 800-38D), as base64url.

They are what browsers keep for us, so that nothing about who is signed in stands in the state.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sentio.governance.key import Key
from sentio.kernel.clock import Clock

NONCE_BYTES = 12
SECOND_NS = 1_000_000_000
LONGEST = 4000  # characters; browsers keep 4096 of a cookie

Json = dict[str, Any]  # Any: JSON


class Sealer:
    """Seals and opens; what is sealed for one purpose opens for no other, and not for ever."""

    def __init__(self, key: Key, purpose: str, *, clock: Clock, lasts_s: float) -> None:
        self._cipher = AESGCM(key.derive(f"sealed:{purpose}", length=32))
        self._clock = clock
        self.lasts_s = round(lasts_s)

    def seal(self, body: Json) -> str:
        """Seal an object."""
        until_ns = self._clock.now_ns() + self.lasts_s * SECOND_NS
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = orjson.dumps({**body, "until_ns": until_ns})
        sealed = nonce + self._cipher.encrypt(nonce, plain, None)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, text: str) -> Json | None:
        """Open what was sealed, None if it was not sealed here or its time is over."""
        if not text or len(text) > LONGEST:
            return None
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            plain = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except (InvalidTag, binascii.Error, ValueError):
            return None
        body: Json = orjson.loads(plain)
        return body if int(body["until_ns"]) > self._clock.now_ns() else None
