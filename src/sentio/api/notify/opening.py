"""Makes the notifier of a server from its settings."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from sentio.api.address import is_loopback
from sentio.api.notify.counts import Counts
from sentio.api.notify.notifier import Notifier
from sentio.api.notify.pauses import Patience
from sentio.api.notify.sending import HttpSender
from sentio.kernel.clock import Clock
from sentio.kernel.config import Settings
from sentio.store.state import StateStore
from sentio.store.state.outbox import Outbox, Subscriber


def may_be_private(settings: Settings) -> bool:
    """Tell whether callbacks may lead into networks that are not public."""
    return settings.notify_allow_private or is_loopback(settings.api_host)


def open_notifier(
    state: StateStore, settings: Settings, *, clock: Clock, registry: CollectorRegistry
) -> Notifier:
    """Make the notifier; it delivers once it is started."""

    def new_sender(subscriber: Subscriber) -> HttpSender:
        return HttpSender(
            subscriber,
            clock=clock,
            timeout_s=settings.notify_timeout_s,
            allow_private=may_be_private(settings),
        )

    return Notifier(
        Outbox(state),
        new_sender=new_sender,
        patience=Patience(
            first_s=settings.notify_first_pause_s,
            longest_s=settings.notify_longest_pause_s,
            give_up_s=settings.notify_give_up_s,
            backlog_rows=settings.notify_backlog_rows,
        ),
        clock=clock,
        counts=Counts(registry),
        kept_days=settings.notify_kept_days,
    )
