"""Notifications out: durable, signed, in order, each subscriber at its own pace."""

from sentio.api.notify.notifier import Event, Notifier
from sentio.api.notify.opening import open_notifier
from sentio.api.notify.signature import is_signed, new_secret, signature
from sentio.store.state.outbox import Outbox, Subscriber

__all__ = [
    "Event",
    "Notifier",
    "Outbox",
    "Subscriber",
    "is_signed",
    "new_secret",
    "open_notifier",
    "signature",
]
