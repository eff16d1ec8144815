"""A process that offers numbered events and delivers them until it is killed.

Arguments: the state's file, the callback, how many events to offer (0: only deliver what waits).
It writes a line once all that it offers stands in the outbox.
"""

from __future__ import annotations

import sys
import threading

from prometheus_client import CollectorRegistry

from sentio.api.notify import Event, Subscriber, open_notifier
from sentio.kernel.clock import SystemClock
from sentio.kernel.config import load_settings
from sentio.store.state import StateStore


def main() -> None:
    path, url, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    clock, settings = SystemClock(), load_settings({"notify_first_pause_s": 0.05})
    state = StateStore.open(f"sqlite:///{path}")
    notifier = open_notifier(state, settings, clock=clock, registry=CollectorRegistry())
    notifier.start()
    to = Subscriber(id="one", api="test", callback=url, secret="s3cret")
    events = [Event(id=f"event-{number}", body={"number": number}) for number in range(count)]
    notifier.offer_all([(event, [to]) for event in events])
    sys.stdout.write("offered\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
