"""Sign-on: tokens of the operator's own identity provider (OpenID Connect) beside API keys."""

from sentio.api.signon.issuer import Issuer
from sentio.api.signon.tokens import SignedOn, SignOn, TokenError

__all__ = ["Issuer", "SignOn", "SignedOn", "TokenError"]
