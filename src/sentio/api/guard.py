"""Makes what guards the application from its settings: keys, sign-on, how much may be read."""

from __future__ import annotations

from sentio.api.access import Access
from sentio.api.address import is_loopback
from sentio.api.rate import Rate
from sentio.api.signon import Issuer, SignOn
from sentio.kernel.clock import Clock
from sentio.kernel.config import Settings
from sentio.store.state import StateStore


def is_guarded(state: StateStore, settings: Settings) -> bool:
    """Tell whether nobody gets in without a key or a token."""
    return bool(settings.oidc_issuer) or state.has_keys()


def open_access(state: StateStore, settings: Settings, *, clock: Clock) -> Access:
    """Make what checks who asks; raises `ConfigError` where the issuer cannot be trusted."""
    reads = Rate(settings.api_rate_reads_per_s, "times", clock, whose="the reader", does="asks")
    return Access(
        state,
        is_local=is_loopback(settings.api_host),
        sign_on=_sign_on(settings, clock),
        reads=reads,
    )


def _sign_on(settings: Settings, clock: Clock) -> SignOn | None:
    if not settings.oidc_issuer:
        return None
    return SignOn(
        Issuer(settings.oidc_issuer, clock=clock),
        audience=settings.oidc_audience,
        clock=clock,
        roles_claim=settings.oidc_roles_claim,
        roles_prefix=settings.oidc_roles_prefix,
    )
