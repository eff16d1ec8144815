"""Makes what guards the application from its settings: keys, sign-on, how much may be read."""

from __future__ import annotations

from sentio.api.access import Access
from sentio.api.address import is_loopback
from sentio.api.rate import Rate
from sentio.api.signon import Issuer, SignOn
from sentio.api.signon.code_flow import Client, CodeFlow
from sentio.api.signon.sealed import Sealer
from sentio.api.signon.sessions import Sessions
from sentio.governance.key import Key
from sentio.kernel.clock import Clock
from sentio.kernel.config import Settings
from sentio.store.state import StateStore


def is_guarded(state: StateStore, settings: Settings) -> bool:
    """Tell whether nobody gets in without a key or a token."""
    return bool(settings.oidc_issuer) or state.has_keys()


def open_access(
    state: StateStore, settings: Settings, *, clock: Clock, sessions: Sessions | None = None
) -> Access:
    """Make what checks who asks; raises `ConfigError` where the issuer cannot be trusted."""
    reads = Rate(settings.api_rate_reads_per_s, "times", clock, whose="the reader", does="asks")
    return Access(
        state,
        is_local=is_loopback(settings.api_host),
        sign_on=_sign_on(settings, clock),
        reads=reads,
        sessions=sessions,
        least_group=settings.privacy_least_members,
    )


def open_sessions(state: StateStore, settings: Settings, *, key: Key, clock: Clock) -> Sessions:
    """Make what keeps browsers signed in."""
    sealer = Sealer(key, "session", clock=clock, lasts_s=settings.session_s)
    return Sessions(sealer, state, issuer=settings.oidc_issuer)


def open_code_flow(settings: Settings, *, key: Key, clock: Clock) -> CodeFlow | None:
    """Make what signs people in with the issuer; None where it does not know our pages."""
    if not (settings.oidc_issuer and settings.oidc_client_id):
        return None
    issuer = Issuer(settings.oidc_issuer, clock=clock)
    secret = settings.oidc_client_secret
    return CodeFlow(
        issuer,
        Client(
            name=settings.oidc_client_id,
            secret=secret.get_secret_value() if secret else "",
            scopes=settings.oidc_scopes,
        ),
        own=_tokens(settings, issuer, clock, audience=settings.oidc_client_id),
        others=_tokens(settings, issuer, clock, audience=settings.oidc_audience),
        sealer=Sealer(key, "signing on", clock=clock, lasts_s=600.0),
    )


def _sign_on(settings: Settings, clock: Clock) -> SignOn | None:
    if not settings.oidc_issuer:
        return None
    issuer = Issuer(settings.oidc_issuer, clock=clock)
    return _tokens(settings, issuer, clock, audience=settings.oidc_audience)


def _tokens(settings: Settings, issuer: Issuer, clock: Clock, *, audience: str) -> SignOn:
    return SignOn(
        issuer,
        audience=audience,
        clock=clock,
        roles_claim=settings.oidc_roles_claim,
        roles_prefix=settings.oidc_roles_prefix,
    )
