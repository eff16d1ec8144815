"""The signature of a notification: HMAC-SHA256 (RFC 2104) over a moment and the body."""

from __future__ import annotations

import hashlib
import hmac
import secrets

HEADER = "X-Sentio-Signature"
SECRET_BYTES = 24


def new_secret() -> str:
    """Make the secret of a subscription, to be shown once."""
    return secrets.token_urlsafe(SECRET_BYTES)


def signature(secret: str, body: bytes, at_s: int) -> str:
    """Sign a body at a moment, in seconds since 1970: ``t=<moment>,v1=<64 hex digits>``.

    What is signed is the moment in decimal, a full stop, and the bytes of the body.
    """
    signed = hmac.new(secret.encode(), b"%d." % at_s + body, hashlib.sha256)
    return f"t={at_s},v1={signed.hexdigest()}"


def is_signed(header: str, secret: str, body: bytes, *, now_s: int, tolerance_s: int = 300) -> bool:
    """Tell whether a signature is of this body and secret, and not too old or of the future.

    Examples
    --------
    >>> is_signed(signature("s", b"{}", 1000), "s", b"{}", now_s=1010)
    True
    >>> is_signed(signature("s", b"{}", 1000), "s", b"{}", now_s=2000)
    False
    """
    moment = header.partition(",")[0].removeprefix("t=")
    if not moment.isascii() or not moment.isdigit() or abs(now_s - int(moment)) > tolerance_s:
        return False
    return hmac.compare_digest(header.encode(), signature(secret, body, int(moment)).encode())
